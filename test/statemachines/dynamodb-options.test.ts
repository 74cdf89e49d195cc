import { DescribeTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import { type Item, startWorld, type TestWorld, tableWrites } from '../support/world.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
  await world.makeTable(world.dev, {
    TableName: 'DEV-orders',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'other', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-other',
        KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  await world.put(world.dev, 'DEV-orders', orders);
});
afterAll(() => world.close());

const canonical = (items: readonly Item[]) => items.map(canonicalItem).sort();
const orders: Item[] = Array.from({ length: 200 }, (_, index) => ({
  pk: { S: `DEV#${index}` },
  other: { S: `other ${index % 7}` },
  n: { N: `${index}.1` },
  secret: { S: 'not for production' },
}));

const migrate = (promotionId: string, fields: object = {}) => ({
  mode: 'migrate',
  source: 'dev',
  destination: 'prod',
  promotionId,
  kinds: { dynamodb: { tables: [{ name: 'DEV-orders', as: promotionId }], ...fields } },
});

describe('items that are changed on their way', () => {
  const change = {
    filter: { expression: '#n < :n', names: { '#n': 'n' }, values: { ':n': { N: '50' } } },
    projection: ['other', 'n'],
    transform: [
      { replacePrefix: ['pk', 'DEV#', 'PROD#'] },
      { renameAttribute: ['n', 'number'] },
      { setAttribute: ['env', { S: 'prod' }] },
    ],
  };

  it('arrive as the input says, and are verified so', async () => {
    const { status, result } = await world.run(migrate('changed', change));
    expect([status, result.kinds.dynamodb.counts.verified]).toEqual(['SUCCEEDED', 1]);
    expect(result.kinds.dynamodb.items).toMatchObject({ read: 50, written: 50, compared: 50, extra: 0 });
    const wanted = orders.slice(0, 50).map(({ n, other }, index) => ({
      pk: { S: `PROD#${index}` },
      other,
      number: n,
      env: { S: 'prod' },
    }));
    expect(canonical(await world.scan(world.prod, 'changed'))).toEqual(canonical(wanted as Item[]));
    const plan = await world.read('promotions/changed/dynamodb/plan/plan.md');
    expect(plan).toContain('attribute "n" is renamed to "number"');
  });

  it('are told apart from what is there besides, by a comparison that undoes the change of keys', async () => {
    await world.put(world.prod, 'changed', [{ pk: { S: 'PROD#77' } }, { pk: { S: 'PROD#3' }, other: { S: 'x' } }]);
    const { error, result } = await world.run({ ...migrate('changed', change), mode: 'verify' });
    expect(error).toBe('Promotion.Partial');
    expect(result.kinds.dynamodb.items).toMatchObject({ compared: 50, missing: 0, different: 1, extra: 1 });
  });

  it('fail the plan where the service refuses the filter, before anything is changed', async () => {
    world.newCalls();
    const filter = { expression: 'size < :n', values: { ':n': { N: '5' } } };
    const { error, result } = await world.run(migrate('reserved', { filter }));
    expect([error, result.outcome]).toEqual(['Promotion.Config', 'failed']);
    expect(result.message).toContain('/kinds/dynamodb/filter/expression');
    expect(tableWrites(world.newCalls())).toEqual([]);
  });
});

describe('pitfall 4: two items that become one', () => {
  it('are reported one by one, and the run is not called a success', async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-twins' });
    await world.put(world.dev, 'DEV-twins', [
      { pk: { S: 'DEV#1' }, n: { N: '1' } },
      { pk: { S: 'PROD#1' }, n: { N: '2' } },
      { pk: { S: 'DEV#2' } },
    ]);
    const input = migrate('twins', { transform: [{ replacePrefix: ['pk', 'DEV#', 'PROD#'] }], segments: 1 });
    input.kinds.dynamodb.tables = [{ name: 'DEV-twins', as: 'twins' }];
    const { error, result } = await world.run(input);
    expect(error).toBe('Promotion.Partial');
    expect(result.kinds.dynamodb.items).toMatchObject({ read: 3, written: 2, rejected: 1, compared: 3, missing: 1 });
    expect(await world.scan(world.prod, 'twins')).toHaveLength(2);
  });
});

