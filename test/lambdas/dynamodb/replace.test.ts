import {
  DeleteTableCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  PutItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupName } from '../../../lambdas/dynamodb/backup.ts';
import type { PlanAsset } from '../../../lambdas/dynamodb/plan-file.ts';
import { describeTable, readTable, readWholeTable } from '../../../lambdas/dynamodb/read-table.ts';
import { clearName } from '../../../lambdas/dynamodb/replace.ts';
import { isBeingReplaced } from '../../../lambdas/dynamodb/replacement.ts';
import type { TableClients } from '../../../lambdas/dynamodb/table-clients.ts';
import { makeActiveTable, pause } from '../../support/active-table.ts';
import { type DyingClients, dyingClients } from '../../support/dying-clients.ts';
import { executionArn, refusal } from '../../support/factories.ts';
import { type Entries, memoryJournal, stepsOf } from '../../support/memory-journal.ts';
import { makeRichTable } from '../../support/rich-table.ts';
import { type SettingsWorld, startSettingsWorld } from '../../support/settings-world.ts';

let world: SettingsWorld;
let client: DynamoDBClient;
let as: string;
let id: string;
let entries: Entries;
let count = 0;
beforeAll(async () => {
  world = await startSettingsWorld();
  client = world.prod.dynamodb;
});
afterAll(() => world.close());
beforeEach(async () => {
  as = `PROD-${count++}`;
  id = await makeActiveTable(client, as);
  entries = [];
});

const backups = async () => (await client.send(new ListBackupsCommand({ TableName: as }))).BackupSummaries ?? [];
const planned = (tableId: string | undefined = id) => ({ asset: 'orders', destination: as, tableId }) as PlanAsset;
function contextOf(execution: string, clients: TableClients | DyingClients = world.prod) {
  const isDead = () => 'isDead' in clients && clients.isDead();
  const journal = memoryJournal(entries, executionArn(execution), isDead);
  return { clients, journal, promotionId: 'p-1', promotionExecution: executionArn(execution) };
}

async function step(execution = 'run-1', clients = world.prod, tableId = id): Promise<boolean> {
  return await clearName(contextOf(execution, clients), planned(tableId), await readTable(client, as));
}

async function clear(execution = 'run-1', clients = world.prod): Promise<void> {
  for (let polls = 0; polls < 200; polls++) {
    if (await step(execution, clients)) return;
    await pause();
  }
  throw new Error(`${as} was not cleared: ${stepsOf(entries).join(', ')}`);
}

describe('clearName', () => {
  it('deletes a table only when its backup can be restored from, each step after its intent', async () => {
    world.newCalls();
    await clear();
    const calls = world.newCalls().filter((call) => ['CreateBackup', 'DescribeBackup', 'DeleteTable'].includes(call));
    expect([calls[0], calls.at(-1)]).toEqual(['CreateBackup', 'DeleteTable']);
    expect(stepsOf(entries)).toEqual([
      ...['backup intent', 'backup intent', 'backup result'],
      ...['delete intent', 'delete result'],
    ]);
    const [backup] = await backups();
    expect(backup).toMatchObject({ TableId: id, BackupStatus: 'AVAILABLE' });
    expect(entries.at(-1)?.before).toEqual({ id, backupArn: backup?.BackupArn });
    expect(await describeTable(client, as)).toBeNull();
  });

  it('keeps the whole table in the first entry, and takes its scaling away with it', async () => {
    as = 'PROD-rich';
    const state = await makeRichTable(world.prod, as, '333333333333');
    id = state.id;
    await clear();
    expect(entries[0]?.before).toEqual({ id, definition: JSON.parse(JSON.stringify(state.definition)) });
    expect(state.definition.autoscaling).toHaveLength(1);
    await makeActiveTable(client, as);
    expect((await readWholeTable(world.prod, as))?.definition.autoscaling).toEqual([]);
  });

  it('deletes nothing as long as the backup is being made', async () => {
    const making = { BackupDescription: { BackupDetails: { BackupStatus: 'CREATING' } } };
    const clients = answering({ DescribeBackupCommand: making });
    for (let polls = 0; polls < 5; polls++) expect(await step('run-1', clients)).toBe(false);
    expect(stepsOf(entries)).toEqual(['backup intent', 'backup intent']);
    expect((await describeTable(client, as))?.TableId).toBe(id);
  });

  it('makes another backup where somebody has deleted the first', async () => {
    await step(
      'run-1',
      answering({ DescribeBackupCommand: { BackupDescription: { BackupDetails: { BackupStatus: 'DELETED' } } } }),
    );
    expect(stepsOf(entries).at(-1)).toBe('backup refused');
    expect((await describeTable(client, as))?.TableId).toBe(id);
    await clear();
    expect(stepsOf(entries).filter((one) => one === 'backup result')).toHaveLength(1);
  });

  it('waits for a table that is being changed', async () => {
    const found = await readTable(client, as);
    const changing = found && { ...found, status: 'UPDATING', active: false };
    expect(await clearName(contextOf('run-1'), planned(), changing)).toBe(false);
    expect(entries).toEqual([]);
  });

  it('makes another backup in another run, because the table may have been written to since', async () => {
    const clients = answering({ DeleteTableCommand: {} });
    while (!stepsOf(entries).includes('delete intent')) await step('run-1', clients);
    await client.send(new PutItemCommand({ TableName: as, Item: { id: { S: 'written between two runs' } } }));
    await clear('run-2');
    expect(await backups()).toHaveLength(2);
    expect(entries.at(-1)?.before).toMatchObject({ backupArn: (await backups())[1]?.BackupArn });
  });
});

