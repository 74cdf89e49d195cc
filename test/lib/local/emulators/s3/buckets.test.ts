import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV, DEV_ROOT, ROOT, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let s3: S3Client;
let ireland: S3Client;
let dev: S3Client;
const inIreland = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } } as const;

beforeAll(async () => {
  world = await startWorld();
  s3 = new S3Client(world.client(ROOT));
  ireland = new S3Client(world.client(ROOT, 'eu-west-1'));
  dev = new S3Client(world.client(DEV_ROOT));
});
afterAll(() => world.close());

describe('CreateBucket', () => {
  it('makes a bucket of the caller in the region of the request', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'first-bucket' }));
    await ireland.send(new CreateBucketCommand({ Bucket: 'irish-bucket', ...inIreland }));
    expect(world.buckets.findBucket('first-bucket')).toMatchObject({ account: TOOLING, region: 'us-east-1' });
    expect(world.buckets.findBucket('irish-bucket')).toMatchObject({ account: TOOLING, region: 'eu-west-1' });
  });

  it('refuses a location which is not the region of the request', async () => {
    const refused = { name: 'IllegalLocationConstraintException' };
    await expect(s3.send(new CreateBucketCommand({ Bucket: 'lost-bucket', ...inIreland }))).rejects.toMatchObject(
      refused,
    );
    await expect(ireland.send(new CreateBucketCommand({ Bucket: 'lost-bucket' }))).resolves.toBeDefined();
    expect(world.buckets.findBucket('lost-bucket')?.region).toBe('eu-west-1');
  });

  it('refuses names that are taken: names are global', async () => {
    await ireland.send(new CreateBucketCommand({ Bucket: 'taken-bucket', ...inIreland }));
    const again = ireland.send(new CreateBucketCommand({ Bucket: 'taken-bucket', ...inIreland }));
    await expect(again).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    const other = dev.send(new CreateBucketCommand({ Bucket: 'taken-bucket' }));
    await expect(other).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
  });

  it('succeeds again for the owner in us-east-1 and changes nothing', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'again-bucket' }));
    await s3.send(new PutObjectCommand({ Bucket: 'again-bucket', Key: 'k', Body: 'b' }));
    await s3.send(new CreateBucketCommand({ Bucket: 'again-bucket' }));
    expect(world.buckets.getObject('again-bucket', 'k')?.body.toString()).toBe('b');
  });

  it.each(['ab', 'Upper', 'a..b', 'a_b', '192.168.0.1', 'xn--a', 'a-s3alias', '-abc'])(
    'refuses the name %s',
    async (Bucket) => {
      await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'InvalidBucketName' });
    },
  );
});

describe('a bucket of another region', () => {
  it('answers PermanentRedirect with its region', async () => {
    world.buckets.createBucket({ name: 'far-bucket', account: TOOLING, region: 'eu-west-1' });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'far-bucket' }))).rejects.toMatchObject({
      name: 'PermanentRedirect',
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    });
  });

  it('is found by clients that follow the redirect, and by GetBucketLocation', async () => {
    const following = new S3Client({ ...world.client(ROOT), followRegionRedirects: true });
    expect(await following.send(new ListObjectsV2Command({ Bucket: 'far-bucket' }))).toMatchObject({ KeyCount: 0 });
    const location = await s3.send(new GetBucketLocationCommand({ Bucket: 'far-bucket' }));
    expect(location.LocationConstraint).toBe('eu-west-1');
  });
});

describe('HeadBucket', () => {
  it('tells the region, and 404 for a bucket that is not there', async () => {
    expect(await s3.send(new HeadBucketCommand({ Bucket: 'first-bucket' }))).toMatchObject({
      BucketRegion: 'us-east-1',
    });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'none-bucket' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('refuses a bucket of another owner than expected', async () => {
    const command = (ExpectedBucketOwner: string) =>
      new HeadBucketCommand({ Bucket: 'first-bucket', ExpectedBucketOwner });
    await expect(s3.send(command(DEV))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(s3.send(command(TOOLING))).resolves.toBeDefined();
  });
});

describe('ListBuckets', () => {
  it('lists the buckets of the account by name, in pages', async () => {
    for (const name of ['dev-c', 'dev-a', 'dev-b'])
      world.buckets.createBucket({ name, account: DEV, region: 'us-east-1' });
    const first = await dev.send(new ListBucketsCommand({ MaxBuckets: 2 }));
    const rest = await dev.send(new ListBucketsCommand({ ContinuationToken: first.ContinuationToken }));
    const names = [...(first.Buckets ?? []), ...(rest.Buckets ?? [])].map(({ Name }) => Name);
    expect(names).toEqual(['dev-a', 'dev-b', 'dev-c']);
    expect(rest.ContinuationToken).toBeUndefined();
  });
});

describe('DeleteBucket', () => {
  it('refuses while an object or an old version is there', async () => {
    const Bucket = 'doomed-bucket';
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b' }));
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    expect(world.buckets.findBucket(Bucket)).toBeUndefined();
  });
});

describe('bucket versioning', () => {
  it('is off, then enabled, then suspended with null versions', async () => {
    const Bucket = 'switch-bucket';
    await s3.send(new CreateBucketCommand({ Bucket }));
    const status = async () => (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    const set = (Status: 'Enabled' | 'Suspended') =>
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    const put = async (Body: string) => (await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body }))).VersionId;
    expect(await status()).toBeUndefined();
    expect(await put('0')).toBeUndefined();
    await set('Enabled');
    const kept = await put('1');
    await set('Suspended');
    expect(await status()).toBe('Suspended');
    expect(await put('2')).toBe('null');
    const bodies = world.buckets
      .findBucket(Bucket)
      ?.objects.get('k')
      ?.map(({ body, versionId }) => [versionId, body.toString()]);
    expect(bodies).toEqual([
      [kept, '1'],
      ['null', '2'],
    ]);
  });
});

describe('bucket policies', () => {
  const Bucket = 'policy-bucket';
  const policy = (Resource: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });

  it('come back as they were put', async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
    const Policy = policy(`arn:aws:s3:::${Bucket}/*`);
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    expect(world.buckets.findBucket(Bucket)?.policy).toBe(Policy);
  });

  it.each([
    ['no JSON', '{'],
    ['another bucket', policy('arn:aws:s3:::other-bucket/*')],
    [
      'no principal',
      JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}` }] }),
    ],
  ])('are refused with %s', async (_what, Policy) => {
    await expect(s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))).rejects.toMatchObject({
      name: 'MalformedPolicy',
    });
  });
});

describe('what is not built', () => {
  it('is refused by name', async () => {
    const acl = new PutBucketAclCommand({ Bucket: 'first-bucket', ACL: 'private' });
    await expect(s3.send(acl)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining("'acl'"),
    });
    const old = new ListObjectsCommand({ Bucket: 'first-bucket' });
    await expect(s3.send(old)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('GET bucket'),
    });
  });
});
