import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalItem } from '../../../../lambdas/dynamodb/attributes.ts';
import type { FaultRule } from '../../../../lib/local/faults/rules.ts';
import { type Item, startWorld, type TestWorld } from '../../../support/world.ts';

const items: Item[] = Array.from({ length: 60 }, (_, index) => ({ pk: { S: `item ${index}` } }));
let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
  await world.makeTable(world.dev, { TableName: 'DEV-source' });
  await world.put(world.dev, 'DEV-source', items);
});
afterAll(() => world.close());

/** Promotes the table under these faults; answers those that fired, as `operation action`. */
async function promote(promotionId: string, rules: readonly FaultRule[]): Promise<string[]> {
  world.newCalls();
  world.host.faults.use(rules);
  const { status, result } = await world.run({
    mode: 'migrate',
    source: 'dev',
    destination: 'prod',
    promotionId,
    kinds: { dynamodb: { tables: [{ name: 'DEV-source', as: promotionId }], segments: 1 } },
  });
  expect(status).toBe('SUCCEEDED');
  expect(result.kinds.dynamodb.items).toMatchObject({ read: 60, written: 60, compared: 60 });
  expect((await world.scan(world.prod, promotionId)).map(canonicalItem).sort()).toEqual(
    items.map(canonicalItem).sort(),
  );
  return world.newCalls().flatMap(({ operation, fault }) => (fault === null ? [] : [`${operation} ${fault}`]));
}

describe('a promotion under faults', () => {
  it('outlives workers that are killed and stopped, before and after what they did', async () => {
    const batch = { service: 'dynamodb', operation: 'BatchWriteItem', account: '333333333333' };
    expect(
      await promote('killed', [
        { ...batch, nth: 1, action: 'kill' },
        { ...batch, nth: 4, phase: 'after', action: 'stop' },
        { service: 's3', operation: 'PutObject', nth: 9, phase: 'after', action: 'kill' },
      ]),
    ).toEqual(expect.arrayContaining(['BatchWriteItem kill', 'BatchWriteItem stop', 'PutObject kill']));
  }, 60_000);

  it('outlives answers that are no answers, and batches done in part', async () => {
    const scan = { service: 'dynamodb', operation: 'Scan' };
    const batch = { service: 'dynamodb', operation: 'BatchWriteItem' };
    const fired = await promote('foreign', [
      { ...scan, nth: 1, action: 'empty' },
      { ...scan, nth: 2, action: 'html' },
      { ...scan, nth: 3, action: 'truncate' },
      { ...scan, nth: 4, action: 'checksum' },
      { ...batch, nth: 1, action: 'unprocessed' },
      { ...batch, nth: 2, phase: 'after', action: 'reset' },
      { ...batch, nth: 3, action: 'expired' },
      { ...batch, nth: 4, action: 'skew' },
      { service: 'sts', operation: 'AssumeRole', nth: 3, action: 'empty' },
    ]);
    expect(new Set(fired)).toEqual(
      new Set([
        ...['empty', 'html', 'truncate', 'checksum'].map((action) => `Scan ${action}`),
        ...['unprocessed', 'reset', 'expired', 'skew'].map((action) => `BatchWriteItem ${action}`),
        'AssumeRole empty',
      ]),
    );
  }, 60_000);
});
