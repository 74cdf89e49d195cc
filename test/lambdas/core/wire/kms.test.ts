import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSealing } from '../../../../lambdas/core/sealing.ts';
import { type Kms, kmsEndpoint, openKms } from '../../../../lambdas/core/wire/kms.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { kmsService } from '../../../../lib/local/emulators/kms/index.ts';
import { createKmsStore } from '../../../../lib/local/emulators/kms/store.ts';
import { createFaultInjector, type FaultInjector } from '../../../../lib/local/faults/injector.ts';
import { startWorld, TOOLING, type World } from '../../../lib/local/gateway/fixture.ts';
import { identityOf } from '../../../support/identity.ts';
import { type Scripted, type ScriptedServer, startScripted } from './scripted.ts';

let server: ScriptedServer;
let scripted: Kms;
let world: World;
let kms: Kms;
let faults: FaultInjector;
let arn: string;
beforeAll(async () => {
  server = await startScripted();
  const keys = { accessKeyId: 'KEY', secretAccessKey: 'secret' };
  scripted = openKms({ region: 'us-east-1', keys, endpoint: server.endpoint });
  const clock = realClock();
  const store = createKmsStore(clock);
  arn = store.putKey({ account: TOOLING, region: 'us-east-1' }).arn;
  const arrive: FaultInjector['arrive'] = (call) => faults.arrive(call);
  world = await startWorld([kmsService(store)], { clock, faults: { arrive, use: () => undefined } });
  faults = createFaultInjector({ credentials: world.credentials, signal: () => undefined });
  kms = openKms(identityOf(world));
});
afterAll(async () => {
  kms.close();
  scripted.close();
  await world.close();
  await server.close();
});

const context = { promotionId: 'sales', kind: 'dynamodb' };
const plaintext = Buffer.alloc(32, 7);
const answer = { KeyId: 'arn', CiphertextBlob: 'AAAA', Plaintext: plaintext.toString('base64') };
const failure = async (call: Promise<unknown>) => await call.then(String, (error: unknown) => error as Error);

describe('kmsEndpoint', () => {
  it.each([
    ['eu-central-1', 'https://kms.eu-central-1.amazonaws.com'],
    ['cn-northwest-1', 'https://kms.cn-northwest-1.amazonaws.com.cn'],
  ])('of %s is %s', (region, origin) => {
    expect(kmsEndpoint(region).origin).toBe(origin);
  });
});

describe('generateDataKey', () => {
  it('asks for 256 bits under the key and in the context, and answers both forms', async () => {
    server.script({ body: JSON.stringify(answer) });
    expect(await scripted.generateDataKey('the-arn', context)).toEqual({ plaintext, encrypted: 'AAAA' });
    const [call] = server.arrived;
    expect(call?.headers).toMatchObject({
      'x-amz-target': 'TrentService.GenerateDataKey',
      'content-type': 'application/x-amz-json-1.1',
    });
    expect(JSON.parse(call?.body ?? '')).toEqual({ KeyId: 'the-arn', KeySpec: 'AES_256', EncryptionContext: context });
  });

  it.each<[string, Scripted]>([
    ['empty', {}],
    ['cut', { body: JSON.stringify(answer).slice(0, -1) }],
    ['no object', { body: 'null' }],
    ['of another kind', { body: '<html></html>' }],
    ['without an encrypted key', { body: JSON.stringify({ ...answer, CiphertextBlob: '' }) }],
    ['without a key in clear', { body: JSON.stringify({ ...answer, Plaintext: undefined }) }],
    ['of 128 bits', { body: JSON.stringify({ ...answer, Plaintext: plaintext.toString('base64', 0, 16) }) }],
  ])('takes no answer that is %s', async (_what, scriptedAnswer) => {
    server.script(scriptedAnswer);
    const error = await failure(scripted.generateDataKey('the-arn', context));
    expect(error).toMatchObject({ name: 'ShapeError' });
    expect(String(error)).not.toContain(answer.Plaintext);
  });

  it.each<[string, Scripted, object]>([
    [
      'a refusal',
      { status: 400, body: '{"__type":"com.amazonaws.kms#DisabledException","message":"it is disabled"}' },
      { name: 'DisabledException', message: 'it is disabled', $metadata: { httpStatusCode: 400 } },
    ],
    ['a server in between', { status: 503, body: '<html></html>' }, { name: 'ServiceUnavailable' }],
    ['a strange refusal', { status: 403, body: '{}' }, { name: 'ShapeError' }],
  ])('tells %s', async (_what, scriptedAnswer, wanted) => {
    server.script(scriptedAnswer);
    expect(await failure(scripted.generateDataKey('the-arn', context))).toMatchObject(wanted);
  });
});

describe('decrypt', () => {
  it('asks for exactly this key, and answers it', async () => {
    server.script({ body: JSON.stringify(answer) });
    expect(await scripted.decrypt('the-arn', 'AAAA', context)).toEqual(plaintext);
    const [call] = server.arrived;
    expect(call?.headers['x-amz-target']).toBe('TrentService.Decrypt');
    const sent = { KeyId: 'the-arn', CiphertextBlob: 'AAAA', EncryptionContext: context };
    expect(JSON.parse(call?.body ?? '')).toEqual(sent);
  });

  it('gives back what was generated, in the same context only', async () => {
    const { plaintext: key, encrypted } = await kms.generateDataKey(arn, context);
    expect(await kms.decrypt(arn, encrypted, { kind: 'dynamodb', promotionId: 'sales' })).toEqual(key);
    const refused = { name: 'InvalidCiphertextException' };
    expect(await failure(kms.decrypt(arn, encrypted, { ...context, promotionId: 'other' }))).toMatchObject(refused);
  });
});

describe('a text is sealed and opened in spite of', () => {
  it.each(['throttle', 'error500', 'html503', 'reset', 'empty', 'html', 'truncate', 'skew'] as const)(
    '%s, once each',
    async (action) => {
      faults.use(
        ['GenerateDataKey', 'Decrypt'].map((operation) => ({ service: 'kms', operation, action, nth: 1 }) as const),
      );
      const owner = { promotionId: 'sales', kind: 'dynamodb' } as const;
      const { dataKey, seal } = await openSealing(kms, arn).sealer(owner);
      const open = await openSealing(kms, arn).opener(owner, dataKey, 'the-file');
      expect(open(seal('text', 'place'), 'place')).toBe('text');
      faults.use([]);
    },
  );
});
