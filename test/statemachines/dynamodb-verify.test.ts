import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, type Item, startWorld, type TestWorld, tableWrites } from '../support/world.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const twoKeys = {
  AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ],
};
const input = (name: string, fields: object = {}, mode = 'migrate') => ({
  mode,
  source: 'dev',
  destination: 'prod',
  promotionId: name,
  kinds: { dynamodb: { tables: [{ name: `DEV-${name}`, as: name }], ...fields } },
});
const verify = (name: string, fields: object = {}) => input(name, fields, 'verify');
const itemsOf = ({ result }: Ended) => result.kinds.dynamodb.items;
const plain = (count: number): Item[] => Array.from({ length: count }, (_, n) => ({ pk: { S: `item ${n}` } }));

async function make(name: string, items: readonly Item[], definition: object = {}): Promise<void> {
  await world.makeTable(world.dev, { TableName: `DEV-${name}`, ...definition });
  await world.put(world.dev, `DEV-${name}`, items);
}

/** Findings of the last report by their codes. */
async function findings(name: string): Promise<Map<string, string>> {
  const report = JSON.parse(await world.read(`promotions/${name}/report.json`));
  const all: { code: string; message: string }[] = report.kinds.dynamodb.findings;
  return new Map(all.map(({ code, message }) => [code, message]));
}

