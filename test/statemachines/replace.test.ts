import { DeleteItemCommand, PutItemCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import { differences } from '../../lambdas/dynamodb/definition.ts';
import { describeTable, readWholeTable } from '../../lambdas/dynamodb/read-table.ts';
import { makeRichTable } from '../support/rich-table.ts';
import { clientsOf } from '../support/table-clients.ts';
import { type Item, startWorld, type TestWorld, tableWrites } from '../support/world.ts';

const prod = '333333333333';
/** Kills the copying worker at its n-th request; null lets everything live. */
let killAt: number | null = null;
let requests = 0;
let killed = 0;
/** Called when a deletion was asked for. */
let onDelete: (() => void) | null = null;
let world: TestWorld;
beforeAll(async () => {
  world = await startWorld(({ operation }, worker) => {
    if (operation === 'DeleteTable') onDelete?.();
    if (!worker?.functionName.endsWith('DynamoDbCopy')) return;
    requests += 1;
    if (requests !== killAt) return;
    killed += 1;
    process.kill(worker.pid, 'SIGKILL');
  });
  await world.makeTable(world.dev, { TableName: 'DEV-source', Tags: [{ Key: 'from', Value: 'dev' }] });
  await world.put(world.dev, 'DEV-source', source);
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
  await world.dev.send(new UpdateTimeToLiveCommand({ TableName: 'DEV-source', TimeToLiveSpecification }));
});
afterAll(() => world.close());

const source: Item[] = Array.from({ length: 120 }, (_, index) => ({
  pk: { S: `item-${index}` },
  n: { N: `${index}` },
}));
const canonical = (items: readonly Item[]) => items.map(canonicalItem).sort();
const promote = (promotionId: string, as: string, existing: string, mode = 'migrate') => ({
  ...{ mode, source: 'dev', destination: 'prod', promotionId },
  kinds: { dynamodb: { tables: [{ name: 'DEV-source', as }], existing, segments: 4 } },
});

describe('a destination table that is replaced', () => {
  const as = 'PROD-rich';
  const clients = () => clientsOf(world.host.world.endpoint, prod);
  let before: Awaited<ReturnType<typeof makeRichTable>>;
  let items: string[];
  beforeAll(async () => {
    before = await makeRichTable(clients(), as, prod);
    items = canonical(await world.scan(world.prod, as));
  });

  it('is planned with every difference, and nothing is changed', async () => {
    world.newCalls();
    const { result } = await world.run(promote('planned', as, 'replace', 'plan'));
    expect(result.kinds.dynamodb.counts).toMatchObject({ planned: 1, replaced: 1 });
    const text = await world.read('promotions/planned/dynamodb/plan/plan.md');
    for (const part of ['| replace |', '/table/KeySchema', '/table/GlobalSecondaryIndexes/by-kind', '/autoscaling']) {
      expect(text).toContain(part);
    }
    expect(tableWrites(world.newCalls())).toEqual([]);
  });

  it('is backed up first, and then is as the source is', async () => {
    world.newCalls();
    const { result } = await world.run(promote('replaced', as, 'replace'));
    expect(result).toMatchObject({
      outcome: 'succeeded',
      kinds: { dynamodb: { counts: { planned: 1, replaced: 1, verified: 1 }, items: { written: 120, extra: 0 } } },
    });
    expect(canonical(await world.scan(world.prod, as))).toEqual(canonical(source));
    const calls = tableWrites(world.newCalls()).map(({ operation }) => operation);
    expect(calls.slice(0, 3)).toEqual(['CreateBackup', 'DeleteTable', 'CreateTable']);
    const state = await readWholeTable(clients(), as);
    expect([state?.definition.autoscaling, state?.definition.tags.map(({ Key }) => Key)]).toEqual([
      [],
      ['cross-account-promoter', 'from'],
    ]);
  });

  it('is unchanged by a second run, which writes nothing', async () => {
    world.newCalls();
    const { result } = await world.run(promote('replaced', as, 'replace'));
    expect(result.kinds.dynamodb.counts).toMatchObject({ unchanged: 1, verified: 1 });
    expect(tableWrites(world.newCalls())).toEqual([]);
  });

  it('comes back by a rollback, item by item and setting by setting', async () => {
    const { status, result } = await world.run(promote('replaced', as, 'replace', 'rollback'));
    expect([status, result.outcome]).toEqual(['SUCCEEDED', 'succeeded']);
    expect(result.kinds.dynamodb).toMatchObject({ counts: { planned: 1, updated: 1 }, findings: 0 });
    expect(canonical(await world.scan(world.prod, as))).toEqual(items);
    const state = await readWholeTable(clients(), as);
    expect(state && differences(before.definition, state.definition)).toEqual([]);
    expect(state?.definition.tags).toEqual(before.definition.tags);
  });

  it('is left by a second rollback, and can be replaced again', async () => {
    world.newCalls();
    await world.run(promote('replaced', as, 'replace', 'rollback'));
    expect(tableWrites(world.newCalls())).toEqual([]);
    const { result } = await world.run(promote('replaced', as, 'replace'));
    expect(result.kinds.dynamodb.counts).toMatchObject({ replaced: 1, verified: 1 });
  });
});

describe('a replacement that is stopped when the old table has gone', () => {
  it('is gone on with as one, and can be taken back', async () => {
    const as = 'PROD-stopped';
    await world.makeTable(world.prod, { TableName: as });
    await world.put(world.prod, as, [{ pk: { S: 'of before' } }]);
    const executionArn = await world.start(promote('stopped', as, 'replace'));
    onDelete = () => world.host.states.stopExecution({ executionArn });
    expect((await world.ended(executionArn)).status).toBe('ABORTED');
    onDelete = null;
    await vi.waitFor(async () => expect(await describeTable(world.prod, as)).toBeNull());
    const { result } = await world.run(promote('stopped', as, 'replace'));
    expect(result.kinds.dynamodb.counts).toMatchObject({ replaced: 1, verified: 1 });
    await world.run(promote('stopped', as, 'replace', 'rollback'));
    expect(await world.scan(world.prod, as)).toEqual([{ pk: { S: 'of before' } }]);
  });
});

describe('a destination table that is merged into', () => {
  const equal = source.slice(0, 50);
  const other: Item[] = source.slice(50, 80).map((item) => ({ ...item, n: { N: '-1' } }));
  const own: Item[] = [{ pk: { S: 'of prod alone' } }];
  const there: Item[] = [...equal, ...other, ...own];

  async function mergeInto(as: string): Promise<Item[]> {
    await world.makeTable(world.prod, { TableName: as });
    await world.put(world.prod, as, there);
    world.newCalls();
    const { result } = await world.run(promote(as, as, 'merge'));
    expect(result.kinds.dynamodb.counts).toMatchObject({ updated: 1, verified: 1 });
    expect(result.kinds.dynamodb.items).toMatchObject({ read: 120, written: 70, extra: 1 });
    return await world.scan(world.prod, as);
  }

  it('comes back by a rollback, but for what somebody has changed since', async () => {
    [killAt, requests] = [null, 0];
    const as = 'PROD-merged';
    expect(await mergeInto(as)).toHaveLength(121);
    await world.prod.send(new PutItemCommand({ TableName: as, Item: { pk: { S: 'item-60' }, n: { N: '9' } } }));
    const { result } = await world.run(promote(as, as, 'merge', 'rollback'));
    expect(result.kinds.dynamodb).toMatchObject({ counts: { planned: 1, updated: 1 }, findings: 1 });
    const expected = there.map((item) => (item.pk?.S === 'item-60' ? { ...item, n: { N: '9' } } : item));
    expect(canonical(await world.scan(world.prod, as))).toEqual(canonical(expected));
    const again = await world.run(promote(as, as, 'merge'));
    expect([again.error, again.result.message]).toEqual([
      'Promotion.Conflict',
      expect.stringContaining('was rolled back'),
    ]);
  });

  describe('pitfall 10: a worker that dies between an image and its write', () => {
    it.each([9, 21])('forgets nothing of what was there when it is killed at request %i', async (at) => {
      [killAt, requests, killed] = [at, 0, 0];
      const as = `merged-killed-at-${at}`;
      const merged = await mergeInto(as);
      expect([killed, merged.length]).toEqual([1, 121]);
      await world.prod.send(new DeleteItemCommand({ TableName: as, Key: { pk: { S: 'item-70' } } }));
      await world.run(promote(as, as, 'merge', 'rollback'));
      const expected = there.filter(({ pk }) => pk?.S !== 'item-70');
      expect(canonical(await world.scan(world.prod, as))).toEqual(canonical(expected));
    });

    it('counts as written what the one that was killed had written', async () => {
      [killAt, requests] = [null, 0];
      const rule = { service: 'dynamodb', operation: 'BatchWriteItem', phase: 'after', action: 'kill' } as const;
      world.host.faults.use([{ ...rule, nth: 1 }]);
      expect(await mergeInto('merged-killed-after-a-write')).toHaveLength(121);
    });
  });
});

describe('pitfall 42: a worker that goes on after its execution was stopped', () => {
  it('writes nothing any more when a rollback of what it did has begun', async () => {
    [killAt, requests] = [null, 0];
    const as = 'merged-and-stopped';
    // At eight units a second each item takes more than two, and the page of a segment ten.
    const large = source.slice(0, 16).map((item) => ({ ...item, filling: { S: 'x'.repeat(20_000) } }));
    const before: Item[] = source.slice(0, 16).map((item) => ({ ...item, n: { N: '-1' } }));
    await world.makeTable(world.dev, { TableName: 'DEV-large' });
    await world.put(world.dev, 'DEV-large', large);
    await world.makeTable(world.prod, { TableName: as });
    await world.put(world.prod, as, before);
    const dynamodb = { tables: [{ name: 'DEV-large', as }], existing: 'merge', segments: 4 };
    const slow = { ...promote(as, as, 'merge'), kinds: { dynamodb } };
    const arn = await world.start({ ...slow, kinds: { dynamodb: { ...dynamodb, limits: { writeUnits: 8 } } } });
    const isBegun = async () => expect(canonical(await world.scan(world.prod, as))).not.toEqual(canonical(before));
    await vi.waitFor(isBegun, 30_000);
    world.host.states.stopExecution({ executionArn: arn });
    const { status } = await world.run({ ...slow, mode: 'rollback' });
    expect(status).toBe('SUCCEEDED');
    expect(canonical(await world.scan(world.prod, as))).toEqual(canonical(before));
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(canonical(await world.scan(world.prod, as))).toEqual(canonical(before));
  }, 60_000);
});

describe('an empty destination table that is adopted', () => {
  it('is empty again after a rollback', async () => {
    [killAt, requests] = [null, 0];
    await world.makeTable(world.prod, { TableName: 'PROD-adopted' });
    const { result } = await world.run(promote('adopted', 'PROD-adopted', 'adopt'));
    expect(result.kinds.dynamodb.counts).toMatchObject({ adopted: 1, verified: 1 });
    expect(await world.scan(world.prod, 'PROD-adopted')).toHaveLength(120);
    await world.run(promote('adopted', 'PROD-adopted', 'adopt', 'rollback'));
    expect(await world.scan(world.prod, 'PROD-adopted')).toEqual([]);
  });
});
