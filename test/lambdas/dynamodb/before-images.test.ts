import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artefacts } from '../../../lambdas/core/artefacts.ts';
import type { Sealing } from '../../../lambdas/core/sealing.ts';
import {
  type BeforeImage,
  beforeImagesPrefix,
  countNoted,
  type KeptImage,
  keepBeforeImages,
  readBeforeImages,
  writtenMark,
} from '../../../lambdas/dynamodb/before-images.ts';
import type { SegmentGroup } from '../../../lambdas/dynamodb/contracts.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { refusal } from '../../support/factories.ts';
import { type MemoryKms, memoryKms, memorySealing } from '../../support/sealing.ts';

let world: TestBucket;
let kms: MemoryKms;
let keeping: { artefacts: Artefacts; sealing: Sealing };
beforeAll(async () => {
  world = await startBucket();
  kms = memoryKms();
  keeping = { artefacts: world.artefacts, sealing: memorySealing(kms) };
});
afterAll(() => world.close());

const group = { as: 'PROD-orders', tableId: 'id-1', total: 4 } as SegmentGroup;
const item = (id: string, n: number) => ({ id: { S: id }, n: { N: `${n}` } });
const image = (id: string, before: number | null, written: number): BeforeImage => ({
  key: { id: { S: id } },
  before: before === null ? null : item(id, before),
  written: writtenMark(item(id, written)),
});
const keep = (promotionId: string, images: readonly BeforeImage[], segment = 0) =>
  keepBeforeImages(keeping, promotionId, group, { segment, after: null }, images);

async function kept(promotionId: string): Promise<KeptImage[]> {
  const files = await world.artefacts.list(beforeImagesPrefix(promotionId, group.as, group.tableId));
  return (await Promise.all(files.map((key) => readBeforeImages(keeping, promotionId, key)))).flat();
}
const keptWithoutTime = async (promotionId: string) => (await kept(promotionId)).map(({ at: _, ...rest }) => rest);

describe('keepBeforeImages', () => {
  it('keeps what keys had, and when it was noted', async () => {
    const from = Date.now();
    await keep('kept', [image('a', 1, 2), image('b', null, 2)]);
    expect(await keptWithoutTime('kept')).toEqual([image('a', 1, 2), image('b', null, 2)]);
    for (const { at } of await kept('kept')) expect(at >= from && at <= Date.now()).toBe(true);
  });

  it('writes nothing where nothing is written over', async () => {
    await keep('none', []);
    expect(await kept('none')).toEqual([]);
  });

  it('has a file for each page, and one for each incarnation of a table', async () => {
    await keep('pages', [image('a', 1, 2)], 0);
    await keep('pages', [image('b', 1, 2)], 1);
    expect(await keptWithoutTime('pages')).toHaveLength(2);
    const other = beforeImagesPrefix('pages', group.as, 'id-2');
    expect(await world.artefacts.list(other)).toEqual([]);
  });
});

describe('pitfall 10: a page that is written again after its worker was killed', () => {
  it('keeps the first image of each key and adds those of new ones', async () => {
    await keep('again', [image('a', 1, 2), image('b', null, 2)]);
    await keep('again', [image('b', null, 2), image('c', 5, 2)]);
    await keep('again', [image('c', 5, 2)]);
    expect(await keptWithoutTime('again')).toEqual([image('a', 1, 2), image('b', null, 2), image('c', 5, 2)]);
  });

  it('notes what somebody else has put there in between, too', async () => {
    await keep('between', [image('a', 1, 2)]);
    await keep('between', [image('a', 9, 2)]);
    expect(await keptWithoutTime('between')).toEqual([image('a', 1, 2), image('a', 9, 2)]);
  });

  it('loses nothing when the answer of a write is lost', async () => {
    world.loseNextAnswer();
    await keep('lost', [image('a', 1, 2)]);
    expect(await keptWithoutTime('lost')).toEqual([image('a', 1, 2)]);
  });
});

describe('countNoted', () => {
  const page = { segment: 0, after: null };
  const count = (promotionId: string, images: readonly BeforeImage[]) =>
    countNoted(keeping, promotionId, group, page, () => images);

  it('counts what was noted for this page as it is, in any edition of its file', async () => {
    await keep('counted', [image('a', null, 2)]);
    await keep('counted', [image('a', null, 2), image('b', 1, 2)]);
    const found = [image('a', null, 2), image('b', 1, 2), image('c', null, 2), image('b', null, 3)];
    expect(await count('counted', found)).toBe(2);
  });

  it('counts nothing of another page, promotion or incarnation of the table', async () => {
    await keep('mine', [image('a', null, 2)], 1);
    expect(await count('mine', [image('a', null, 2)])).toBe(0);
    expect(await count('theirs', [image('a', null, 2)])).toBe(0);
    const other = { ...group, tableId: 'id-2' };
    expect(await countNoted(keeping, 'mine', other, { ...page, segment: 1 }, () => [image('a', null, 2)])).toBe(0);
  });
});