describe('clearName refuses', () => {
  it('a table that somebody has protected since the plan, and changes nothing', async () => {
    await client.send(new UpdateTableCommand({ TableName: as, DeletionProtectionEnabled: true }));
    expect(await refusal(() => step())).toMatchObject({ name: 'Promotion.Conflict', code: 'DeletionProtected' });
    expect([entries, await backups()]).toEqual([[], []]);
  });

  it('a table that was made anew since the plan', async () => {
    expect(await refusal(() => step('run-1', world.prod, 'id-of-the-plan'))).toMatchObject({
      name: 'Promotion.Conflict',
      code: 'DestinationChanged',
    });
    expect(await backups()).toEqual([]);
  });

  it('a table that somebody has deleted since the plan', async () => {
    const found = await readTable(client, as);
    const deleting = found && { ...found, status: 'DELETING', active: false };
    const call = () => clearName(contextOf('run-1'), planned(), deleting);
    expect((await refusal(call)).message).toContain('is being deleted by somebody');
    await client.send(new DeleteTableCommand({ TableName: as }));
    while (await describeTable(client, as));
    expect((await refusal(() => step())).message).toContain('is gone');
    expect(entries).toEqual([]);
  });

  it('a table that has become global since the plan', async () => {
    const found = await readTable(client, as);
    const call = () => clearName(contextOf('run-1'), planned(), found && { ...found, replicas: ['eu-west-1'] });
    expect((await refusal(call)).message).toContain('has become a global table');
    expect(entries).toEqual([]);
  });

  it('a name whose rollback is not through', async () => {
    await clear();
    await memoryJournal(entries, executionArn('run-2')).append({ asset: as, step: 'restore', phase: 'intent' });
    expect(await refusal(() => step())).toMatchObject({ name: 'Promotion.Conflict', code: 'RollbackUnfinished' });
  });
});

/** Clients to which some commands are answered like this, and all others by the service. */
function answering(answers: Readonly<Record<string, object>>): TableClients {
  const dynamodb = new Proxy(client, {
    get(target, name) {
      if (name !== 'send') return Reflect.get(target, name);
      return async (command: Parameters<DynamoDBClient['send']>[0]) =>
        answers[command.constructor.name] ?? (await target.send(command));
    },
  });
  return { ...world.prod, dynamodb };
}
const dyingAt = (at: number) => dyingClients(world.prod, (calls) => calls >= at);

describe('pitfall 10: a replacement that dies', () => {
  it.each(['run-1', 'run-2'])(
    'at any call is gone on with by %s, and loses nothing',
    async (next) => {
      for (let at = 1; ; at++) {
        as = `PROD-dying-${next}-${at}`;
        id = await makeActiveTable(client, as);
        entries = [];
        await client.send(new PutItemCommand({ TableName: as, Item: { id: { S: 'before' } } }));
        const clients = dyingAt(at);
        const ended = await clear('run-1', clients).catch(String);
        if (ended === undefined && clients.calls() < at) break;
        expect(ended).toContain('killed');
        await clear(next);
        expect(await describeTable(client, as)).toBeNull();
        const deleted = entries.at(-1)?.before as { backupArn: string } | undefined;
        const kept = (await backups()).find(({ BackupArn }) => BackupArn === deleted?.backupArn);
        expect(kept).toMatchObject({ TableId: id, BackupStatus: 'AVAILABLE' });
        expect(await backups()).toHaveLength(new Set((await backups()).map(({ BackupName }) => BackupName)).size);
        expect(stepsOf(entries).at(-1)).toBe('delete result');
      }
    },
    60_000,
  );
});

describe('isBeingReplaced', () => {
  it('says from the first call of the deletion on that the name is ours', async () => {
    while (!stepsOf(entries).includes('delete intent')) {
      expect(isBeingReplaced(entries, { id })).toBe(false);
      await step();
    }
    expect([isBeingReplaced(entries, { id }), isBeingReplaced(entries, { id: 'other' })]).toEqual([true, false]);
    await clear();
    expect([isBeingReplaced(entries, null), isBeingReplaced(entries, { id })]).toEqual([true, false]);
  });

  it('ends with a restore', () => {
    const at = { asset: as, execution: 'e', at: '2026-11-21T00:00:00.000Z' };
    const deletion = { ...at, step: 'delete', phase: 'result', before: { id, backupArn: 'arn' } } as const;
    expect(isBeingReplaced([deletion], null)).toBe(true);
    expect(isBeingReplaced([deletion, { ...at, step: 'restore', phase: 'result' }], null)).toBe(false);
    expect(isBeingReplaced([{ ...deletion, phase: 'refused' }], null)).toBe(false);
  });
});

describe('backupName', () => {
  it('tells promotions, runs and tables apart in 255 characters', () => {
    const name = backupName('p-1', executionArn('run-1'), 'orders');
    expect(name).toMatch(/^p-1-[0-9a-f]{12}-orders$/);
    expect(backupName('p-1', executionArn('run-2'), 'orders')).not.toBe(name);
    expect(backupName('p'.repeat(40), executionArn('run-1'), 't'.repeat(255))).toHaveLength(255);
  });
});
