import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openGate } from '../../../../lambdas/dynamodb/raw/gate.ts';

/** Enters and says when it was let through. */
async function entries(gate: ReturnType<typeof openGate>, sizes: readonly number[]) {
  const through: number[] = [];
  for (const [index, bytes] of sizes.entries()) gate.enter(bytes).then(() => through.push(index), expect.fail);
  await turn();
  return through;
}

describe('openGate', () => {
  it('lets as many calls through as there are places, first come first served', async () => {
    const gate = openGate(2, 1000);
    const through = await entries(gate, [1, 1, 1, 1]);
    expect(through).toEqual([0, 1]);
    gate.leave(1);
    await turn();
    expect(through).toEqual([0, 1, 2]);
  });

  it('lets no more bytes through than there is room for, and nobody past the first in line', async () => {
    const gate = openGate(10, 100);
    const through = await entries(gate, [60, 50, 10]);
    expect(through).toEqual([0]);
    gate.leave(60);
    await turn();
    expect(through).toEqual([0, 1, 2]);
  });

  it('lets a call that is larger than the room through alone', async () => {
    const gate = openGate(10, 100);
    const through = await entries(gate, [500, 1]);
    expect(through).toEqual([0]);
    gate.leave(500);
    await turn();
    expect(through).toEqual([0, 1]);
  });

  it('halves its width once for all calls that were under way, and again for those after them', async () => {
    const gate = openGate(16, 1000);
    await entries(gate, Array(16).fill(1));
    for (let call = 0; call < 16; call++) {
      gate.slowDown();
      gate.leave(1);
    }
    expect(gate.width).toBe(8);
    await entries(gate, [1]);
    gate.slowDown();
    expect(gate.width).toBe(4);
  });

  it('never closes, and grows back by one for as many successes as it is wide', async () => {
    const gate = openGate(4, 1000);
    for (let call = 0; call < 9; call++) gate.slowDown();
    expect(gate.width).toBe(1);
    expect(await entries(gate, [1])).toEqual([0]);
    const widths = Array.from({ length: 12 }, () => {
      gate.speedUp();
      return gate.width;
    });
    expect(widths.slice(0, 3)).toEqual([2, 2, 2]);
    expect(widths.at(-1)).toBe(4);
  });

  it('lets everybody through in the end, never beyond its bounds', async () => {
    const calls = fc.array(fc.record({ bytes: fc.nat(120), slow: fc.boolean() }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), calls, async (places, all) => {
        const gate = openGate(places, 100);
        let underway = 0;
        let bytesUnderway = 0;
        let ended = 0;
        await Promise.all(
          all.map(async ({ bytes, slow }) => {
            await gate.enter(bytes);
            underway++;
            bytesUnderway += bytes;
            expect(underway).toBeLessThanOrEqual(places);
            expect(underway === 1 || bytesUnderway <= 100 || bytesUnderway === bytes).toBe(true);
            await turn();
            if (slow) gate.slowDown();
            else gate.speedUp();
            underway--;
            bytesUnderway -= bytes;
            gate.leave(bytes);
            ended++;
          }),
        );
        expect(ended).toBe(all.length);
      }),
      { numRuns: 40 },
    );
  });
});
