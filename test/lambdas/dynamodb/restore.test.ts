import {
  DeleteBackupCommand,
  DeleteTableCommand,
  PutItemCommand,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTable } from '../../../lambdas/dynamodb/create-table.ts';
import { differences } from '../../../lambdas/dynamodb/definition.ts';
import type { PlanAsset } from '../../../lambdas/dynamodb/plan-file.ts';
import { describeTable, readTable, readWholeTable, type TableState } from '../../../lambdas/dynamodb/read-table.ts';
import { clearName } from '../../../lambdas/dynamodb/replace.ts';
import { deletionOf } from '../../../lambdas/dynamodb/replacement.ts';
import { restoredBy, restoreReplaced } from '../../../lambdas/dynamodb/restore.ts';
import type { Undoing, Undone } from '../../../lambdas/dynamodb/undone.ts';
import { activeTable, makeActiveTable, pause } from '../../support/active-table.ts';
import { type DyingClients, dyingClients } from '../../support/dying-clients.ts';
import { executionArn, makeDefinition } from '../../support/factories.ts';
import { type Entries, memoryJournal } from '../../support/memory-journal.ts';
import { makeRichTable } from '../../support/rich-table.ts';
import { type SettingsWorld, startSettingsWorld } from '../../support/settings-world.ts';

const prod = '333333333333';
const imported = executionArn('import');
const undo = executionArn('undo');
let world: SettingsWorld;
let as: string;
let before: TableState;
let entries: Entries;
let count = 0;
beforeAll(async () => {
  world = await startSettingsWorld();
});
afterAll(() => world.close());

const journal = () => memoryJournal(entries, imported);

/** A rich table whose name is free now, as the journal says. */
async function deleteOld(): Promise<void> {
  as = `PROD-${count++}`;
  entries = [];
  before = await makeRichTable(world.prod, as, prod);
  const context = { clients: world.prod, journal: journal(), promotionId: 'p-1', promotionExecution: imported };
  const planned = { asset: 'orders', destination: as, tableId: before.id } as PlanAsset;
  while (!(await clearName(context, planned, await readTable(world.prod.dynamodb, as)))) await pause();
}

/** The new table under that name, and its entries. */
async function makeNew(): Promise<string> {
  await journal().append({ asset: as, step: 'replace', phase: 'intent', before: null });
  const created = await createTable(world.prod.dynamodb, as, makeDefinition(), 'arn:source');
  const id = created.outcome === 'created' ? created.id : '';
  await journal().append({ asset: as, step: 'replace', phase: 'result', after: { id } });
  await activeTable(world.prod.dynamodb, as);
  await world.prod.dynamodb.send(new PutItemCommand({ TableName: as, Item: { id: { S: 'promoted' } } }));
  return id;
}

async function step(clients: DyingClients | Undoing['clients'] = world.prod, execution = undo): Promise<Undone> {
  const isDead = () => 'isDead' in clients && clients.isDead();
  const holder = { kind: 'dynamodb', destination: 'prod', promotionExecution: execution } as const;
  const undoing = { clients, holder, journal: memoryJournal(entries, execution, isDead) } as unknown as Undoing;
  const deletion = deletionOf(undoing.journal.of(as));
  return deletion ? await restoreReplaced(undoing, as, deletion) : restoredBy(undoing.journal.of(as), execution, as);
}

async function rollBack(clients?: () => DyingClients): Promise<Undone> {
  for (let polls = 0; polls < 500; polls++) {
    const undone = await step(clients?.()).catch((error: unknown) => {
      if (!/killed/.test(String(error))) throw error;
      return null;
    });
    if (undone && undone.outcome !== 'busy') return undone;
    await pause();
  }
  throw new Error(`${as} was not rolled back: ${JSON.stringify(entries.at(-1))}`);
}

async function expectOld(): Promise<void> {
  const state = await readWholeTable(world.prod, as);
  expect(state && differences(before.definition, state.definition)).toEqual([]);
  expect(state?.definition.tags).toEqual(before.definition.tags);
  const { Items } = await world.prod.dynamodb.send(new ScanCommand({ TableName: as, ConsistentRead: true }));
  expect(Items?.map(({ code }) => code?.N).sort()).toEqual(['1', '2']);
}
const calls = () => world.newCalls().filter((call) => !/^(Describe|List|Get)/.test(call));

