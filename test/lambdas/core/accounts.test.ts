import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assume } from '../../../lambdas/core/accounts.ts';
import { environmentsSchema } from '../../../lambdas/core/environments.ts';

const environments = environmentsSchema.parse({
  tooling: { account: '111111111111', region: 'us-east-1' },
  externalId: 'an-external-id',
  environments: { prod: { account: '333333333333', region: 'eu-west-1' } },
});

/** Answers of STS in their order; each is used once, the last one for ever. */
let answers: { status: number; body: string }[] = [];
let asked: URLSearchParams[] = [];
let server: Server;
const before = { ...process.env };

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500, body: '' };
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'ASIAWORKER',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
});

afterEach(async () => {
  process.env = { ...before };
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const session = {
  status: 200,
  body: `<AssumeRoleResponse ${namespace}><AssumeRoleResult><Credentials><AccessKeyId>ASIASESSION</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
};
const identity = (account: string) => ({
  status: 200,
  body: `<GetCallerIdentityResponse ${namespace}><GetCallerIdentityResult><Account>${account}</Account><Arn>a</Arn><UserId>u</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`,
});
const request = { environment: 'prod', kind: 'dynamodb', side: 'destination', promotionId: 'sales' } as const;

describe('assume', () => {
  it('asks with the external id, the promotion as source identity, and the narrowing policy', async () => {
    answers = [session, identity('333333333333')];
    const target = await assume(environments, { ...request, sessionPolicy: { Statement: [] } });
    expect(target.region).toBe('eu-west-1');
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: 'arn:aws:iam::333333333333:role/DynamoDB-MigrationDest',
      ExternalId: 'an-external-id',
      SourceIdentity: 'sales',
      Policy: '{"Statement":[]}',
    });
  });

  it('uses the credentials that it checked, without asking for others', async () => {
    answers = [session, identity('333333333333')];
    const target = await assume(environments, request);
    expect(await target.credentials()).toMatchObject({ accessKeyId: 'ASIASESSION', sessionToken: 't' });
    expect(asked.map((call) => call.get('Action'))).toEqual(['AssumeRole', 'GetCallerIdentity']);
  });

  it('refuses a role that leads to another account', async () => {
    answers = [session, identity('999999999999')];
    await expect(assume(environments, request)).rejects.toMatchObject({
      name: 'Promotion.Config',
      message: expect.stringMatching(/leads to account 999999999999, but environment prod is account 333333333333/),
    });
  });

  it('names the role that may not be assumed, and does not ask twice', async () => {
    const refusal = 'User: arn:aws:sts::111111111111:assumed-role/w/w is not authorized to perform: sts:AssumeRole';
    answers = [
      {
        status: 403,
        body: `<ErrorResponse ${namespace}><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${refusal}</Message></Error></ErrorResponse>`,
      },
    ];
    await expect(assume(environments, request)).rejects.toMatchObject({
      name: 'Promotion.Permission',
      message: expect.stringContaining('role/DynamoDB-MigrationDest'),
    });
    expect(asked).toHaveLength(1);
  });

  it('takes a success without credentials for a lost answer', async () => {
    answers = [{ status: 200, body: '' }, session, identity('333333333333')];
    await assume(environments, request);
    expect(asked).toHaveLength(3);
  });

  it('refuses an environment that is not configured', async () => {
    await expect(assume(environments, { ...request, environment: 'moon' })).rejects.toMatchObject({
      name: 'Promotion.Config',
    });
  });
});
