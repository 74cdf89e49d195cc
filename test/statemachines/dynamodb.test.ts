import {
  type CreateTableCommandInput,
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import { type Item, startWorld, type TestWorld, tableWrites } from '../support/world.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const canonical = (items: readonly Item[]) => items.map(canonicalItem).sort();
const smallItems = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ pk: { S: `item-${index}` }, n: { N: String(index) } }));

const migrate = (promotionId: string, tables: unknown, more: object = {}) => ({
  mode: 'migrate',
  source: 'dev',
  destination: 'prod',
  promotionId,
  kinds: { dynamodb: { tables, rename: { prefix: { from: 'DEV-', to: 'PROD-' } }, ...more } },
});

const rich: Partial<CreateTableCommandInput> & { TableName: string } = {
  TableName: 'DEV-rich',
  BillingMode: 'PROVISIONED',
  ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 9 },
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'N' },
    { AttributeName: 'raw', AttributeType: 'B' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-raw',
      KeySchema: [{ AttributeName: 'raw', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['text'] },
      ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'local',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'raw', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
  TableClass: 'STANDARD_INFREQUENT_ACCESS',
  DeletionProtectionEnabled: true,
  SSESpecification: { Enabled: true, SSEType: 'KMS' },
  Tags: Array.from({ length: 23 }, (_, index) => ({ Key: `tag-${index}`, Value: `value ${index}` })),
};

const bytes = (...values: number[]) => new Uint8Array(values);
const richItem = (sk: string): Item => ({
  pk: { S: 'all types ü€😀' },
  sk: { N: sk },
  raw: { B: bytes(0, 255, 34, 92) },
  text: { S: '' },
  quoted: { S: '"\\{}[]\u0000\u0007 Items LastEvaluatedKey' },
  number: { N: '0.12345678901234567890123456789012345678' },
  large: { N: '-9.9999999999999999999999999999999999999E+125' },
  none: { NULL: true },
  flag: { BOOL: false },
  names: { SS: ['b', 'a'] },
  numbers: { NS: ['3', '1e2', '12345678901234567890'] },
  blobs: { BS: [bytes(9), bytes(1, 2)] },
  list: { L: [{ S: '' }, { B: bytes() }, { M: {} }, { L: [] }] },
  map: { M: { inner: { M: { set: { NS: ['1', '-0.5'] }, Items: { S: 'a name of the protocol' } } } } },
});

describe('a table of every kind of value and setting', () => {
  beforeAll(async () => {
    await world.makeTable(world.dev, rich);
    const small = Array.from({ length: 3000 }, (_, index) => ({
      pk: { S: `small ${index % 7}` },
      sk: { N: `${index}` },
    }));
    const huge = { pk: { S: 'huge' }, sk: { N: '1' }, text: { S: 'x'.repeat(399 * 1024) } };
    await world.put(world.dev, 'DEV-rich', [...small, richItem('1'), richItem('-12345678901234567890.5')]);
    for (const sk of ['1', '2', '3']) await world.put(world.dev, 'DEV-rich', [{ ...huge, sk: { N: sk } }]);
    await world.dev.send(
      new UpdateTimeToLiveCommand({
        TableName: 'DEV-rich',
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
      }),
    );
    await world.dev.send(
      new UpdateContinuousBackupsCommand({
        TableName: 'DEV-rich',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      }),
    );
  });

  it('arrives equal, item by item and setting by setting, and the source is untouched', async () => {
    const before = canonical(await world.scan(world.dev, 'DEV-rich'));
    world.newCalls();
    const { status, result } = await world.run(migrate('rich', ['DEV-rich']), 'first-run');
    expect(result).toMatchObject({
      outcome: 'succeeded',
      kinds: { dynamodb: { counts: { created: 1, verified: 1 } } },
    });
    expect(status).toBe('SUCCEEDED');
    expect(result.kinds.dynamodb.items).toEqual({
      read: 3005,
      written: 3005,
      rejected: 0,
      compared: 3005,
      missing: 0,
      extra: 0,
      different: 0,
    });
    const calls = world.newCalls();
    expect(tableWrites(calls).filter(({ account }) => account === '222222222222')).toEqual([]);
    expect(canonical(await world.scan(world.dev, 'DEV-rich'))).toEqual(before);
    expect(canonical(await world.scan(world.prod, 'PROD-rich'))).toEqual(before);

    const { Table } = await world.prod.send(new DescribeTableCommand({ TableName: 'PROD-rich' }));
    expect(Table).toMatchObject({
      KeySchema: rich.KeySchema,
      ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 9 },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      DeletionProtectionEnabled: true,
      SSEDescription: { SSEType: 'KMS' },
    });
    expect(Table?.BillingModeSummary).toBeUndefined();
    expect(Table?.GlobalSecondaryIndexes).toMatchObject(rich.GlobalSecondaryIndexes ?? []);
    expect(Table?.LocalSecondaryIndexes).toMatchObject(rich.LocalSecondaryIndexes ?? []);
    const ttl = await world.prod.send(new DescribeTimeToLiveCommand({ TableName: 'PROD-rich' }));
    expect(ttl.TimeToLiveDescription?.AttributeName).toBe('expires');
    const backups = await world.prod.send(new DescribeContinuousBackupsCommand({ TableName: 'PROD-rich' }));
    expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 7,
    });
    const tags: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await world.prod.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn, NextToken }));
      tags.push(...(page.Tags ?? []).map(({ Key }) => Key ?? ''));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(tags).toHaveLength(24);
    expect(tags).toContain('cross-account-promoter');
  });

  describe('pitfall 25: settings that hinder a load', () => {
    it('come after the last item, protection last of all', () => {
      const order = world.host.gateway
        .calls()
        .filter(({ account, role, allowed }) => account === '333333333333' && role !== null && allowed)
        .map(({ operation }) => operation);
      const lastWrite = order.lastIndexOf('BatchWriteItem');
      for (const late of ['UpdateTimeToLive', 'UpdateContinuousBackups', 'UpdateTable']) {
        expect(order.indexOf(late), late).toBeGreaterThan(lastWrite);
      }
      expect(order.lastIndexOf('UpdateTable')).toBeGreaterThan(order.lastIndexOf('UpdateTimeToLive'));
    });
  });

  it('is unchanged by a second run, which writes nothing', async () => {
    world.newCalls();
    const { status, result } = await world.run(migrate('rich', ['DEV-rich']), 'second-run');
    expect([status, result.kinds.dynamodb.counts.unchanged, result.kinds.dynamodb.counts.verified]).toEqual([
      'SUCCEEDED',
      1,
      1,
    ]);
    expect(tableWrites(world.newCalls())).toEqual([]);
  });

  it('refuses another input under the same promotion id once something was changed', async () => {
    const { error, result } = await world.run(migrate('rich', ['DEV-other']));
    expect([error, result.outcome]).toEqual(['Promotion.Conflict', 'failed']);
    expect(result.message).toContain('InputChanged');
  });

  it('is rolled back although its protection was carried over; a table made by hand stays', async () => {
    await world.makeTable(world.prod, { TableName: 'PROD-by-hand' });
    const { status, result } = await world.run({ ...migrate('rich', ['DEV-rich']), mode: 'rollback' });
    expect([status, result.outcome]).toEqual(['SUCCEEDED', 'succeeded']);
    await expect(world.prod.send(new DescribeTableCommand({ TableName: 'PROD-rich' }))).rejects.toThrow(/not found/i);
    await world.prod.send(new DescribeTableCommand({ TableName: 'PROD-by-hand' }));
  });

  it('can be promoted again after a rollback, with all its items', async () => {
    const { result } = await world.run(migrate('rich', ['DEV-rich']));
    expect(result.kinds.dynamodb.counts).toMatchObject({ created: 1, verified: 1 });
    expect(await world.scan(world.prod, 'PROD-rich')).toHaveLength(3005);
  });
});

