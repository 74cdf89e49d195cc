import {
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  ListTagsOfResourceCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import { describeTable } from '../../lambdas/dynamodb/read-table.ts';
import { type Item, startWorld, type TestWorld, tableWrites } from '../support/world.ts';

let world: TestWorld;
/** Called with each call of ImportTable. */
let onImport = () => {};
const index = {
  IndexName: 'by-group',
  KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};
const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, number) => ({
    pk: { S: `item ${number} "ü"` },
    group: { S: `group ${number % 3}` },
    amount: { N: '0.12345678901234567890123456789012345678' },
    rest: { M: { list: { L: [{ B: new Uint8Array([0, 255]) }, { NULL: true }, { NS: ['1', '-2'] }] } } },
  }));
const canonical = (all: readonly Item[]) => all.map(canonicalItem).sort();

beforeAll(async () => {
  world = await startWorld(({ operation }) => {
    if (operation === 'ImportTable') onImport();
  });
  const { dev } = world;
  await world.makeTable(dev, {
    TableName: 'DEV-indexed',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'group', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [index],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
    Tags: [{ Key: 'team', Value: 'data' }],
  });
  await world.makeTable(dev, { TableName: 'DEV-plain' });
  for (const TableName of ['DEV-indexed', 'DEV-plain']) {
    await world.put(dev, TableName, items(40));
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await dev.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }
});
afterAll(() => world.close());

const promote = (promotionId: string, tables: unknown, engine = 'exportImport') => ({
  mode: 'migrate',
  source: 'dev',
  destination: 'prod',
  promotionId,
  kinds: { dynamodb: { tables, engine, segments: 4, rename: { prefix: { from: 'DEV-', to: 'PROD-' } } } },
});
const tableOf = (name: string) => describeTable(world.prod, name);

