import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArtefacts } from '../../../../lambdas/core/artefacts.ts';
import { classify } from '../../../../lambdas/core/retry.ts';
import { type Bucket, bucketAddress, openBucket } from '../../../../lambdas/core/wire/s3.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { createFaultInjector, type FaultInjector } from '../../../../lib/local/faults/injector.ts';
import { startWorld, TOOLING, type World } from '../../../lib/local/gateway/fixture.ts';
import { identityOf } from '../../../support/identity.ts';
import { type Scripted, type ScriptedServer, startScripted } from './scripted.ts';

const name = 'artefacts-of-the-test';
let server: ScriptedServer;
let scripted: Bucket;
let world: World;
let bucket: Bucket;
let faults: FaultInjector;
beforeAll(async () => {
  server = await startScripted();
  const keys = { accessKeyId: 'KEY', secretAccessKey: 'secret' };
  scripted = openBucket({ region: 'us-east-1', keys, endpoint: server.endpoint }, name);
  const arrive: FaultInjector['arrive'] = (call) => faults.arrive(call);
  world = await startWorld([], { clock: realClock(), faults: { arrive, use: () => undefined } });
  faults = createFaultInjector({ credentials: world.credentials, signal: () => undefined });
  world.buckets.createBucket({ name, account: TOOLING, region: 'us-east-1', versioned: true });
  bucket = openBucket(identityOf(world), name);
});
afterAll(async () => {
  bucket.close();
  scripted.close();
  await world.close();
  await server.close();
});

const failure = async (call: Promise<unknown>) => await call.then(String, (error: unknown) => error as Error);
const put = (key: string, text: string) => bucket.put(key, Buffer.from(text), { contentType: 'application/json' });

describe('bucketAddress', () => {
  it.each([
    ['artefacts', 'us-east-1', 'https://artefacts.s3.us-east-1.amazonaws.com', ''],
    ['artefacts', 'us-gov-west-1', 'https://artefacts.s3.us-gov-west-1.amazonaws.com', ''],
    ['artefacts', 'cn-north-1', 'https://artefacts.s3.cn-north-1.amazonaws.com.cn', ''],
    ['my.artefacts', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com', '/my.artefacts'],
  ])('of %s in %s is %s%s', (bucketName, region, origin, base) => {
    const found = bucketAddress(bucketName, region, null);
    expect([found.origin.origin, found.base]).toEqual([origin, base]);
  });

  it('has the bucket in the path where another endpoint is given, behind its own', () => {
    const { origin, base } = bucketAddress('artefacts', 'us-east-1', new URL('http://127.0.0.1:4566/aws/'));
    expect([origin.host, base]).toEqual(['127.0.0.1:4566', '/aws/artefacts']);
  });
});

describe('put and get', () => {
  it('carry any key and any bytes', async () => {
    const key = "a b/ü+&=?#%20!*'()~/.json";
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const written = await bucket.put(key, body, { contentType: 'application/octet-stream' });
    expect(await bucket.get(key)).toEqual({ ...written, body });
    expect(world.buckets.getObject(name, key)?.body).toEqual(body);
    expect((await bucket.list('a b/ü+&')).objects).toEqual([{ key, etag: written.etag }]);
  });

  it('let the service check what arrived', async () => {
    server.script({ headers: { etag: '"e"' } });
    await scripted.put('a.json', Buffer.from('text'), { contentType: 'text/plain', ifMatch: '"old"' });
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32('text'));
    expect(server.arrived[0]).toMatchObject({ method: 'PUT', target: `/${name}/a.json`, body: 'text' });
    expect(server.arrived[0]?.headers).toMatchObject({
      'x-amz-checksum-crc32': sum.toString('base64'),
      'content-type': 'text/plain',
      'if-match': '"old"',
    });
  });

  it('tell an object that is not there, a version that is not, and a bucket', async () => {
    await put('versions.json', '1');
    expect(await failure(bucket.get('nowhere.json'))).toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
    expect(await failure(bucket.get('versions.json', 'x'.repeat(32)))).toMatchObject({ name: 'NoSuchVersion' });
    expect(await failure(openBucket(identityOf(world), 'no-such-bucket').get('a'))).toMatchObject({
      name: 'NoSuchBucket',
    });
  });
});