describe('pitfall 18: an item that the destination’s index cannot take', () => {
  it('goes to the reject file with the reason, 24 others of its batch are written', async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-sparse' });
    await world.put(world.dev, 'DEV-sparse', [...orders.slice(0, 24), { pk: { S: 'bad' }, other: { N: '5' } }]);
    const exported = { ...migrate('sparse'), mode: 'export' };
    exported.kinds.dynamodb.tables = [{ name: 'DEV-sparse', as: 'sparse-new' }];
    await world.run(exported);
    const file = 'promotions/sparse/dynamodb/export/tables/DEV-sparse.json';
    const definition = JSON.parse(await world.read(file));
    definition.table.AttributeDefinitions.push({ AttributeName: 'other', AttributeType: 'S' });
    definition.table.GlobalSecondaryIndexes = [
      {
        IndexName: 'by-other',
        KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ];
    await world.write(file, JSON.stringify(definition));
    const { error, result } = await world.run({ ...exported, mode: 'import' });
    expect(error).toBe('Promotion.Partial');
    expect(result.kinds.dynamodb.items).toMatchObject({ read: 25, written: 24, rejected: 1, missing: 1 });
    const report = JSON.parse(await world.read('promotions/sparse/report.json'));
    const finding = report.kinds.dynamodb.findings.find(({ code }: { code: string }) => code === 'ItemsRejected');
    expect(finding.message).toContain('promotions/sparse/dynamodb/import/rejects/sparse-new/');
  });
});

describe('pitfall 24: a bundle whose key was edited', () => {
  it('is refused by the plan, because items of the source would become one', async () => {
    const exported = { ...migrate('other-key'), mode: 'export' };
    await world.run(exported);
    const file = 'promotions/other-key/dynamodb/export/tables/DEV-orders.json';
    const definition = JSON.parse(await world.read(file));
    definition.table.KeySchema = [{ AttributeName: 'other', KeyType: 'HASH' }];
    await world.write(file, JSON.stringify(definition));
    world.newCalls();
    const { error, result } = await world.run({ ...exported, mode: 'import' });
    expect([error, result.outcome, result.kinds.dynamodb.counts.planned]).toEqual(['Promotion.Config', 'failed', 0]);
    expect(result.message).toContain('/table/KeySchema: the key is "other" (S), but items of DEV-orders have the key');
    expect(tableWrites(world.newCalls())).toEqual([]);
  });

  it('is not looked for where nobody has edited the bundle: such a plan asks nothing of the source', async () => {
    const exported = { ...migrate('same-key'), mode: 'export' };
    exported.kinds.dynamodb.tables = [{ name: 'DEV-orders', as: 'same-key' }];
    await world.run(exported);
    world.newCalls();
    expect((await world.run({ ...exported, mode: 'plan' })).status).toBe('SUCCEEDED');
    expect(world.newCalls().filter(({ account }) => account === '222222222222')).toEqual([]);
  });
});

describe('how much is compared', () => {
  it.each([
    ['sample', { verified: 1, mismatched: 0 }, 200],
    ['count', { verified: 1, mismatched: 0 }, 200],
    ['none', { verified: 0, mismatched: 0 }, undefined],
  ])('%s', async (verify, counts, compared) => {
    const { status, result } = await world.run(migrate(`by-${verify}`, { verify }));
    expect(status).toBe('SUCCEEDED');
    expect(result.kinds.dynamodb.counts).toMatchObject({ created: 1, ...counts });
    expect(result.kinds.dynamodb.items.compared).toBe(compared ?? 0);
  });

  it('by number tells how many are too few', async () => {
    const input = { ...migrate('by-count', { verify: 'count' }), mode: 'verify' };
    await world.put(world.dev, 'DEV-orders', [{ pk: { S: 'one more' } }]);
    const { error, result } = await world.run(input);
    expect(error).toBe('Promotion.Partial');
    expect(result.kinds.dynamodb.items).toMatchObject({ compared: 201, missing: 1, extra: 0 });
  });
});