describe('a promotion by export and import', () => {
  it('brings tables with all settings, verified, and writes no item by itself', async () => {
    world.newCalls();
    const { status, result } = await world.run(promote('transferred', ['DEV-indexed', 'DEV-plain']));
    expect(result).toMatchObject({
      outcome: 'succeeded',
      kinds: { dynamodb: { counts: { created: 2, verified: 2 }, items: { read: 80, written: 80, compared: 80 } } },
    });
    expect(status).toBe('SUCCEEDED');
    for (const name of ['indexed', 'plain']) {
      const there = canonical(await world.scan(world.prod, `PROD-${name}`));
      expect(there).toEqual(canonical(await world.scan(world.dev, `DEV-${name}`)));
    }
    const writes = tableWrites(world.newCalls());
    const source = writes.filter(({ account }) => account === '222222222222').map(({ operation }) => operation);
    expect(source).toEqual(['ExportTableToPointInTime', 'ExportTableToPointInTime']);
    expect(writes.map(({ operation }) => operation)).not.toContain('BatchWriteItem');
    expect(writes.map(({ operation }) => operation)).not.toContain('CreateTable');

    const table = await tableOf('PROD-indexed');
    expect(table).toMatchObject({
      GlobalSecondaryIndexes: [index],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      DeletionProtectionEnabled: true,
    });
    const { Tags } = await world.prod.send(new ListTagsOfResourceCommand({ ResourceArn: table?.TableArn }));
    expect(Tags).toEqual([
      { Key: 'team', Value: 'data' },
      { Key: 'cross-account-promoter', Value: 'arn:aws:dynamodb:us-east-1:222222222222:table/DEV-indexed' },
    ]);
    const recovery = await world.prod.send(new DescribeContinuousBackupsCommand({ TableName: 'PROD-indexed' }));
    const { PointInTimeRecoveryDescription } = recovery.ContinuousBackupsDescription ?? {};
    expect(PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED');
  });

  it('started again changes nothing', async () => {
    world.newCalls();
    const { result } = await world.run(promote('transferred', ['DEV-indexed', 'DEV-plain']));
    expect(result).toMatchObject({
      outcome: 'succeeded',
      kinds: { dynamodb: { counts: { unchanged: 2, verified: 2 } } },
    });
    expect(tableWrites(world.newCalls())).toEqual([]);
  });
});

describe('pitfall 14: a source that is written after its export', () => {
  it('is told with the moment of the export, because the import brought all of that', async () => {
    const began = Date.now();
    await world.run(promote('changed', [{ name: 'DEV-plain', as: 'PROD-changed' }]));
    const ended = Date.now();
    const Key = { pk: { S: 'item 7 "ü"' } };
    await world.dev.send(new DeleteItemCommand({ TableName: 'DEV-plain', Key }));
    const verify = { ...promote('changed', [{ name: 'DEV-plain', as: 'PROD-changed' }]), mode: 'verify' };
    expect((await world.run(verify, 'changed-since')).error).toBe('Promotion.Partial');
    const { findings } = JSON.parse(await world.read('promotions/changed/report.json')).kinds.dynamodb;
    const { message = '' } = findings.find(({ code }: { code: string }) => code === 'SourceChanged') ?? {};
    const [, moment = ''] = /^DEV-plain was written since its export of (\S+Z), or /.exec(message) ?? [];
    expect(Date.parse(moment) >= began && Date.parse(moment) <= ended).toBe(true);
    await world.put(world.dev, 'DEV-plain', items(40));
  });
});

describe('a run that is stopped when an import begins', () => {
  it('is gone on with by the next', async () => {
    const tables = [{ name: 'DEV-indexed', as: 'PROD-stopped' }];
    const stopped = await world.start(promote('stopped', tables));
    onImport = () => world.host.states.stopExecution({ executionArn: stopped });
    expect((await world.ended(stopped)).status).toBe('ABORTED');
    onImport = () => {};
    world.newCalls();
    const { result } = await world.run(promote('stopped', tables));
    expect(result).toMatchObject({
      outcome: 'succeeded',
      kinds: { dynamodb: { items: { written: 40, compared: 40 } } },
    });
    const writes = tableWrites(world.newCalls()).map(({ operation }) => operation);
    for (const operation of ['ExportTableToPointInTime', 'ImportTable', 'CreateTable', 'BatchWriteItem']) {
      expect(writes).not.toContain(operation);
    }
  });
});

describe('an export that is not whole', () => {
  it('fails the run before anything is imported, and another run exports anew', async () => {
    const tables = [{ name: 'DEV-plain', as: 'PROD-lost' }];
    world.host.stores.dynamodb.breakExport('loseDataFile');
    world.newCalls();
    const { status, error, result } = await world.run(promote('lost', tables));
    expect([status, error]).toEqual(['FAILED', 'Promotion.Data']);
    expect(result.message).toMatch(/^ExportDamaged: .*data file .* items is not there/);
    expect(tableWrites(world.newCalls()).map(({ operation }) => operation)).toEqual(['ExportTableToPointInTime']);
    expect(await tableOf('PROD-lost')).toBeNull();

    expect((await world.run(promote('lost', tables))).result).toMatchObject({ outcome: 'succeeded' });
    const again = tableWrites(world.newCalls()).map(({ operation }) => operation);
    expect(again.filter((operation) => operation === 'ExportTableToPointInTime')).toHaveLength(1);
  });
});

describe('an import that fails half way', () => {
  it('has its table removed, and another promotion with engine raw completes', async () => {
    const tables = [{ name: 'DEV-plain', as: 'PROD-half' }];
    world.host.stores.dynamodb.breakImport('failHalfWay');
    const { status, error, result } = await world.run(promote('half', tables));
    expect([status, error]).toEqual(['FAILED', 'Promotion.Data']);
    expect(result.message).toMatch(/^ImportFailed: .*FAILED.*log-group:\/aws-dynamodb\/imports.*engine raw/);
    expect(await tableOf('PROD-half')).toBeNull();

    const again = await world.run(promote('half-raw', tables, 'raw'));
    expect(again.result).toMatchObject({ outcome: 'succeeded', kinds: { dynamodb: { items: { written: 40 } } } });
    expect(canonical(await world.scan(world.prod, 'PROD-half'))).toEqual(canonical(items(40)));
  });
});