describe('segments', () => {
  describe('pitfall 6: more segments than items', () => {
    it('copies five items over 64 segments, an empty table, and one partition key', async () => {
      await world.makeTable(world.dev, { TableName: 'DEV-five' });
      await world.makeTable(world.dev, { TableName: 'DEV-empty' });
      await world.makeTable(world.dev, {
        TableName: 'DEV-one-key',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
      await world.put(world.dev, 'DEV-five', smallItems(5));
      const oneKey = smallItems(600).map(({ n }) => ({ pk: { S: 'the one' }, sk: n as { N: string } }));
      await world.put(world.dev, 'DEV-one-key', oneKey);
      const tables = ['DEV-five', 'DEV-empty', { name: 'DEV-one-key', as: 'renamed-whole' }];
      const { result } = await world.run(migrate('segments', tables, { segments: 64 }));
      expect(result.kinds.dynamodb.counts).toMatchObject({ planned: 3, created: 3, verified: 3, mismatched: 0 });
      expect(canonical(await world.scan(world.prod, 'PROD-five'))).toEqual(canonical(smallItems(5)));
      expect(await world.scan(world.prod, 'PROD-empty')).toEqual([]);
      expect(await world.scan(world.prod, 'renamed-whole')).toHaveLength(600);
    });
  });
});

describe('a destination table that exists', () => {
  const wanted = smallItems(40);
  beforeAll(async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-there' });
    await world.put(world.dev, 'DEV-there', wanted);
    await world.makeTable(world.prod, { TableName: 'PROD-there' });
  });

  it('fails the plan by default, and nothing is written', async () => {
    world.newCalls();
    const { error, result } = await world.run(migrate('there-fail', ['DEV-there']));
    expect([error, result.outcome]).toEqual(['Promotion.Conflict', 'failed']);
    expect(result.kinds.dynamodb.counts).toMatchObject({ planned: 1, failed: 1 });
    expect(tableWrites(world.newCalls())).toEqual([]);
  });

  it('is told apart from an engine that cannot bring a table, with what to do about each', async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-no-recovery' });
    const tables = ['DEV-no-recovery', 'DEV-there'];
    const { result } = await world.run(migrate('there-engine', tables, { engine: 'exportImport' }));
    expect(result.message).toMatch(/^EngineImpossible: 2 of 2 tables .*choose engine auto or raw.*name another/);
  });

  describe('pitfall 24: other keys than the source', () => {
    it('fails the plan with what differs', async () => {
      await world.makeTable(world.prod, {
        TableName: 'PROD-other-keys',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      });
      const tables = [{ name: 'DEV-there', as: 'PROD-other-keys' }];
      const { error } = await world.run(migrate('there-keys', tables, { existing: 'adopt' }));
      expect(error).toBe('Promotion.Conflict');
      expect(await world.read('promotions/there-keys/dynamodb/plan/plan.md')).toContain('/table/KeySchema');
    });
  });

  it('is adopted when it is empty, and filled', async () => {
    const { result } = await world.run(migrate('there-adopt', ['DEV-there'], { existing: 'adopt' }));
    expect(result.kinds.dynamodb.counts).toMatchObject({ adopted: 1, verified: 1 });
    expect(canonical(await world.scan(world.prod, 'PROD-there'))).toEqual(canonical(wanted));
  });

  it('is not adopted when it has items', async () => {
    const { error, result } = await world.run(migrate('there-adopt-again', ['DEV-there'], { existing: 'adopt' }));
    expect(error).toBe('Promotion.Conflict');
    expect(result.message).toContain('remove them, name another table, or choose existing merge or replace');
    expect(result.message).not.toContain('existing adopt');
  });

  it('is merged into: what differs is written, what is equal and what is extra is left', async () => {
    await world.prod.send(
      new PutItemCommand({ TableName: 'PROD-there', Item: { pk: { S: 'item-3' }, n: { N: '-1' } } }),
    );
    await world.prod.send(new DeleteItemCommand({ TableName: 'PROD-there', Key: { pk: { S: 'item-7' } } }));
    await world.put(world.prod, 'PROD-there', [{ pk: { S: 'of prod alone' } }]);
    const { result } = await world.run(migrate('there-merge', ['DEV-there'], { existing: 'merge' }));
    expect(result.kinds.dynamodb.counts).toMatchObject({ updated: 1, verified: 1, mismatched: 0 });
    expect(result.kinds.dynamodb.items).toMatchObject({ read: 40, written: 2, extra: 1 });
    expect(await world.scan(world.prod, 'PROD-there')).toHaveLength(41);
  });

  describe('pitfall 30: counts are no comparison', () => {
    it('finds every item that is missing, extra or different, and changes nothing', async () => {
      await world.put(world.prod, 'PROD-there', [{ pk: { S: 'item-1' }, n: { N: '1.5' } }]);
      await world.prod.send(new DeleteItemCommand({ TableName: 'PROD-there', Key: { pk: { S: 'item-2' } } }));
      const verify = { ...migrate('there-verify', ['DEV-there']), mode: 'verify', bundle: 'there-merge' };
      world.newCalls();
      const { error, result } = await world.run(verify);
      expect([error, result.outcome]).toEqual(['Promotion.Partial', 'failed']);
      expect(result.kinds.dynamodb.counts).toMatchObject({ planned: 1, unchanged: 1, verified: 0, mismatched: 1 });
      expect(result.kinds.dynamodb.items).toMatchObject({ compared: 40, missing: 1, different: 1, extra: 1 });
      expect(tableWrites(world.newCalls())).toEqual([]);
    });
  });
});

