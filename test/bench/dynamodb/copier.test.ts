import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { measure } from '../../../bench/dynamodb/copier.ts';
import { startCannedServer } from '../../../bench/dynamodb/server.ts';
import type { Variant } from '../../../bench/dynamodb/variants/contract.ts';
import { openVariant as openDocument } from '../../../bench/dynamodb/variants/document.ts';
import { openVariant as openNull } from '../../../bench/dynamodb/variants/null.ts';
import { openVariant as openRaw } from '../../../bench/dynamodb/variants/raw.ts';
import { openVariant as openSdk } from '../../../bench/dynamodb/variants/sdk.ts';

const limits = { endpoint: 'http://127.0.0.1:1', table: 'small', copy: 'small-copy', segments: 2, inFlight: 8 };

/** Three pages of ten items a segment, a millisecond each. */
const threePages: Variant = async (_segment, after) => {
  const page = Number(after?.page ?? 0) + 1;
  await delay(1);
  return { next: page < 3 ? { page } : null, written: delay(1).then(() => ({ items: 10 })) };
};

describe('measure', () => {
  it('copies the whole table once where no time is given', async () => {
    const measured = await measure(async () => threePages, { ...limits, warmSeconds: 0, seconds: null });
    expect(measured).toMatchObject({ items: 60, itemsInAll: 60 });
  });

  it('copies again and again until the time is over, and tells apart what came before', async () => {
    const measured = await measure(async () => threePages, { ...limits, warmSeconds: 0.05, seconds: 0.1 });
    expect(measured.seconds).toBeGreaterThan(0.1);
    expect(measured.items).toBeGreaterThan(60);
    expect(measured.itemsInAll).toBeGreaterThan(measured.items);
    expect(measured.user + measured.system).toBeGreaterThan(0);
  });
});

describe.each([
  ['raw', openRaw],
  ['sdk', openSdk],
  ['document', openDocument],
])('the %s variant', (_, openVariant) => {
  it('brings every item of all segments as it was served', async () => {
    const server = await startCannedServer({ verify: true, pagesPerSegment: 1 });
    const task = { ...limits, endpoint: server.endpoint, table: 'mixed', warmSeconds: 0, seconds: null };
    const { items } = await measure(openVariant, task);
    const tally = server.tally();
    await server.close();
    expect(tally).toMatchObject({ pages: 2, items, wrong: 0 });
  });
});

it('the null client sends as many items as it says', async () => {
  const server = await startCannedServer();
  const task = { ...limits, endpoint: server.endpoint, warmSeconds: 0, seconds: 0.05 };
  const { itemsInAll } = await measure(openNull, task);
  const tally = server.tally();
  await server.close();
  expect(tally.items).toBe(itemsInAll);
  expect(itemsInAll).toBeGreaterThan(0);
});
