import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import { type Item, startWorld, type TestWorld } from '../support/world.ts';

/** Kills the copying worker at its n-th request; null lets everything live. */
let killAt: number | null = null;
let requests = 0;
let killed = 0;
let world: TestWorld;

const items: Item[] = Array.from({ length: 900 }, (_, index) => ({
  pk: { S: `item-${index}` },
  // Four segments of 1 MB pages: some have a page after the first.
  text: { S: 'x'.repeat(6_000) },
}));
const expected = items.map(canonicalItem).sort();

beforeAll(async () => {
  world = await startWorld((_call, worker) => {
    if (!worker?.functionName.endsWith('DynamoDbCopy')) return;
    requests += 1;
    if (requests !== killAt) return;
    killed += 1;
    process.kill(worker.pid, 'SIGKILL');
  });
  await world.makeTable(world.dev, { TableName: 'DEV-source' });
  await world.put(world.dev, 'DEV-source', items);
});
afterAll(() => world.close());

const migrate = (promotionId: string) => ({
  mode: 'migrate',
  source: 'dev',
  destination: 'prod',
  promotionId,
  kinds: { dynamodb: { tables: [{ name: 'DEV-source', as: promotionId }], segments: 4 } },
});

describe('pitfall 10: a worker that dies between a write and its checkpoint', () => {
  it.each([1, 2, 4, 7, 11, 16, 22, 29, 37, 46])(
    'loses and counts nothing twice when it is killed at request %i',
    async (at) => {
      [killAt, requests, killed] = [at, 0, 0];
      const name = `killed-at-${at}`;
      const { status, result } = await world.run(migrate(name));
      expect(killed).toBe(1);
      expect(status).toBe('SUCCEEDED');
      expect(result.kinds.dynamodb.items).toMatchObject({ read: 900, written: 900, compared: 900 });
      expect((await world.scan(world.prod, name)).map(canonicalItem).sort()).toEqual(expected);
    },
  );
});

describe('a run that was stopped', () => {
  it('is gone on with under another execution name, and counts what was there', async () => {
    [killAt, requests] = [null, 0];
    const arn = await world.start(migrate('stopped'), 'stopped-one');
    const copying = new Promise<void>((resolve) => {
      const stop = world.host.states.onEvent(({ event }) => {
        if (event.details.name !== 'Copy segments') return;
        stop();
        resolve();
      });
    });
    await copying;
    world.host.states.stopExecution({ executionArn: arn });
    expect((await world.ended(arn)).status).toBe('ABORTED');
    const { status, result } = await world.run(migrate('stopped'), 'stopped-two');
    expect(status).toBe('SUCCEEDED');
    expect(result.kinds.dynamodb.counts).toMatchObject({ created: 1, verified: 1 });
    expect(result.kinds.dynamodb.items).toMatchObject({ read: 900, written: 900, compared: 900 });
    expect((await world.scan(world.prod, 'stopped')).map(canonicalItem).sort()).toEqual(expected);
  });
});

describe('a source table that goes while it is copied', () => {
  it('fails by name, and the other tables of the promotion finish', async () => {
    [killAt, requests] = [null, 0];
    await world.makeTable(world.dev, { TableName: 'DEV-going' });
    await world.put(world.dev, 'DEV-going', items.slice(0, 50));
    const gone = new Promise<void>((resolve, reject) => {
      const stop = world.host.states.onEvent(({ event }) => {
        if (event.details.name !== 'Copy segments') return;
        stop();
        world.dev.send(new DeleteTableCommand({ TableName: 'DEV-going' })).then(() => resolve(), reject);
      });
    });
    const input = migrate('going');
    const tables = [
      { name: 'DEV-going', as: 'going' },
      { name: 'DEV-source', as: 'staying' },
    ];
    const { error, result } = await world.run({ ...input, kinds: { dynamodb: { tables } } });
    await gone;
    expect([error, result.outcome]).toEqual(['Promotion.Data', 'partial']);
    expect(result.kinds.dynamodb.counts).toMatchObject({
      planned: 2,
      created: 1,
      failed: 1,
      verified: 1,
      mismatched: 1,
    });
    expect((await world.scan(world.prod, 'staying')).map(canonicalItem).sort()).toEqual(expected);
  });
});
