import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { assume, forgetSessions } from '../../../lambdas/core/accounts.ts';
import { openSts, type Sts } from '../../../lambdas/core/wire/sts.ts';
import { DEV, startWorld, TOOLING, type World } from '../../lib/local/gateway/fixture.ts';
import { environments, refusal } from '../../support/factories.ts';
import { identityOf } from '../../support/identity.ts';

const prod = '333333333333';

let world: World;
let sts: Sts;
let worker: Parameters<typeof assume>[0];
beforeAll(async () => {
  world = await startWorld();
  sts = openSts(identityOf(world));
  worker = { environments, sts };
  world.iam.putRole({ account: prod, name: 'DynamoDB-MigrationDest', trustPolicy: trust('test-external-id') });
  world.iam.putRole({ account: prod, name: 'DynamoDB-MigrationOrigin', trustPolicy: trust('another-external-id') });
  world.iam.putRole({ account: DEV, name: 'DynamoDB-MigrationDest', trustPolicy: trust('test-external-id') });
});
afterEach(() => {
  vi.useRealTimers();
  forgetSessions();
});
afterAll(async () => {
  sts.close();
  await world.close();
});

const trust = (externalId: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${TOOLING}:root` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': externalId } },
    },
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${TOOLING}:root` }, Action: 'sts:SetSourceIdentity' },
  ],
});

const request = { environment: 'prod', kind: 'dynamodb', side: 'destination', promotionId: 'sales' } as const;
const calls = (name: string) => world.gateway.calls().filter(({ operation }) => operation === name).length;
const assumptions = () => calls('AssumeRole');

describe('assume', () => {
  it('answers credentials of the role in the environment’s region, with the promotion as source identity', async () => {
    const target = await assume(worker, request);
    const credentials = await target.credentials();
    const session = world.credentials.find(credentials.accessKeyId);
    expect(target.region).toBe('us-east-1');
    expect(session).toMatchObject({
      account: prod,
      role: 'DynamoDB-MigrationDest',
      sourceIdentity: 'sales',
      sessionName: 'dynamodb-sales',
      sessionPolicy: null,
    });
    expect(credentials.expiration.getTime() - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('narrows the session where a policy is given', async () => {
    const sessionPolicy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['dynamodb:Scan'], Resource: 'arn:aws:dynamodb:*:*:table/orders' }],
    };
    const { accessKeyId } = await (await assume(worker, { ...request, sessionPolicy })).credentials();
    expect(JSON.parse(world.credentials.find(accessKeyId)?.sessionPolicy ?? '')).toEqual(sessionPolicy);
  });

  it('refuses a role that does not trust the worker, by name', async () => {
    const found = await refusal(() => assume(worker, { ...request, side: 'source' }));
    expect(found).toMatchObject({ name: 'Promotion.Permission', code: 'AccessDenied' });
    expect(found.message).toContain(`arn:aws:iam::${prod}:role/DynamoDB-MigrationOrigin`);
    expect(found.message).toContain('environment prod');
  });

  it('refuses a role that is not there, by name', async () => {
    const found = await refusal(() => assume(worker, { ...request, kind: 'dms' }));
    expect(found).toMatchObject({ name: 'Promotion.Permission' });
    expect(found.message).toContain('DMS-MigrationDest');
  });

  it('refuses a role that leads to another account than the configured one', async () => {
    // As when an endpoint or a proxy of another account answers: the session itself is a good one.
    const astray = { environments, sts: { ...sts, accountOf: async () => '999999999999' } };
    // A role of which this process has not seen yet where it leads.
    const unseen = { ...request, environment: 'dev' };
    const found = await refusal(() => assume(astray, unseen));
    const again = await refusal(() => assume(astray, unseen));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'WrongAccount' });
    expect(again.code).toBe('WrongAccount');
    expect(found.message).toContain('account 999999999999');
    expect(found.message).toContain(DEV);
  });

  it('does not ask whose account a role leads to that only reads: its ARN says it', async () => {
    const accountOf = vi.fn(async () => '999999999999');
    const asking = { environments, sts: { ...sts, accountOf } };
    expect(await assume(asking, { ...request, environment: 'dev', readOnly: true })).toHaveProperty('credentials');
    expect(accountOf).not.toHaveBeenCalled();
    expect(await refusal(() => assume(asking, { ...request, environment: 'dev' }))).toMatchObject({
      code: 'WrongAccount',
    });
    expect(accountOf).toHaveBeenCalledTimes(1);
  });

  it('refuses an environment that is not configured', async () => {
    expect(await refusal(() => assume(worker, { ...request, environment: 'qa' }))).toMatchObject({
      name: 'Promotion.Config',
      code: 'UnknownEnvironment',
    });
  });
});

