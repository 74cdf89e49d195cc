import { describe, expect, it } from 'vitest';
import { checkExport } from '../../../../lambdas/dynamodb/transfer/manifest.ts';
import { exportArn, folder, type Memory, memory, prefix, type Spoilt, source, writeExport } from './fixture.ts';

const description = { ExportArn: exportArn, TableArn: source, ItemCount: 5 };
function written(spoilt: Spoilt = {}): Memory {
  const bucket = memory();
  writeExport(bucket, spoilt);
  return bucket;
}
const check = (bucket: Memory, told: object = {}) => checkExport(bucket.artefacts, prefix, { ...description, ...told });
const change = (bucket: Memory, name: string, edit: (text: string) => string, etag?: string) => {
  const found = bucket.objects.get(`${folder}${name}`);
  if (!found) throw new Error(`${name} was not written`);
  bucket.objects.set(`${folder}${name}`, {
    body: Buffer.from(edit(found.body.toString('latin1')), 'latin1'),
    etag: etag ?? found.etag,
  });
};
const gone = (name: string) => (bucket: Memory) => bucket.objects.delete(`${folder}${name}`);

describe('checkExport', () => {
  it('answers where the data of a whole export lies, and how many items it has', async () => {
    expect(await check(written())).toEqual({ arn: exportArn, data: `${folder}data/`, items: 5 });
  });

  it('takes keys with and without the prefix', async () => {
    const keysFrom = 'AWSDynamoDB/01700000000000-0a1b2c3d/';
    expect(await check(written({ keysFrom }))).toMatchObject({ items: 5 });
  });

  it('takes an export of an empty table', async () => {
    expect(await check(written({ counts: [0, 0], items: 0 }), { ItemCount: 0 })).toMatchObject({ items: 0 });
  });
});

describe('pitfall 28: an export that is not whole', () => {
  const lost: readonly [string, (bucket: Memory) => unknown, RegExp][] = [
    ['without its summary', gone('manifest-summary.json'), /manifest-summary.json is not there/],
    ['without the checksum of its summary', gone('manifest-summary.md5'), /manifest-summary.md5 is not there/],
    ['without the list of its files', gone('manifest-files.json'), /manifest-files.json is not there/],
    ['without a data file', gone('data/1.ion.gz'), /data file .*1.ion.gz with 2 items is not there/],
    ['with a data file of others', (b) => b.artefacts.write(`${folder}data/2.ion.gz`, 'x'), /2.ion.gz is none of its/],
    [
      'with another summary',
      (b) => change(b, 'manifest-summary.json', (t) => `${t} `),
      /manifest-summary.json has the MD5/,
    ],
    ['with another list', (b) => change(b, 'manifest-files.json', (t) => `${t}\n`), /manifest-files.json has the MD5/],
    [
      'with a data file written again',
      (b) => change(b, 'data/0.ion.gz', (t) => t, '"other"'),
      /has the entity tag other/,
    ],
    ['with other bytes in a data file', (b) => change(b, 'data/0.ion.gz', (t) => `${t}x`), /0.ion.gz has the MD5/],
  ];
  it.each(lost)('is refused %s', async (_, spoil, damage) => {
    const bucket = written();
    await spoil(bucket);
    expect(await check(bucket)).toEqual({ damage: expect.stringMatching(damage) });
  });

  it('is refused where its counts do not agree', async () => {
    expect(await check(written({ items: 6 }), { ItemCount: 6 })).toEqual({
      damage: expect.stringMatching(/hold 5 items, its summary says 6/),
    });
    expect(await check(written(), { ItemCount: 4 })).toEqual({ damage: expect.stringMatching(/dynamodb 4/) });
  });

  it('is refused where the summary is that of another export', async () => {
    const other = exportArn.replace('0a1b', '9999');
    expect(await check(written({ exportArn: other }))).toEqual({ damage: expect.stringContaining(other) });
  });

  it('is known without its bytes to lack a file', async () => {
    const bucket = written({ bytes: 1e12 });
    gone('data/0.ion.gz')(bucket);
    expect(await check(bucket)).toEqual({ damage: expect.stringMatching(/0.ion.gz with 3 items is not there/) });
  });

  it('is known by the entity tags alone where the table is large', async () => {
    const bucket = written({ bytes: 1e12 });
    bucket.artefacts.bytes = () => Promise.reject(new Error('no data file may be read'));
    expect(await check(bucket)).toMatchObject({ items: 5 });
    change(bucket, 'data/0.ion.gz', (text) => text, '"other"');
    expect(await check(bucket)).toEqual({ damage: expect.stringMatching(/has the entity tag other/) });
  });
});

describe('an object of an export that is cut on its way', () => {
  it.each(['manifest-summary.json', 'manifest-files.json', 'data/0.ion.gz'])('is read again: %s', async (name) => {
    const bucket = written();
    const { read, bytes } = bucket.artefacts;
    let cut = 0;
    const isFirst = (key: string) => key.endsWith(name) && cut++ === 0;
    bucket.artefacts.read = async (key) => {
      const found = await read(key);
      return found && isFirst(key) ? { ...found, text: found.text.slice(0, 20) } : found;
    };
    bucket.artefacts.bytes = async (key) => {
      const found = await bytes(key);
      return isFirst(key) ? (found?.subarray(0, 1) ?? null) : found;
    };
    expect(await check(bucket)).toMatchObject({ items: 5 });
    expect(cut).toBe(2);
  });
});
