import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type TestWorld } from '../support/world.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
  const tagged = { Tags: [{ Key: 'promote', Value: 'yes' }] };
  await world.makeTable(world.dev, { TableName: 'DEV-orders', ...tagged });
  await world.makeTable(world.dev, { TableName: 'DEV-users' });
  await world.makeTable(world.dev, { TableName: 'shared', ...tagged });
  for (const table of ['DEV-orders', 'DEV-users', 'shared']) {
    await world.put(world.dev, table, [{ pk: { S: `of ${table}` } }]);
  }
}, 60_000);
afterAll(() => world.close());

const request = (mode: string, dynamodb: object) => ({
  mode,
  source: 'dev',
  destination: 'prod',
  kinds: { dynamodb },
});

describe('tables that are selected', () => {
  it('by tag and prefix are exported, renamed by a pattern, copied and verified', async () => {
    const tables = [{ tag: { promote: 'yes' } }, { prefix: 'DEV-' }];
    const rename = { regex: { match: '(?:DEV-)?(?<name>.*)', replace: 'PROD-$<name>' } };
    const { result } = await world.run({ ...request('migrate', { tables, rename }), promotionId: 'selected' });
    expect(result).toMatchObject({
      outcome: 'succeeded',
      kinds: { dynamodb: { counts: { planned: 3, created: 3, verified: 3, mismatched: 0 } } },
    });
    for (const [from, to] of [
      ['DEV-orders', 'PROD-orders'],
      ['DEV-users', 'PROD-users'],
      ['shared', 'PROD-shared'],
    ] as const) {
      expect(await world.scan(world.prod, to)).toEqual([{ pk: { S: `of ${from}` } }]);
    }
  }, 60_000);

  it('are an error where there are none, before anything is changed', async () => {
    const tables = ['DEV-orders', { prefix: 'TEST-' }];
    const { error, result } = await world.run(request('migrate', { tables }));
    expect(error).toBe('Promotion.Config');
    expect(result.outcome).toBe('failed');
    expect(result.message).toContain('/kinds/dynamodb/tables/1: there is no table whose name begins with "TEST-"');
  }, 30_000);
});