describe('an answer is no answer', () => {
  const told = (algorithm: string, value: string): Scripted => ({
    headers: { etag: '"e"', [`x-amz-checksum-${algorithm}`]: value },
    body: 'text',
  });
  const cut = '<ListBucketResult><KeyCount>0</KeyCount>';
  const listing = (content: string): Scripted => ({ body: `<ListBucketResult>${content}</ListBucketResult>` });

  it.each<[string, Scripted]>([
    ['without an ETag: empty, or a page of HTML', { body: '<html></html>' }],
    ['with another crc32', told('crc32', 'AAAAAA==')],
    ['with another sha1', told('sha1', 'AAAA')],
    ['with another sha256', told('sha256', 'AAAA')],
    ['an error that is cut', { status: 404, body: '<Error><Code>NoSuch' }],
    ['an error of a proxy', { status: 403, body: '<html></html>' }],
    ['an error without a code', { status: 404, body: '<Error><Message>x</Message></Error>' }],
  ])('%s, to a read', async (_what, answer) => {
    server.script(answer);
    expect(await failure(scripted.get('a.json'))).toMatchObject({ name: 'ShapeError' });
  });

  it.each<[string, Scripted]>([
    ['empty', {}],
    ['cut', { body: cut }],
    ['with fewer objects than it counts', listing('<IsTruncated>false</IsTruncated><KeyCount>1</KeyCount>')],
    ['without a count', listing('<IsTruncated>false</IsTruncated>')],
    ['truncated without a way on', listing('<IsTruncated>true</IsTruncated><KeyCount>0</KeyCount>')],
    ['of something else', { body: '<Response></Response>' }],
  ])('%s, to a listing', async (_what, answer) => {
    server.script(answer);
    expect(await failure(scripted.list('a/'))).toMatchObject({ name: 'ShapeError' });
  });

  it('with a server’s status, whatever its body', async () => {
    server.script({ status: 503, body: '<html></html>' });
    expect(classify(await failure(scripted.get('a.json')))).toBe('transient');
  });

  it('but one whose checksum is of its parts, or of an algorithm that is not computed', async () => {
    server.script(told('crc32', 'AAAAAA==-3'), told('crc64nvme', 'AAAAAAAAAAA='));
    expect((await scripted.get('a.json')).body.toString()).toBe('text');
    expect((await scripted.get('a.json')).body.toString()).toBe('text');
  });
});

describe('artefacts outlive', () => {
  const rules = ['throttle', 'error500', 'html503', 'reset', 'empty', 'html', 'truncate', 'checksum', 'skew', 'expired']
    .flatMap((action) => [
      { action, phase: 'before' },
      { action, phase: 'after' },
    ])
    .map(({ action, phase }) => ({ action, phase }) as { action: 'throttle'; phase: 'before' });

  it.each(rules)('$action $phase the effect, of each call once', async ({ action, phase }) => {
    const artefacts = openArtefacts(bucket);
    const key = `faults/${action}-${phase}/a.json`;
    const operations = ['PutObject', 'GetObject', 'ListObjectsV2'];
    faults.use(operations.map((operation) => ({ operation, action, phase, nth: 1 })));
    const { etag } = await artefacts.write(key, { value: action }, { absent: true });
    const found = await artefacts.read(key);
    expect(JSON.parse(found?.text ?? '')).toEqual({ value: action });
    expect(found?.etag).toBe(etag);
    expect(await artefacts.list(`faults/${action}-${phase}/`)).toEqual([key]);
    faults.use([]);
  });
});
