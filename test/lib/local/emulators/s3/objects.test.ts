import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let s3: S3Client;
const plain = { Bucket: 'plain-bucket' };
const versioned = { Bucket: 'versioned-bucket' };

beforeAll(async () => {
  world = await startWorld();
  world.buckets.createBucket({ name: plain.Bucket, account: TOOLING, region: 'us-east-1' });
  world.buckets.createBucket({ name: versioned.Bucket, account: TOOLING, region: 'us-east-1', versioned: true });
  s3 = new S3Client(world.client(world.workerSession()));
});
afterAll(() => world.close());

const read = async (input: { Bucket: string; Key: string; VersionId?: string; Range?: string }) => {
  const { Body } = await s3.send(new GetObjectCommand(input));
  return Body?.transformToString();
};

describe('PutObject and GetObject', () => {
  it('return the body, its content type, metadata and MD5 tag', async () => {
    const Key = 'a dir/ключ+(1)!*.json';
    const put = await s3.send(
      new PutObjectCommand({
        ...plain,
        Key,
        Body: '{"a":1}',
        ContentType: 'application/json',
        Metadata: { run: 'r1' },
      }),
    );
    expect(put.ETag).toBe('"bb6cb5c68df4652941caf652a366f2d8"');
    expect(put.VersionId).toBeUndefined();
    const got = await s3.send(new GetObjectCommand({ ...plain, Key }));
    expect(await got.Body?.transformToString()).toBe('{"a":1}');
    expect(got).toMatchObject({
      ContentType: 'application/json',
      Metadata: { run: 'r1' },
      ETag: put.ETag,
      ContentLength: 7,
      ServerSideEncryption: 'AES256',
    });
  });

  it('take a streamed body with a trailing checksum apart', async () => {
    const Body = Readable.from([Buffer.alloc(70_000, 'a'), Buffer.alloc(30_000, 'b')]);
    await s3.send(new PutObjectCommand({ ...plain, Key: 'streamed', Body, ContentLength: 100_000 }));
    const head = await s3.send(new HeadObjectCommand({ ...plain, Key: 'streamed', ChecksumMode: 'ENABLED' }));
    expect(head.ContentLength).toBe(100_000);
    expect(head.ChecksumCRC32).toMatch(/^.{6}==$/);
    expect(head.ContentEncoding).toBeUndefined();
    expect(await read({ ...plain, Key: 'streamed' })).toBe('a'.repeat(70_000) + 'b'.repeat(30_000));
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'keep and return a %s checksum',
    async (name) => {
      const Key = `checksum-${name}`;
      const put = await s3.send(new PutObjectCommand({ ...plain, Key, Body: '123456789', ChecksumAlgorithm: name }));
      const expected = {
        CRC32: 'y/Q5Jg==',
        CRC32C: '4waSgw==',
        CRC64NVME: 'rosUhgp5mIg=',
        SHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
        SHA256: 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=',
      }[name];
      expect(put[`Checksum${name}`]).toBe(expected);
      const head = await s3.send(new HeadObjectCommand({ ...plain, Key, ChecksumMode: 'ENABLED' }));
      expect(head[`Checksum${name}`]).toBe(expected);
    },
  );

  it('refuse a body whose checksum or MD5 is another', async () => {
    const base = { ...plain, Key: 'bad', Body: 'body' };
    await expect(s3.send(new PutObjectCommand({ ...base, ChecksumCRC32: 'AAAAAA==' }))).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(s3.send(new PutObjectCommand({ ...base, ChecksumSHA256: 'AAAA' }))).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    const ContentMD5 = 'AAAAAAAAAAAAAAAAAAAAAA==';
    await expect(s3.send(new PutObjectCommand({ ...base, ContentMD5 }))).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(read({ ...plain, Key: 'bad' })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('return a range, and refuse one behind the end', async () => {
    await s3.send(new PutObjectCommand({ ...plain, Key: 'range', Body: '0123456789' }));
    expect(await read({ ...plain, Key: 'range', Range: 'bytes=2-4' })).toBe('234');
    expect(await read({ ...plain, Key: 'range', Range: 'bytes=-3' })).toBe('789');
    expect(await read({ ...plain, Key: 'range', Range: 'bytes=8-99' })).toBe('89');
    await expect(read({ ...plain, Key: 'range', Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('refuse what is not implemented by name', async () => {
    const tagged = new PutObjectCommand({ ...plain, Key: 'x', Body: 'x', Tagging: 'a=b' });
    await expect(s3.send(tagged)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining("header 'x-amz-tagging'"),
    });
    const part = new GetObjectCommand({ ...plain, Key: 'range', PartNumber: 1 });
    await expect(s3.send(part)).rejects.toMatchObject({ message: expect.stringContaining("'partNumber'") });
  });
});

describe('conditional writes', () => {
  it('create an object once with If-None-Match: *', async () => {
    const create = () => s3.send(new PutObjectCommand({ ...plain, Key: 'lock', Body: 'mine', IfNoneMatch: '*' }));
    await create();
    await expect(create()).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  });

  it('replace an object only with its present tag', async () => {
    const Key = 'cas';
    const first = await s3.send(new PutObjectCommand({ ...plain, Key, Body: '1' }));
    const swap = (IfMatch?: string) => s3.send(new PutObjectCommand({ ...plain, Key, Body: '2', IfMatch }));
    await swap(first.ETag);
    await expect(swap(first.ETag)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const nothing = new PutObjectCommand({ ...plain, Key: 'absent', Body: '2', IfMatch: first.ETag });
    await expect(s3.send(nothing)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await read({ ...plain, Key })).toBe('2');
  });

  it('treat a delete marker as no object', async () => {
    const Key = 'marked';
    await s3.send(new PutObjectCommand({ ...versioned, Key, Body: '1' }));
    await s3.send(new DeleteObjectCommand({ ...versioned, Key }));
    const again = await s3.send(new PutObjectCommand({ ...versioned, Key, Body: '2', IfNoneMatch: '*' }));
    expect(again.VersionId).toBeDefined();
  });
});

describe('conditional reads', () => {
  it('answer 412 and 304 by the entity tag', async () => {
    const Key = 'conditions';
    const { ETag } = await s3.send(new PutObjectCommand({ ...plain, Key, Body: '1' }));
    await expect(s3.send(new GetObjectCommand({ ...plain, Key, IfMatch: '"other"' }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(s3.send(new GetObjectCommand({ ...plain, Key, IfNoneMatch: ETag }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    const got = await s3.send(new GetObjectCommand({ ...plain, Key, IfMatch: ETag }));
    expect(await got.Body?.transformToString()).toBe('1');
  });
});

describe('versions', () => {
  it('keep every body under its version id', async () => {
    const Key = 'history';
    const one = await s3.send(new PutObjectCommand({ ...versioned, Key, Body: 'one' }));
    const two = await s3.send(new PutObjectCommand({ ...versioned, Key, Body: 'two' }));
    expect(one.VersionId).not.toBe(two.VersionId);
    expect(await read({ ...versioned, Key })).toBe('two');
    expect(await read({ ...versioned, Key, VersionId: one.VersionId })).toBe('one');
    await expect(read({ ...versioned, Key, VersionId: 'none' })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  it('hide a key behind a delete marker and bring it back when that is deleted', async () => {
    const Key = 'hidden';
    await s3.send(new PutObjectCommand({ ...versioned, Key, Body: 'body' }));
    const marker = await s3.send(new DeleteObjectCommand({ ...versioned, Key }));
    expect(marker.DeleteMarker).toBe(true);
    await expect(read({ ...versioned, Key })).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(read({ ...versioned, Key, VersionId: marker.VersionId })).rejects.toMatchObject({
      name: 'MethodNotAllowed',
    });
    await s3.send(new DeleteObjectCommand({ ...versioned, Key, VersionId: marker.VersionId }));
    expect(await read({ ...versioned, Key })).toBe('body');
  });

  it('are not kept in a bucket without versioning', async () => {
    await s3.send(new PutObjectCommand({ ...plain, Key: 'gone', Body: '1' }));
    await s3.send(new DeleteObjectCommand({ ...plain, Key: 'gone' }));
    await expect(s3.send(new HeadObjectCommand({ ...plain, Key: 'gone' }))).rejects.toMatchObject({ name: 'NotFound' });
    expect(world.buckets.getObject(plain.Bucket, 'gone')).toBeUndefined();
  });
});

describe('CopyObject', () => {
  it('copies body and metadata, or replaces the metadata', async () => {
    const source = { ...plain, Key: 'source é', Body: 'body', ContentType: 'text/plain', Metadata: { a: '1' } };
    await s3.send(new PutObjectCommand(source));
    const CopySource = encodeURIComponent(`${plain.Bucket}/${source.Key}`);
    const copy = await s3.send(new CopyObjectCommand({ ...versioned, Key: 'copy', CopySource }));
    expect(copy.VersionId).toBe(world.buckets.getObject(versioned.Bucket, 'copy')?.versionId);
    const kept = await s3.send(new HeadObjectCommand({ ...versioned, Key: 'copy' }));
    expect(kept).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' } });
    const replace = { MetadataDirective: 'REPLACE', Metadata: { b: '2' } } as const;
    await s3.send(new CopyObjectCommand({ ...versioned, Key: 'copy', CopySource, ...replace }));
    const replaced = await s3.send(new HeadObjectCommand({ ...versioned, Key: 'copy' }));
    expect(replaced.Metadata).toEqual({ b: '2' });
  });

  it('refuses a copy onto itself and a source that does not exist', async () => {
    const self = new CopyObjectCommand({ ...plain, Key: 'range', CopySource: 'plain-bucket/range' });
    await expect(s3.send(self)).rejects.toMatchObject({ name: 'InvalidRequest' });
    const missing = new CopyObjectCommand({ ...plain, Key: 'copy', CopySource: 'plain-bucket/none' });
    await expect(s3.send(missing)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('the programmatic store', () => {
  it('shares objects with the wire', async () => {
    world.buckets.putObject(versioned.Bucket, 'asset', 'from the host', { 'content-type': 'text/plain' });
    expect(await read({ ...versioned, Key: 'asset' })).toBe('from the host');
    const root = new S3Client(world.client(ROOT));
    const head = await root.send(new HeadObjectCommand({ ...versioned, Key: 'asset' }));
    expect(head.VersionId).toBe(world.buckets.getObject(versioned.Bucket, 'asset')?.versionId);
  });
});