describe('pitfall 35: a session for every call, or one that has run out', () => {
  it('all calls use the session of the check: one AssumeRole', async () => {
    const before = assumptions();
    const target = await assume(worker, request);
    const keys = await Promise.all([target.credentials(), target.credentials(), target.credentials()]);
    expect(assumptions() - before).toBe(1);
    expect(new Set(keys.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
  });

  it('asked to forget a session that a service calls expired, there is a new one, for later invocations too', async () => {
    const target = await assume(worker, request);
    const first = await target.credentials();
    const second = await target.credentials({ forceRefresh: true });
    expect(second.accessKeyId).not.toBe(first.accessKeyId);
    expect(await target.credentials()).toEqual(second);
    expect(await (await assume(worker, request)).credentials()).toEqual(second);
  });

  it('calls that ask for a new session at once share one', async () => {
    const target = await assume(worker, request);
    const before = assumptions();
    await Promise.all(Array.from({ length: 16 }, () => target.credentials({ forceRefresh: true })));
    expect(assumptions() - before).toBe(1);
  });

  it('a session that could not be had is asked for anew', async () => {
    const refused = Object.assign(new Error('not now'), { name: 'AccessDenied' });
    const assumeRole = vi.fn(sts.assumeRole);
    const target = await assume({ environments, sts: { ...sts, assumeRole } }, request);
    assumeRole.mockRejectedValueOnce(refused);
    expect(await refusal(() => target.credentials({ forceRefresh: true }))).toMatchObject({ code: 'AccessDenied' });
    await target.credentials({ forceRefresh: true });
    expect(assumeRole).toHaveBeenCalledTimes(3);
  });

  it('a later invocation of the process goes on with the session and asks no more whose account it is', async () => {
    const first = await (await assume(worker, request)).credentials();
    const [assumed, asked] = [assumptions(), calls('GetCallerIdentity')];
    const second = await (await assume(worker, { ...request })).credentials();
    expect(second).toEqual(first);
    expect([assumptions(), calls('GetCallerIdentity')]).toEqual([assumed, asked]);
  });

  it.each([
    ['another promotion', { promotionId: 'stock' }],
    ['another narrowing', { sessionPolicy: { Version: '2012-10-17', Statement: [] } }],
    ['another environment', { environment: 'dev' }],
  ])('%s has a session of its own', async (_what, other) => {
    const first = await (await assume(worker, request)).credentials();
    const second = await (await assume(worker, { ...request, ...other })).credentials();
    expect(second.accessKeyId).not.toBe(first.accessKeyId);
  });

  it('a session that ends within five minutes is not begun with', async () => {
    const first = await (await assume(worker, request)).credentials();
    const beginAt = (milliseconds: number) =>
      vi.useFakeTimers({ toFake: ['Date'], now: first.expiration.getTime() - 300_000 + milliseconds });
    beginAt(-1_000);
    expect(await (await assume(worker, request)).credentials()).toEqual(first);
    beginAt(1);
    const before = assumptions();
    await (await assume(worker, request)).credentials();
    expect(assumptions()).toBeGreaterThan(before);
  });

  it('a process that has failed assumes the role anew', async () => {
    const first = await (await assume(worker, request)).credentials();
    forgetSessions();
    const second = await (await assume(worker, request)).credentials();
    expect(second.accessKeyId).not.toBe(first.accessKeyId);
  });
});