describe('restoreReplaced', () => {
  beforeEach(deleteOld);

  it('brings the old table back item by item and setting by setting, and then changes nothing more', async () => {
    await makeNew();
    expect(await rollBack()).toEqual({ asset: as, outcome: 'restored', reason: 'the promotion had replaced it' });
    await expectOld();
    calls();
    expect(await step()).toMatchObject({ outcome: 'restored' });
    expect(await step(world.prod, executionArn('undo-again'))).toMatchObject({ outcome: 'gone' });
    expect(calls()).toEqual([]);
  });

  it('restores a table whose replacement had come no further than the deletion', async () => {
    expect(await rollBack()).toMatchObject({ outcome: 'restored' });
    await expectOld();
  });

  it('notes for itself what an earlier run had only begun', async () => {
    await memoryJournal(entries, executionArn('undo-earlier')).append({ asset: as, step: 'restore', phase: 'intent' });
    expect(await rollBack()).toMatchObject({ outcome: 'restored' });
    const own = entries.filter(({ step, execution }) => step === 'restore' && execution === undo);
    expect(own.map(({ phase }) => phase)).toEqual(['intent', 'result']);
  });

  it('goes on wherever it dies, and restores once', async () => {
    await makeNew();
    calls();
    // Every generation does one change and dies before its answer is there.
    const generation = () => dyingClients(world.prod, (_, name) => !/^(Describe|List|Get)/.test(name));
    expect(await rollBack(generation)).toMatchObject({ outcome: 'restored' });
    expect(calls().filter((call) => call === 'RestoreTableFromBackup')).toHaveLength(1);
    await expectOld();
  }, 60_000);

  it('leaves the new table where the backup is not there any more', async () => {
    const id = await makeNew();
    const BackupArn = (entries.find(({ step }) => step === 'delete')?.before as { backupArn?: string })?.backupArn;
    await world.prod.dynamodb.send(new DeleteBackupCommand({ BackupArn }));
    expect(await rollBack()).toMatchObject({
      outcome: 'left',
      reason: `its backup ${BackupArn} is not there any more`,
    });
    expect((await describeTable(world.prod.dynamodb, as))?.TableId).toBe(id);
  });

  it('looks for the backup again after a removal that was refused', async () => {
    const id = await makeNew();
    for (const phase of ['intent', 'refused'] as const) await journal().append({ asset: as, step: 'remove', phase });
    const BackupArn = (entries.find(({ step }) => step === 'delete')?.before as { backupArn?: string })?.backupArn;
    await world.prod.dynamodb.send(new DeleteBackupCommand({ BackupArn }));
    expect(await rollBack()).toMatchObject({ outcome: 'left' });
    expect((await describeTable(world.prod.dynamodb, as))?.TableId).toBe(id);
  });

  it('leaves a new table that somebody has protected since', async () => {
    const id = await makeNew();
    await world.prod.dynamodb.send(new UpdateTableCommand({ TableName: as, DeletionProtectionEnabled: true }));
    expect(await rollBack()).toMatchObject({ outcome: 'left' });
    expect((await describeTable(world.prod.dynamodb, as))?.TableId).toBe(id);
  });
});

describe('pitfall 15: an older state over a newer one', () => {
  it('is not brought back: what somebody has made under the name since stays', async () => {
    await deleteOld();
    await makeNew();
    await world.prod.dynamodb.send(new DeleteTableCommand({ TableName: as }));
    while (await describeTable(world.prod.dynamodb, as)) await pause();
    const id = await makeActiveTable(world.prod.dynamodb, as);
    calls();
    expect(await rollBack()).toMatchObject({ outcome: 'left', reason: 'somebody made it anew since' });
    expect(calls()).toEqual([]);
    expect((await describeTable(world.prod.dynamodb, as))?.TableId).toBe(id);
  });
});