describe('a repair', () => {
  it('writes what is missing or different, leaves what is extra, and changes nothing the second time', async () => {
    await world.run(migrate('repaired'));
    await world.put(world.prod, 'repaired', [{ pk: { S: 'DEV#5' } }, { pk: { S: 'of prod' } }]);
    await world.put(world.dev, 'DEV-orders', [{ pk: { S: 'late' } }]);
    const verify = { ...migrate('repaired', { repair: true }), mode: 'verify' };
    const first = await world.run(verify, 'repair-1');
    expect(first.result.kinds.dynamodb.items).toMatchObject({ missing: 0, different: 0, extra: 1 });
    const items = await world.scan(world.prod, 'repaired');
    expect(items.find(({ pk }) => pk?.S === 'DEV#5')).toEqual(orders[5]);
    expect(items.find(({ pk }) => pk?.S === 'late')).toBeDefined();
    world.newCalls();
    await world.run(verify, 'repair-2');
    expect(tableWrites(world.newCalls())).toEqual([]);
  });
});

describe('pitfall 14: a source that is written while it is copied', () => {
  it('is reported: the segments are not what they were', async () => {
    await world.run(migrate('moving'));
    await world.dev.send(
      new PutItemCommand({ TableName: 'DEV-orders', Item: { pk: { S: 'DEV#9' }, n: { N: '9.5' } } }),
    );
    const { error } = await world.run({ ...migrate('moving'), mode: 'verify' });
    expect(error).toBe('Promotion.Partial');
    const report = JSON.parse(await world.read('promotions/moving/report.json'));
    const codes = report.kinds.dynamodb.findings.map(({ code }: { code: string }) => code);
    expect(codes).toContain('SourceChanged');
  });
});

describe('items that the destination has already', () => {
  it('stay where only absent ones are written', async () => {
    await world.makeTable(world.prod, {
      TableName: 'absent',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'other', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-other',
          KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    await world.put(world.prod, 'absent', [{ pk: { S: 'DEV#1' }, kept: { BOOL: true } }]);
    const { status, result } = await world.run(migrate('absent', { existing: 'merge', onlyIfAbsent: true }));
    expect([status, result.kinds.dynamodb.counts.verified]).toEqual(['SUCCEEDED', 1]);
    const items = await world.scan(world.prod, 'absent');
    expect(items.find(({ pk }) => pk?.S === 'DEV#1')).toEqual({ pk: { S: 'DEV#1' }, kept: { BOOL: true } });
    expect(items.length).toBe((await world.scan(world.dev, 'DEV-orders')).length);
  });
});

describe('the SDK engine', () => {
  it('gives the same table as the raw one', async () => {
    await world.run(migrate('by-raw', { engine: 'raw' }));
    await world.run(migrate('by-sdk', { engine: 'sdk' }));
    const [raw, sdk] = [await world.scan(world.prod, 'by-raw'), await world.scan(world.prod, 'by-sdk')];
    expect(canonical(sdk)).toEqual(canonical(raw));
    expect(raw.length).toBeGreaterThan(200);
    const { Table } = await world.prod.send(new DescribeTableCommand({ TableName: 'by-sdk' }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  });
});

describe('a limit of write units', () => {
  it('is kept within 5 %, the index counted, and the fewest workers that can use it are started', async () => {
    world.newCalls();
    const { status, result } = await world.run(migrate('limited', { limits: { writeUnits: 100 }, verify: 'count' }));
    expect(status).toBe('SUCCEEDED');
    const items = result.kinds.dynamodb.items.written;
    const writes = world
      .newCalls()
      .filter(({ operation, role }) => operation === 'BatchWriteItem' && role !== null)
      .map(({ at }) => Date.parse(String(at)));
    const seconds = ((writes.at(-1) ?? 0) - (writes[0] ?? 0)) / 1000;
    // Each item takes a unit of the table and one of the index; those put by other tests have no key of it.
    const units = 200 * 2 + (items - 200);
    expect(units / seconds).toBeLessThan(105);
  });
});
