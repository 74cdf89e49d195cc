import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type TestWorld, tableWrites } from '../support/world.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
  for (const TableName of ['DEV-one', 'DEV-two']) await world.makeTable(world.dev, { TableName });
});
afterAll(() => world.close());

const migrate = { mode: 'migrate', source: 'dev', destination: 'prod' };
const one = { dynamodb: { tables: ['DEV-one'], rename: { prefix: { from: 'DEV-', to: 'PROD-' } } } };

const renamed = (as: string) => ({ dynamodb: { tables: [{ name: 'DEV-one', as }] } });

describe('bad input', () => {
  const dynamodb = (more: object) => ({ ...migrate, kinds: { dynamodb: { tables: ['DEV-one'], ...more } } });
  it.each([
    ['an unknown field', { ...migrate, kinds: one, colour: 'red' }, 'Promotion.Config', '/colour'],
    ['an unknown mode', { ...migrate, mode: 'move', kinds: one }, 'Promotion.Config', '/mode'],
    ['an unknown environment', { ...migrate, source: 'moon', kinds: one }, 'Promotion.Config', '/source'],
    ['the same environment twice', { ...migrate, destination: 'dev', kinds: one }, 'Promotion.Config', '/destination'],
    ['no kind', { ...migrate, kinds: {} }, 'Promotion.Config', '/kinds'],
    ['a table that is not there', dynamodb({ tables: ['no-such'] }), 'Promotion.Config', '/kinds/dynamodb/tables/0'],
    [
      'two tables of one name',
      dynamodb({ tables: ['a-table', { name: 'b-table', as: 'a-table' }] }),
      'Promotion.Config',
      '/kinds/dynamodb/tables/1',
    ],
    ['an illegal name', dynamodb({ tables: ['a table'] }), 'Promotion.Config', '/kinds/dynamodb/tables/0'],
    [
      'a name that the rule does not touch',
      dynamodb({ rename: { prefix: { from: 'TEST-', to: 'PROD-' } } }),
      'Promotion.Config',
      '/kinds/dynamodb/tables/0',
    ],
    [
      'a bundle that does not exist',
      { ...migrate, mode: 'import', bundle: 'none', kinds: one },
      'Promotion.Config',
      '/bundle',
    ],
    ['an approval', { ...migrate, approval: 'required', kinds: one }, 'Promotion.Unsupported', '/approval'],
    ['an automatic rollback', { ...migrate, onFailure: 'rollback', kinds: one }, 'Promotion.Unsupported', '/onFailure'],
  ])('refuses %s', async (_name, input, error, pointer) => {
    world.newCalls();
    const ended = await world.run({ promotionId: 'bad-input', ...input });
    expect([ended.status, ended.error]).toEqual(['FAILED', error]);
    expect(ended.result).toMatchObject({ outcome: 'failed', error });
    expect(ended.result.message).toContain(`${pointer}: `);
    expect(tableWrites(world.newCalls())).toEqual([]);
  });

  it('says before the lock what can be said before it', async () => {
    world.newCalls();
    await world.run({ ...migrate, promotionId: 'never-written', kinds: one, colour: 'red' });
    expect(world.newCalls().filter(({ operation }) => operation === 'PutObject')).toEqual([]);
  });
});

describe('a bundle of another source', () => {
  it('is refused', async () => {
    await world.run({ ...migrate, mode: 'export', promotionId: 'of-dev', kinds: one });
    const input = {
      ...migrate,
      mode: 'plan',
      source: 'staging',
      promotionId: 'of-staging',
      bundle: 'of-dev',
      kinds: one,
    };
    const { error, result } = await world.run(input);
    expect([error, result.message]).toEqual(['Promotion.Config', expect.stringContaining('BundleSource')]);
  });
});

describe('mode plan', () => {
  it('exports first where there is no bundle, and says what an import would do', async () => {
    world.newCalls();
    const { status, result } = await world.run({ ...migrate, mode: 'plan', promotionId: 'planned', kinds: one });
    expect([status, result.kinds.dynamodb.counts.created]).toEqual(['SUCCEEDED', 1]);
    expect(await world.read('promotions/planned/dynamodb/plan/plan.md')).toContain('| DEV-one | PROD-one | create |');
    const { execution, costs } = JSON.parse(await world.read('promotions/planned/dynamodb/plan/plan.json'));
    expect(execution).toContain(':execution:');
    expect(costs).toMatchObject({ pricesAsOf: expect.stringMatching(/^\d{4}-\d\d$/) });
    expect(costs.tables[0]).toMatchObject({ destination: 'PROD-one', chosen: 'scanWrite' });
    expect(costs.tables[0].ways[0]).toMatchObject({ name: 'scanWrite', possible: true, why: 'nothing' });
    expect(tableWrites(world.newCalls())).toEqual([]);
  });
});