/** All lines of the files that a finding names. */
async function linesAt(message: string | undefined): Promise<Record<string, unknown>[]> {
  const prefix = /promotions\/\S+\//.exec(message ?? '')?.[0] ?? '';
  const { endpoint, accounts, artefactBucket: Bucket } = world.host.world;
  const credentials = { accessKeyId: accounts.tooling ?? '', secretAccessKey: 'any' };
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  const texts = await Promise.all(Contents.map(({ Key = '' }) => world.read(Key)));
  return texts.flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

describe('keys that become longer than the service takes', () => {
  const long = (n: number) => ({ pk: { S: 'long' }, sk: { S: `D#${n}${'x'.repeat(1020)}` } });
  const transform = [{ replacePrefix: ['sk', 'D#', 'DEVELOPMENT#'] }];

  it('are rejected one by one, and keep no other item from being compared or repaired', async () => {
    const good = Array.from({ length: 150 }, (_, n) => ({ pk: { S: `${n}` }, sk: { S: `D#${n}` } }));
    await make('long', [...good, long(1), long(2)], twoKeys);
    const first = await world.run(input('long', { transform }));
    expect(first.error).toBe('Promotion.Partial');
    expect(itemsOf(first)).toMatchObject({ written: 150, rejected: 2, compared: 152, missing: 2, different: 0 });

    await world.put(world.dev, 'DEV-long', [{ pk: { S: 'late' }, sk: { S: 'D#late' } }]);
    const second = await world.run(verify('long', { transform, repair: true }));
    expect(itemsOf(second)).toMatchObject({ compared: 153, missing: 2, written: 1, rejected: 2 });
    const late = (await world.scan(world.prod, 'long')).filter(({ pk }) => pk?.S === 'late');
    expect(late).toEqual([{ pk: { S: 'late' }, sk: { S: 'DEVELOPMENT#late' } }]);
  });

  it('are listed by their keys at the source, each with the reason', async () => {
    const found = await findings('long');
    expect(found.get('DifferencesListed')).toContain('all 2 items');
    const differences = await linesAt(found.get('DifferencesListed'));
    expect(differences).toHaveLength(2);
    expect(differences.map(({ problem, code, key }) => [problem, code, key])).toEqual(
      expect.arrayContaining([1, 2].map((n) => ['missing', 'KeyTooLong', long(n)])),
    );
    expect(found.get('ItemsRejected')).toContain('2 items of DEV-long cannot be written');
    expect(await linesAt(found.get('ItemsRejected'))).toHaveLength(2);
  });
});

describe('pitfall 4: source items that become one on different pages and segments', () => {
  it('count once a pair, however many segments there are, and are listed once', async () => {
    const pairs = Array.from({ length: 60 }, (_, n) => [
      { pk: { S: `DEV#${n}` }, from: { S: 'dev' } },
      { pk: { S: `PROD#${n}` }, from: { S: n % 2 ? 'prod' : 'dev' } },
    ]).flat();
    await make('pairs', [...pairs, { pk: { S: 'DEV#alone' } }]);
    const transform = [{ replacePrefix: ['pk', 'DEV#', 'PROD#'] }];
    const migrated = await world.run(input('pairs', { transform, segments: 7 }));
    expect(itemsOf(migrated)).toMatchObject({ compared: 121, missing: 60, different: 0, extra: 0 });
    const lines = await linesAt((await findings('pairs')).get('DifferencesListed'));
    expect(lines).toHaveLength(60);
    expect(new Set(lines.map(({ code }) => code))).toEqual(new Set(['KeyCollision']));
    const again = await world.run(verify('pairs', { transform, segments: 7 }), 'pairs-again');
    expect(itemsOf(again)).toMatchObject({ compared: 121, missing: 60, different: 0, rejected: 60 });
  });
});

describe('pitfall 41: a comparison that is not allowed', () => {
  it('ends under the name of the cause with role and table, and the verdicts are written before', async () => {
    await make('denied', plain(3));
    await world.run(input('denied', { verify: 'none' }));
    const role = world.host.stores.iam.roleByName(world.host.world.accounts.prod ?? '', 'DynamoDB-MigrationDest');
    const statement = { Effect: 'Deny', Action: 'dynamodb:Scan', Resource: '*' };
    role?.policies.set('Test', { Version: '2012-10-17', Statement: [statement] });
    const ended = await world.run(verify('denied'), 'denied-verify').finally(() => role?.policies.delete('Test'));
    expect(ended.error).toBe('Promotion.Permission');
    for (const part of ['ComparisonIncomplete', 'DynamoDB-MigrationDest', 'dynamodb:Scan', 'table/denied']) {
      expect(ended.result.message).toContain(part);
    }
    expect(ended.result.message).not.toContain('errorMessage');
    expect(ended.result.kinds.dynamodb.counts).toMatchObject({ planned: 1, verified: 0, mismatched: 1 });
  });
});

describe('pitfall 14: a source that was written since its copy', () => {
  it('is still told after another run that had nothing to copy', async () => {
    await make('since', plain(20));
    await world.run(input('since'));
    await world.put(world.dev, 'DEV-since', [{ pk: { S: 'item 3' }, n: { N: '1' } }]);
    await world.run(verify('since'), 'since-1');
    expect((await findings('since')).has('SourceChanged')).toBe(true);
    await world.run(input('since'), 'since-2');
    await world.run(verify('since'), 'since-3');
    expect((await findings('since')).has('SourceChanged')).toBe(true);
  });
});

describe('a repair', () => {
  it('lists what the service refuses with its words', async () => {
    const transform = [{ setAttribute: ['env', { S: 'x'.repeat(1000) }] }];
    await make('large', plain(5));
    await world.run(input('large', { transform }));
    await world.put(world.dev, 'DEV-large', [{ pk: { S: 'item 2' }, text: { S: 'y'.repeat(409_000) } }]);
    const ended = await world.run(verify('large', { transform, repair: true }), 'large-repair');
    expect(itemsOf(ended)).toMatchObject({ different: 1, rejected: 1, written: 0 });
    const lines = await linesAt((await findings('large')).get('ItemsRejected'));
    expect(lines).toMatchObject([{ code: 'ValidationException', key: { pk: { S: 'item 2' } } }]);
  });

  it('that has nothing to write is not said to have changed something', async () => {
    await make('equal', plain(5));
    await world.run(input('equal'));
    await world.put(world.prod, 'equal', [{ pk: { S: 'of prod' } }]);
    world.newCalls();
    const ended = await world.run(verify('equal', { repair: true }), 'equal-repair');
    expect(tableWrites(world.newCalls())).toEqual([]);
    expect([ended.error, ended.result.outcome]).toEqual(['Promotion.Partial', 'failed']);
    await world.put(world.dev, 'DEV-equal', [{ pk: { S: 'late' } }]);
    const wrote = await world.run(verify('equal', { repair: true }), 'equal-write');
    expect(wrote.result.outcome).toBe('partial');
  });

  it('without a comparison of items is refused', async () => {
    const ended = await world.run(verify('equal', { repair: true, verify: 'count' }), 'equal-count');
    expect(ended.error).toBe('Promotion.Config');
    expect(ended.result.message).toContain('/kinds/dynamodb/repair');
  });
});

describe('items that are otherwise where only absent ones are written', () => {
  it('may have been there before, or have been overwritten since', async () => {
    await make('kept', plain(4));
    await world.makeTable(world.prod, { TableName: 'kept' });
    await world.put(world.prod, 'kept', [{ pk: { S: 'item 1' }, kept: { BOOL: true } }]);
    const fields = { existing: 'merge', onlyIfAbsent: true };
    await world.run(input('kept', fields));
    await world.put(world.prod, 'kept', [{ pk: { S: 'item 2' }, later: { BOOL: true } }]);
    const ended = await world.run(verify('kept', fields), 'kept-verify');
    expect(ended.status).toBe('SUCCEEDED');
    const report = JSON.parse(await world.read('promotions/kept/report.json'));
    expect(report.kinds.dynamodb.assets[0].reason).toContain('2 items otherwise may have been there before');
  });
});
