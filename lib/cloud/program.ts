import {
  accessStatements,
  executionStatements,
  type Machine,
  machines,
  type Owner,
  type Worker,
  workers,
} from '../../lambdas/manifest.ts';

/** What the stacks are made from: the tables of the manifest, or smaller ones in a test. */
export interface Program {
  readonly workers: readonly Worker[];
  readonly machines: readonly Machine[];
  readonly executionStatements: typeof executionStatements;
  readonly accessStatements: typeof accessStatements;
}

/** The program as the manifest lists it. */
export const program: Program = { workers, machines, executionStatements, accessStatements };

/** Owners that have at least one worker, in the order of the manifest. */
export function ownersOf({ workers }: Pick<Program, 'workers'>): readonly Owner[] {
  return [...new Set(workers.map((worker) => worker.owner))];
}
