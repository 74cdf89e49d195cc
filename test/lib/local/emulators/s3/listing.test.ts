import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysBehind, pageOf } from '../../../../../lib/local/emulators/s3/listing.ts';
import { ROOT, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let s3: S3Client;
const Bucket = 'listed-bucket';
const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

beforeAll(async () => {
  world = await startWorld();
  s3 = new S3Client(world.client(ROOT));
  world.buckets.createBucket({ name: Bucket, account: TOOLING, region: 'us-east-1' });
  const keys = ['b/2', 'a', 'b/1', 'b/', 'c d&<é>', 'b0', '\uffee', '\u{1f600}', 'b/x/1'];
  for (const key of keys) world.buckets.putObject(Bucket, key, key);
});
afterAll(() => world.close());

const list = (input: Partial<ListObjectsV2CommandInput>) => s3.send(new ListObjectsV2Command({ Bucket, ...input }));
const allKeys = async (input: Partial<ListObjectsV2CommandInput>) => {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, ...input })) {
    found.push(
      ...(page.Contents ?? []).map(({ Key }) => Key ?? ''),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
    );
  }
  return found;
};

describe('ListObjectsV2', () => {
  it('lists keys in the order of their UTF-8 bytes with tag and size', async () => {
    const { Contents, KeyCount, IsTruncated } = await list({});
    const expected = ['a', 'b/', 'b/1', 'b/2', 'b/x/1', 'b0', 'c d&<é>', '\uffee', '\u{1f600}'];
    expect(Contents?.map(({ Key }) => Key)).toEqual(expected);
    expect(Contents?.[0]).toMatchObject({
      ETag: '"0cc175b9c0f1b6a831c399e269772661"',
      Size: 1,
      StorageClass: 'STANDARD',
    });
    expect({ KeyCount, IsTruncated }).toEqual({ KeyCount: 9, IsTruncated: false });
  });

  it.each([1, 2, 3])('gives the same keys in pages of %d', async (MaxKeys) => {
    expect(await allKeys({ MaxKeys, Prefix: 'b' })).toEqual(['b/', 'b/1', 'b/2', 'b/x/1', 'b0']);
    expect(await allKeys({ MaxKeys, Prefix: 'b/', Delimiter: '/' })).toEqual(['b/', 'b/1', 'b/2', 'b/x/']);
    expect((await allKeys({ MaxKeys, Delimiter: '/', StartAfter: 'a' })).sort(bytewise)).toEqual([
      'b/',
      'b0',
      'c d&<é>',
      '\uffee',
      '\u{1f600}',
    ]);
  });

  it('pages by 100 when the client names no size', async () => {
    const name = 'many-bucket';
    world.buckets.createBucket({ name, account: TOOLING, region: 'us-east-1' });
    for (let index = 0; index < 101; index++) world.buckets.putObject(name, `k${index}`, '');
    expect(await list({ Bucket: name })).toMatchObject({ KeyCount: 100, IsTruncated: true, MaxKeys: 100 });
    expect(await list({ Bucket: name, MaxKeys: 1000 })).toMatchObject({ KeyCount: 101, IsTruncated: false });
    expect(await allKeys({ Bucket: name })).toHaveLength(101);
  });

  it('encodes keys when asked to', async () => {
    const { Contents } = await list({ EncodingType: 'url', Prefix: 'c' });
    expect(Contents?.[0]?.Key).toBe('c%20d%26%3C%C3%A9%3E');
  });

  it('refuses a token that was made up and a size that is no number', async () => {
    await expect(list({ ContinuationToken: 'abc' })).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(list({ MaxKeys: -1 })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

describe('paging', () => {
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é'), minLength: 1, maxLength: 6 });

  it('visits every key or its common prefix exactly once, whatever the page size', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 20 }),
        fc.constantFrom('', 'a', 'a/', '/'),
        fc.constantFrom('', '/'),
        fc.integer({ min: 1, max: 4 }),
        (keys, prefix, delimiter, size) => {
          const sorted = [...keys].sort(bytewise);
          const seen: string[] = [];
          let marker = '';
          for (;;) {
            const page = pageOf(keysBehind(sorted, { prefix, delimiter, marker }), prefix, delimiter, size);
            seen.push(...page.keys, ...page.prefixes);
            if (page.next === null) break;
            marker = page.next;
          }
          const rolled = sorted
            .filter((one) => one.startsWith(prefix))
            .map((one) => {
              const at = delimiter === '' ? -1 : one.indexOf(delimiter, prefix.length);
              return at < 0 ? one : one.slice(0, at + 1);
            });
          expect(seen.sort(bytewise)).toEqual([...new Set(rolled)].sort(bytewise));
        },
      ),
    ));
});

describe('ListObjectVersions', () => {
  const name = 'history-bucket';

  beforeAll(async () => {
    world.buckets.createBucket({ name, account: TOOLING, region: 'us-east-1', versioned: true });
    for (const Key of ['a', 'd/1', 'd/2', 'z']) {
      for (const Body of ['1', '2']) await s3.send(new PutObjectCommand({ Bucket: name, Key, Body }));
    }
    await s3.send(new DeleteObjectCommand({ Bucket: name, Key: 'z' }));
  });

  const pages = async (MaxKeys: number, Delimiter?: string) => {
    const rows: string[] = [];
    let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
    for (;;) {
      const page = await s3.send(new ListObjectVersionsCommand({ Bucket: name, MaxKeys, Delimiter, ...markers }));
      const row = (kind: string, one: { Key?: string; IsLatest?: boolean }) =>
        `${one.Key} ${kind}${one.IsLatest ? ' latest' : ''}`;
      rows.push(...(page.DeleteMarkers ?? []).map((one) => row('marker', one)));
      rows.push(...(page.Versions ?? []).map((one) => row('version', one)));
      rows.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}`));
      if (!page.IsTruncated) return rows;
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
  };

  it.each([1, 2, 3, 100])('lists versions newest first and delete markers in pages of %d', async (size) => {
    const ofKey = (key: string) => [`${key} version latest`, `${key} version`];
    const z = ['z marker latest', 'z version', 'z version'];
    expect((await pages(size)).sort()).toEqual([...ofKey('a'), ...ofKey('d/1'), ...ofKey('d/2'), ...z].sort());
    expect((await pages(size, '/')).sort()).toEqual([...ofKey('a'), 'd/', ...z].sort());
  });
});

describe('DeleteObjects', () => {
  const name = 'bulk-bucket';

  it('deletes keys by a marker and versions for good', async () => {
    world.buckets.createBucket({ name, account: TOOLING, region: 'us-east-1', versioned: true });
    const { versionId } = world.buckets.putObject(name, 'a<&', '1');
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: name,
        Delete: { Objects: [{ Key: 'a<&' }, { Key: 'a<&', VersionId: versionId }] },
      }),
    );
    expect(Deleted).toMatchObject([
      { Key: 'a<&', DeleteMarker: true },
      { Key: 'a<&', VersionId: versionId },
    ]);
    expect(world.buckets.findBucket(name)?.objects.get('a<&')).toMatchObject([{ deleteMarker: true }]);
  });

  it('says nothing when quiet, and refuses more than 1000 keys', async () => {
    const quiet = new DeleteObjectsCommand({ Bucket: name, Delete: { Quiet: true, Objects: [{ Key: 'b' }] } });
    expect((await s3.send(quiet)).Deleted).toBeUndefined();
    const Objects = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }));
    await expect(s3.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects } }))).rejects.toMatchObject({
      name: 'MalformedXML',
    });
  });
});