describe('a bundle', () => {
  beforeAll(async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-bundle' });
    await world.put(world.dev, 'DEV-bundle', smallItems(3));
    await world.run({ ...migrate('bundle', ['DEV-bundle']), mode: 'export' });
  });
  const file = 'promotions/bundle/dynamodb/export/tables/DEV-bundle.json';

  it('may be edited, and is applied as edited under another promotion', async () => {
    const definition = JSON.parse(await world.read(file));
    definition.tags.push({ Key: 'edited', Value: 'by hand' });
    await world.write(file, JSON.stringify(definition));
    const { result } = await world.run({
      ...migrate('bundle-edited', ['DEV-bundle']),
      mode: 'import',
      bundle: 'bundle',
    });
    expect(result.kinds.dynamodb).toMatchObject({ counts: { created: 1, verified: 1 }, findings: 1 });
    const { Table } = await world.prod.send(new DescribeTableCommand({ TableName: 'PROD-bundle' }));
    const { Tags } = await world.prod.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
    expect(Tags).toContainEqual({ Key: 'edited', Value: 'by hand' });
  });

  it('is not overwritten by an export once it was edited', async () => {
    const edited = await world.read(file);
    const { error, result } = await world.run({ ...migrate('bundle', ['DEV-bundle']), mode: 'export' });
    expect([error, result.message]).toEqual(['Promotion.Conflict', expect.stringContaining('BundleEdited')]);
    expect(await world.read(file)).toBe(edited);
  });

  it('that no longer fits its schema is refused with the place', async () => {
    const definition = JSON.parse(await world.read(file));
    await world.write(file, JSON.stringify({ ...definition, table: { ...definition.table, BillingMode: 'FREE' } }));
    const { error, result } = await world.run({
      ...migrate('bundle-bad', ['DEV-bundle']),
      mode: 'plan',
      bundle: 'bundle',
    });
    expect(error).toBe('Promotion.Config');
    expect(result.message).toContain(file);
    expect(result.message).toContain('/table/BillingMode');
  });
});

describe('the third hop', () => {
  it('goes to another region', async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-hop' });
    await world.put(world.dev, 'DEV-hop', smallItems(30));
    const { result } = await world.run({ ...migrate('hop', ['DEV-hop']), destination: 'staging' });
    expect(result.kinds.dynamodb.counts).toMatchObject({ created: 1, verified: 1 });
    expect(canonical(await world.scan(world.staging, 'PROD-hop'))).toEqual(canonical(smallItems(30)));
  });
});
