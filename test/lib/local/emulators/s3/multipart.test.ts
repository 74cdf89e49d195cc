import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

const MIB = 1024 * 1024;
const Bucket = 'parts-bucket';
let world: World;
let s3: S3Client;

beforeAll(async () => {
  world = await startWorld();
  world.buckets.createBucket({ name: Bucket, account: TOOLING, region: 'us-east-1', versioned: true });
  s3 = new S3Client(world.client(ROOT));
});
afterAll(() => world.close());

async function upload(Key: string, bodies: Buffer[], ChecksumAlgorithm?: 'CRC32') {
  const create = { Bucket, Key, ContentType: 'text/plain', ChecksumAlgorithm };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(create));
  const Parts: CompletedPart[] = [];
  for (const [index, Body] of bodies.entries()) {
    const PartNumber = index + 1;
    const part = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
  }
  const complete = (list: CompletedPart[] = Parts, further: { IfNoneMatch?: string } = {}) =>
    s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: list }, ...further }),
    );
  return { UploadId, Parts, complete };
}

describe('a multipart upload', () => {
  it('joins its parts, with a tag that counts them', async () => {
    const { complete, UploadId } = await upload('big', [Buffer.alloc(5 * MIB, 'a'), Buffer.from('end')], 'CRC32');
    const done = await complete();
    expect(done).toMatchObject({ Bucket, Key: 'big', ETag: expect.stringMatching(/^"[0-9a-f]{32}-2"$/) });
    expect(done.ChecksumCRC32).toMatch(/-2$/);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'big' }));
    expect(head).toMatchObject({ ContentLength: 5 * MIB + 3, ContentType: 'text/plain', VersionId: done.VersionId });
    const again = s3.send(new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber: 1, Body: 'x' }));
    await expect(again).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('has the CRC64NVME of the whole when the client declares no algorithm', async () => {
    const { complete } = await upload('undeclared', [Buffer.from('123456789')]);
    expect(await complete()).toMatchObject({ ChecksumCRC64NVME: 'rosUhgp5mIg=', ChecksumType: 'FULL_OBJECT' });
  });

  it('wants the declared checksum with every part and in the completion', async () => {
    const { complete, Parts, UploadId } = await upload('declared', [Buffer.from('a')], 'CRC32');
    const other = { Bucket, Key: 'declared', UploadId, PartNumber: 1, Body: 'a', ChecksumAlgorithm: 'SHA1' } as const;
    await expect(s3.send(new UploadPartCommand(other))).rejects.toMatchObject({ name: 'InvalidRequest' });
    const bare = Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    await expect(complete(bare)).rejects.toMatchObject({ message: expect.stringContaining('missing for part 1') });
    const wrong = Parts.map((part) => ({ ...part, ChecksumCRC32: 'AAAAAA==' }));
    await expect(complete(wrong)).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete()).resolves.toMatchObject({ ChecksumType: 'COMPOSITE' });
  });

  it('refuses small parts before the last', async () => {
    const { complete } = await upload('small', [Buffer.from('a'), Buffer.from('b')]);
    await expect(complete()).rejects.toMatchObject({ name: 'EntityTooSmall' });
  });

  it('refuses parts that are not there, changed, out of order or none', async () => {
    const { complete, Parts } = await upload('wrong', [Buffer.alloc(5 * MIB), Buffer.from('b')]);
    await expect(complete([...Parts, { PartNumber: 3, ETag: '"x"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete([{ PartNumber: 1, ETag: '"other"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete([...Parts].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([])).rejects.toMatchObject({ name: 'MalformedXML' });
    expect(world.buckets.getObject(Bucket, 'wrong')).toBeUndefined();
  });

  it('honours If-None-Match when it is completed', async () => {
    world.buckets.putObject(Bucket, 'exists', 'already');
    const { complete, Parts } = await upload('exists', [Buffer.from('new')]);
    await expect(complete(Parts, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('leaves nothing behind when it is aborted', async () => {
    const { complete, UploadId } = await upload('aborted', [Buffer.from('a')]);
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId }));
    await expect(complete()).rejects.toMatchObject({ name: 'NoSuchUpload' });
    expect(world.buckets.findBucket(Bucket)?.uploads.has(UploadId ?? '')).toBe(false);
  });

  it('refuses combinations of checksum and type that S3 does not have', async () => {
    const create = (ChecksumAlgorithm: 'SHA256' | 'CRC64NVME', ChecksumType: 'FULL_OBJECT' | 'COMPOSITE') =>
      s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k', ChecksumAlgorithm, ChecksumType }));
    await expect(create('SHA256', 'FULL_OBJECT')).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(create('CRC64NVME', 'COMPOSITE')).rejects.toMatchObject({ name: 'InvalidRequest' });
  });
});
