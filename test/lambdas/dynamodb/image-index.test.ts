import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeptImage, writtenMark } from '../../../lambdas/dynamodb/before-images.ts';
import { indexImages } from '../../../lambdas/dynamodb/image-index.ts';

const item = (id: string, n: number) => ({ id: { S: id }, n: { N: `${n}` } });
/** Before and written by a number each; null for no item. */
const image = (id: string, before: number | null, written: number, at = 0): KeptImage => ({
  key: { id: { S: id } },
  before: before === null ? null : item(id, before),
  written: writtenMark(item(id, written)),
  at,
});
const whole = { part: 0, parts: 1 };
const index = (files: readonly (readonly KeptImage[])[], part = whole, most?: number) =>
  indexImages(files.length, async (file) => files[file] ?? [], part, most);

/** What the index would go back to, by key. */
async function goesBackTo(...images: KeptImage[]): Promise<unknown> {
  const { originals } = await index(images.map((one) => [one]));
  expect(originals).toHaveLength(1);
  return images[originals[0]?.file ?? -1]?.before?.n?.N ?? null;
}

describe('indexImages', () => {
  it('finds one original for each key, in the order of files and lines', async () => {
    const { originals, parts } = await index([[image('a', 1, 2), image('b', null, 2)], [image('c', 3, 4)]]);
    expect(originals.map(({ file, line }) => [file, line])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
    expect([parts, originals[2]?.marks]).toEqual([1, [writtenMark(item('c', 4))]]);
  });

  it('goes back past what the promotion itself had put there, in whatever order the images lie', async () => {
    expect(await goesBackTo(image('a', 1, 2, 10), image('a', 2, 3, 20), image('a', 3, 4, 30))).toBe('1');
    expect(await goesBackTo(image('a', 3, 4, 30), image('a', 1, 2, 10), image('a', 2, 3, 20))).toBe('1');
    expect(await goesBackTo(image('a', 2, 3, 20), image('a', null, 2, 10))).toBe(null);
  });

  it('goes back to the first where all that was there was the promotion’s own', async () => {
    expect(await goesBackTo(image('a', 2, 1, 20), image('a', 1, 2, 10))).toBe('1');
  });

  it('knows every mark of a key, and no mark of another', async () => {
    const { originals } = await index([[image('a', 1, 2), image('b', 1, 9)], [image('a', 2, 3)]]);
    expect(originals[0]?.marks).toEqual([writtenMark(item('a', 2)), writtenMark(item('a', 3))]);
  });
});

describe('pitfall 15: an older image over a newer one', () => {
  it('is not replayed: what somebody else had put there last is what a key goes back to', async () => {
    expect(await goesBackTo(image('a', 1, 2, 10), image('a', 7, 2, 20))).toBe('7');
    expect(await goesBackTo(image('a', 7, 3, 20), image('a', 1, 2, 10), image('a', 3, 4, 30))).toBe('7');
    expect(await goesBackTo(image('a', null, 2, 20), image('a', 1, 2, 10))).toBe(null);
  });
});

describe('more keys than fit into memory', () => {
  it('are split into parts that have every key once', async () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 4, max: 40 }), async (ids, most) => {
        const files = ids.map((id) => [image(id, 1, 2), image(id, 2, 3)]);
        const seen: string[] = [];
        let parts = 1;
        for (let part = 0; part < parts; part++) {
          const found = await index(files, { part, parts }, most);
          parts = found.parts;
          if (part === 0) expect(found.originals.length).toBeLessThanOrEqual(most);
          for (const { file, line } of found.originals) seen.push(`${ids[file]} ${line}`);
        }
        expect(seen.sort()).toEqual(ids.map((id) => `${id} 0`).sort());
      }),
      { numRuns: 50 },
    );
  });
});
