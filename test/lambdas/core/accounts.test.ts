import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assume } from '../../../lambdas/core/accounts.ts';
import { clients } from '../../../lambdas/core/clients.ts';
import { startWorld, TOOLING, type World } from '../../lib/local/gateway/fixture.ts';
import { environments, refusal } from '../../support/factories.ts';

const prod = '333333333333';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const session = world.workerSession();
  // The worker's own credentials and endpoint, as the host gives them to a function.
  vi.stubEnv('AWS_ENDPOINT_URL', world.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', session.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', session.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', session.sessionToken);
  world.iam.putRole({ account: prod, name: 'DynamoDB-MigrationDest', trustPolicy: trust('test-external-id') });
  world.iam.putRole({ account: prod, name: 'DynamoDB-MigrationOrigin', trustPolicy: trust('another-external-id') });
});
afterAll(async () => {
  vi.unstubAllEnvs();
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
const assumptions = () => world.gateway.calls().filter(({ operation }) => operation === 'AssumeRole').length;

describe('assume', () => {
  it('answers credentials of the role in the environment’s region, with the promotion as source identity', async () => {
    const target = await assume(environments, request);
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
    const { accessKeyId } = await (await assume(environments, { ...request, sessionPolicy })).credentials();
    expect(JSON.parse(world.credentials.find(accessKeyId)?.sessionPolicy ?? '')).toEqual(sessionPolicy);
  });

  it('refuses a role that does not trust the worker, by name', async () => {
    const found = await refusal(() => assume(environments, { ...request, side: 'source' }));
    expect(found).toMatchObject({ name: 'Promotion.Permission', code: 'AccessDenied' });
    expect(found.message).toContain(`arn:aws:iam::${prod}:role/DynamoDB-MigrationOrigin`);
    expect(found.message).toContain('environment prod');
  });

  it('refuses a role that is not there, by name', async () => {
    const found = await refusal(() => assume(environments, { ...request, kind: 'dms' }));
    expect(found).toMatchObject({ name: 'Promotion.Permission' });
    expect(found.message).toContain('DMS-MigrationDest');
  });

  it('refuses a role that leads to another account than the configured one', async () => {
    const open = clients.sts;
    const spy = vi.spyOn(clients, 'sts').mockImplementation((target) => {
      const client = open(target);
      // As when an endpoint or a proxy of another account answers: the session itself is a good one.
      client.middlewareStack.add(
        (next, context) => async (args) => {
          const answer = await next(args);
          if (context.commandName === 'GetCallerIdentityCommand')
            Object.assign(answer.output, { Account: '999999999999' });
          return answer;
        },
        { step: 'initialize', name: 'answerAnotherAccount' },
      );
      return client;
    });
    const found = await refusal(() => assume(environments, request));
    spy.mockRestore();
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'WrongAccount' });
    expect(found.message).toContain('account 999999999999');
    expect(found.message).toContain(prod);
  });

  it('refuses an environment that is not configured', async () => {
    expect(await refusal(() => assume(environments, { ...request, environment: 'qa' }))).toMatchObject({
      name: 'Promotion.Config',
      code: 'UnknownEnvironment',
    });
  });
});

describe('pitfall 35: a session for every call, or one that has run out', () => {
  it('the first calls use the session of the check: one AssumeRole', async () => {
    const before = assumptions();
    const target = await assume(environments, request);
    await target.credentials();
    expect(assumptions() - before).toBe(1);
  });

  it('asked again, as a client does before the hour is over, there is a new session', async () => {
    const target = await assume(environments, request);
    const [first, second] = [await target.credentials(), await target.credentials()];
    expect(second.accessKeyId).not.toBe(first.accessKeyId);
  });
});