describe('what a run tells of tables that it did not import', () => {
  it.each(['plan', 'migrate'])('in mode %s: one is in conflict, the other is skipped for it', async (mode) => {
    await world.makeTable(world.prod, { TableName: `PROD-there-${mode}` });
    const tables = [
      { name: 'DEV-one', as: `new-${mode}` },
      { name: 'DEV-two', as: `PROD-there-${mode}` },
    ];
    const input = { ...migrate, mode, promotionId: `innocent-${mode}`, kinds: { dynamodb: { tables } } };
    const { error, result } = await world.run(input);
    expect(error).toBe('Promotion.Conflict');
    expect(result.message).toContain('1 of 2 tables cannot be imported');
    expect(result.kinds.dynamodb.counts).toMatchObject({ planned: 2, created: 0, skipped: 1, failed: 1 });

    // A later run whose plan does not come to be has no rows of this one.
    const again = { ...input, mode: 'import', kinds: { dynamodb: { tables: ['DEV-three'] } } };
    const { result: later } = await world.run(again);
    expect(later.message).toContain('TableNotInBundle');
    expect(later.kinds.dynamodb.counts).toMatchObject({ planned: 0, failed: 0 });
  });

  it('has no items in a plan after a rollback', async () => {
    await world.put(world.dev, 'DEV-two', [{ pk: { S: 'a' } }]);
    const input = {
      ...migrate,
      promotionId: 'back',
      kinds: { dynamodb: { tables: [{ name: 'DEV-two', as: 'back' }] } },
    };
    expect((await world.run(input)).result.kinds.dynamodb.items).toMatchObject({ read: 1, written: 1 });
    await world.run({ ...input, mode: 'rollback' });
    const { result } = await world.run({ ...input, mode: 'plan' });
    expect(result.kinds.dynamodb.counts).toMatchObject({ planned: 1, created: 1 });
    expect(result.kinds.dynamodb).not.toHaveProperty('items');
  });
});

describe('locks', () => {
  it('let one of two promotions to a destination run, and the next one after it', async () => {
    const start = (promotionId: string) => world.start({ ...migrate, promotionId, kinds: renamed(promotionId) });
    const second = new Promise<string>((resolve) => {
      const stop = world.host.states.onEvent(({ event }) => {
        if (event.details.name !== 'Export kind') return;
        stop();
        resolve(start('lock-two'));
      });
    });
    const arns = [await start('lock-one'), await second];
    const ended = await Promise.all(arns.map(world.ended));
    expect(ended.map(({ error }) => error)).toEqual([null, 'Promotion.Conflict']);
    const loser = ended.find(({ error }) => error)?.result;
    expect(loser.message).toContain('locks/');
    const again = await world.run({ ...migrate, promotionId: 'lock-two', kinds: renamed('lock-two') });
    expect(again.status).toBe('SUCCEEDED');
  });
});

describe('the report', () => {
  it('is written in three forms with the members that the output promises', async () => {
    const { result } = await world.run({ ...migrate, promotionId: 'reported', kinds: one }, 'reported-run');
    expect(Object.keys(result).sort()).toEqual(['kinds', 'outcome', 'promotionId', 'report']);
    expect(result.report.key).toBe('promotions/reported/report.json');
    const report = JSON.parse(await world.read(result.report.key));
    expect(report).toMatchObject({ schemaVersion: 1, outcome: 'succeeded', mode: 'migrate' });
    expect(report.steps.map(({ verb }: { verb: string }) => verb)).toEqual(['export', 'plan', 'import', 'verify']);
    expect(await world.read('promotions/reported/report.md')).toContain('DEV-one');
    expect(await world.read('promotions/reported/report.html')).toMatch(/^<!doctype html>/i);
    const { planned, verified, mismatched, ...ended } = result.kinds.dynamodb.counts;
    expect(planned).toBe(Object.values<number>(ended).reduce((sum, count) => sum + count, 0));
    expect([verified, mismatched]).toEqual([1, 0]);
  });
});