describe('pitfall 8: values of every kind', () => {
  it('come back as they were, also of an attribute that is named __proto__', async () => {
    const text =
      '{"__proto__":{"S":"key"},"n":{"N":"1.10"},"l":{"L":[{"M":{"__proto__":{"NULL":true}}}]},"b":{"BS":["AA=="]}}';
    const before = JSON.parse(text);
    const key = JSON.parse('{"__proto__":{"S":"key"}}');
    await keep('names', [{ key, before, written: 'mark' }]);
    const [found] = await kept('names');
    expect([JSON.stringify(found?.before), JSON.stringify(found?.key)]).toEqual([text, '{"__proto__":{"S":"key"}}']);
  });
});

describe('before-images', () => {
  const rowsOf = async (promotionId: string) => {
    const [file = ''] = await world.artefacts.list(beforeImagesPrefix(promotionId, group.as, group.tableId));
    return { file, rows: (world.text(file) ?? '').trim().split('\n') };
  };
  const reading = (promotionId: string, file: string) => refusal(() => readBeforeImages(keeping, promotionId, file));

  it('do not lie readable in the bucket', async () => {
    const before = { id: { S: 'a' }, password: { S: 'planted-secret' } };
    await keep('readable', [{ key: { id: { S: 'a' } }, before, written: 'mark' }]);
    const { file, rows } = await rowsOf('readable');
    for (const form of ['planted-secret', Buffer.from('planted-secret').toString('base64').slice(0, 16)]) {
      expect(rows.join('\n')).not.toContain(form);
    }
    expect((await readBeforeImages(keeping, 'readable', file))[0]?.before).toEqual(before);
  });

  it('take no key where nothing was there before', async () => {
    const asked = kms.calls.length;
    await keep('absent', [image('a', null, 2)]);
    expect(await keptWithoutTime('absent')).toEqual([image('a', null, 2)]);
    expect(kms.calls.length).toBe(asked);
  });

  it('open for their own promotion only', async () => {
    await keep('own', [image('a', 1, 2)]);
    const { file } = await rowsOf('own');
    expect(await reading('foreign', file)).toMatchObject({ name: 'Promotion.Data', code: 'ArtefactDamaged' });
  });

  it('open in their own lines only', async () => {
    await keep('lines', [image('a', 1, 2), image('b', 7, 2)]);
    const { file, rows } = await rowsOf('lines');
    const [head = '', one = '', other = ''] = rows;
    const stolen = JSON.parse(other).sealed as string;
    const changes: Record<string, object> = {
      sealed: { ...JSON.parse(one), sealed: stolen },
      written: { ...JSON.parse(one), written: JSON.parse(other).written },
      at: { ...JSON.parse(one), at: 1 },
    };
    for (const changed of Object.values(changes)) {
      world.put(file, `${head}\n${JSON.stringify(changed)}\n`);
      expect(await reading('lines', file)).toMatchObject({ name: 'Promotion.Data', code: 'ArtefactDamaged' });
    }
  });

  it('open in their own file only', async () => {
    await keep('moved', [image('a', 1, 2)]);
    const { file, rows } = await rowsOf('moved');
    const elsewhere = file.replace('/id-1/', '/id-2/');
    world.put(elsewhere, rows.join('\n'));
    expect(await reading('moved', elsewhere)).toMatchObject({ name: 'Promotion.Data', code: 'ArtefactDamaged' });
  });

  const row = { key: { id: { S: 'a' } }, sealed: null, written: 'm', at: 1 };
  it.each<[string, string, object | string]>([
    ['nothing at all', '', ''],
    ['no JSON', 'nothing', row],
    ['a file without its first line', JSON.stringify(row), row],
    ['a key that is none', '{"dataKey":null}', { ...row, key: [] }],
    ['an item in clear', '{"dataKey":null}', { ...row, before: { id: { S: 'a' } } }],
    ['an image without its mark', '{"dataKey":null}', { key: row.key, sealed: null, at: 1 }],
    ['a sealed item without a data key', '{"dataKey":null}', { ...row, sealed: 'AAAA' }],
    ['a data key that nobody gave', '{"dataKey":"AAAA"}', { ...row, sealed: 'AAAA' }],
  ])('are refused as %s', async (what, head, second) => {
    const file = beforeImagesPrefix(`damaged-${what}`, group.as, group.tableId);
    world.put(file, `${head}\n${typeof second === 'string' ? second : JSON.stringify(second)}\n`);
    expect(await reading(`damaged-${what}`, file)).toMatchObject({ name: 'Promotion.Data', code: 'ArtefactDamaged' });
  });
});
