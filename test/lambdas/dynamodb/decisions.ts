import type { Journal, JournalEntry } from '../../../lambdas/core/journal.ts';
import type { BundledTable } from '../../../lambdas/dynamodb/bundle.ts';
import { type Considered, decide } from '../../../lambdas/dynamodb/decide.ts';
import type { TableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import type { TableState } from '../../../lambdas/dynamodb/read-table.ts';
import type { Run } from '../../../lambdas/dynamodb/run.ts';
import type { TableClients } from '../../../lambdas/dynamodb/table-clients.ts';
import { environments, executionArn, makeDefinition, makeRequest, makeTables } from '../../support/factories.ts';

export const as = 'PROD-orders';
export type Entry = Pick<JournalEntry, 'step' | 'phase' | 'before' | 'after'>;

/** A journal as it was read, which nobody writes to. */
export const journalOf = (...entries: Entry[]): Journal => ({
  of: (asset) =>
    asset === as
      ? entries.map((entry) => ({ asset, execution: executionArn('run-1'), at: '2026-11-21T00:00:00.000Z', ...entry }))
      : [],
  assets: [as],
  append: () => Promise.reject(new Error('this journal is not written to')),
});
export const result = (step: string): Entry => ({ step, phase: 'result', after: { id: 'id-1' } });
export const complete = (bundleSha256: string): Entry => ({
  step: 'complete',
  phase: 'result',
  after: { bundleSha256 },
});

export const stateOf = (definition: TableDefinition, change: Partial<TableState> = {}): TableState => ({
  definition: { ...definition, table: { ...definition.table, TableName: as } },
  arn: `arn:aws:dynamodb:us-east-1:333333333333:table/${as}`,
  id: 'id-1',
  status: 'ACTIVE',
  active: true,
  statistics: { items: 0, bytes: 0 },
  replicas: [],
  findings: [],
  ...change,
});

export interface Case {
  readonly source?: TableDefinition;
  readonly statistics?: BundledTable['file']['statistics'];
  readonly request?: object;
  readonly wanted?: Partial<Considered['wanted']>;
  readonly found?: TableState | null;
  readonly journal?: Journal;
  readonly environments?: Considered['environments'];
  readonly run?: Partial<Run>;
}

export const plain = makeDefinition();
export const size = { items: 1e7, bytes: 8.79e9 };

export function considered(of: Case): Considered {
  const content = of.source ?? plain;
  const request = makeTables({ existing: 'merge', ...of.request });
  const definition = { ...content, table: { ...content.table, TableName: as } };
  const file = { asset: 'orders', content, sha256: 'sha', edited: false, statistics: of.statistics ?? size };
  return {
    run: { ...makeRequest(), request, ...of.run },
    environments: of.environments ?? environments,
    table: { table: 'orders', as, entry: 0, file },
    wanted: { definition, findings: [], conflicts: [], ...of.wanted },
    found: of.found ?? null,
    journal: of.journal ?? journalOf(),
  };
}

/** Clients for decisions that ask nobody. */
export const nobody = {
  describeKey: () => Promise.reject(new Error('nobody was to be asked')),
} as unknown as TableClients;
export const decided = (of: Case, clients = nobody) => decide(clients, considered(of));
export const verdictOf = async (of: Case, clients = nobody) => {
  const { action, reason, conflict, differences } = (await decided(of, clients)).asset;
  return { action, reason, ...(conflict && { conflict }), differences };
};

export const index = {
  IndexName: 'by-id',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};
export const protection = { path: '/table/DeletionProtectionEnabled', wanted: 'false', found: 'true' };
export const protectedTable = stateOf(makeDefinition({ DeletionProtectionEnabled: true }));
export const encrypted = makeDefinition({
  SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/a' },
});
export const noKey = { describeKey: async () => null } as unknown as TableClients;
