import { readRequired } from '../core/artefacts.ts';
import type { ArtefactPointer } from '../core/contracts.ts';
import type { Surroundings } from '../core/handler.ts';
import type { Holder } from '../core/lock.ts';
import { readOwn } from '../core/problems.ts';
import { type DynamodbRequest, dynamodbRequestFile } from './contracts.ts';

/** The part of a promotion's request that DynamoDB's workers need. */
export interface Run {
  readonly promotionId: string;
  readonly source: string;
  readonly destination: string;
  readonly bundle: string;
  readonly mode: string;
  readonly request: DynamodbRequest;
}

/** Reads the request that the promotion wrote under its lock, in exactly that version. */
export async function readRun(surroundings: Surroundings, pointer: ArtefactPointer): Promise<Run> {
  const { text } = await readRequired(surroundings.artefacts, pointer.key, pointer.versionId);
  const { kinds, ...rest } = readOwn(dynamodbRequestFile, pointer.key, text);
  return { ...rest, request: kinds.dynamodb };
}

/** A repair belongs to mode verify: after an import there is a promotion to start again. */
export function isRepair({ mode, request }: Pick<Run, 'mode' | 'request'>): boolean {
  return mode === 'verify' && request.repair;
}

/** The lock that a worker of this run works under. */
export function holderOf(run: Run, promotionExecution: string): Holder {
  return { kind: 'dynamodb', destination: run.destination, promotionExecution };
}
