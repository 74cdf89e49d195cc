import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assume, forgetSessions } from '../../../../lambdas/core/accounts.ts';
import { openSts, type Sts, stsEndpoint } from '../../../../lambdas/core/wire/sts.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { createFaultInjector, type FaultInjector } from '../../../../lib/local/faults/injector.ts';
import { startWorld, TOOLING, type World } from '../../../lib/local/gateway/fixture.ts';
import { environments } from '../../../support/factories.ts';
import { identityOf } from '../../../support/identity.ts';
import { type Scripted, type ScriptedServer, startScripted } from './scripted.ts';

let server: ScriptedServer;
let scripted: Sts;
let world: World;
let sts: Sts;
let faults: FaultInjector;
beforeAll(async () => {
  server = await startScripted();
  const keys = { accessKeyId: 'KEY', secretAccessKey: 'secret' };
  scripted = openSts({ region: 'us-east-1', keys, endpoint: server.endpoint });
  const arrive: FaultInjector['arrive'] = (call) => faults.arrive(call);
  world = await startWorld([], { clock: realClock(), faults: { arrive, use: () => undefined } });
  faults = createFaultInjector({ credentials: world.credentials, signal: () => undefined });
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: TOOLING }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] },
  ];
  const trustPolicy = { Version: '2012-10-17', Statement };
  world.iam.putRole({ account: '333333333333', name: 'DynamoDB-MigrationDest', trustPolicy });
  sts = openSts(identityOf(world));
});
afterAll(async () => {
  sts.close();
  scripted.close();
  await world.close();
  await server.close();
});

const input = {
  RoleArn: 'arn:aws:iam::333333333333:role/DynamoDB-MigrationDest',
  RoleSessionName: 'dynamodb-sales',
  ExternalId: 'id=+/,.@:-_',
  SourceIdentity: 'sales',
  DurationSeconds: 3600,
};
const failure = async (call: Promise<unknown>) => await call.then(String, (error: unknown) => error as Error);
const answered = (credentials: string): Scripted => ({
  body: `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
});
const whole =
  '<AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T+/=</SessionToken><Expiration>2026-11-21T13:00:00Z</Expiration>';

describe('stsEndpoint', () => {
  it.each([
    ['eu-central-1', 'https://sts.eu-central-1.amazonaws.com'],
    ['us-gov-west-1', 'https://sts.us-gov-west-1.amazonaws.com'],
    ['cn-northwest-1', 'https://sts.cn-northwest-1.amazonaws.com.cn'],
  ])('of %s is %s', (region, origin) => {
    expect(stsEndpoint(region).origin).toBe(origin);
  });
});

describe('assumeRole', () => {
  it('sends every member as it is, and answers the keys', async () => {
    server.script(answered(whole));
    const Policy = '{"Version":"2012-10-17","Statement":[{"Resource":"a&b=c d+é"}]}';
    expect(await scripted.assumeRole({ ...input, Policy })).toEqual({
      accessKeyId: 'A',
      secretAccessKey: 'S',
      sessionToken: 'T+/=',
      expiration: new Date('2026-11-21T13:00:00Z'),
    });
    expect(Object.fromEntries(new URLSearchParams(server.arrived[0]?.body))).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      ...input,
      DurationSeconds: '3600',
      Policy,
    });
  });

  it.each<[string, Scripted]>([
    ['empty', {}],
    ['cut', { body: '<AssumeRoleResponse><AssumeRoleResult>' }],
    ['of another operation', { body: '<GetCallerIdentityResponse></GetCallerIdentityResponse>' }],
    ['without a token', answered(whole.replace('T+/=', ''))],
    ['without an end', answered(whole.replace('2026-11-21T13:00:00Z', 'soon'))],
  ])('takes no answer that is %s', async (_what, answer) => {
    server.script(answer);
    expect(await failure(scripted.assumeRole(input))).toMatchObject({ name: 'ShapeError' });
  });

  it('tells the code of a refusal', async () => {
    const error = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>';
    server.script({ status: 403, body: error });
    expect(await failure(scripted.assumeRole(input))).toMatchObject({
      name: 'AccessDenied',
      message: 'not you',
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('accountOf', () => {
  it('asks with the keys that it is about', async () => {
    const keys = await sts.assumeRole({ ...input, ExternalId: 'test-external-id' });
    expect(await sts.accountOf(keys)).toBe('333333333333');
    expect(await sts.accountOf(identityOf(world).keys)).toBe(TOOLING);
  });

  it('takes no answer without an account', async () => {
    server.script({ body: '<GetCallerIdentityResponse></GetCallerIdentityResponse>' });
    const { keys } = identityOf(world);
    expect(await failure(scripted.accountOf(keys))).toMatchObject({ name: 'ShapeError' });
  });
});

describe('a role is assumed in spite of', () => {
  const request = { environment: 'prod', kind: 'dynamodb', side: 'destination', promotionId: 'sales' } as const;

  it.each(['throttle', 'error500', 'html503', 'reset', 'empty', 'html', 'truncate', 'skew', 'expired'] as const)(
    '%s, once',
    async (action) => {
      forgetSessions();
      faults.use([{ service: 'sts', operation: 'AssumeRole', action, nth: 1 }]);
      const target = await assume({ environments, sts }, request);
      expect(world.credentials.find((await target.credentials()).accessKeyId)?.account).toBe('333333333333');
      faults.use([]);
    },
  );
});
