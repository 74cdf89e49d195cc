import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV, ROOT, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let worker: STSClient;
const WORKER_ARN = `arn:aws:sts::${TOOLING}:assumed-role/worker/function`;
/** The condition holds at AssumeRole, whose request alone has an external id. */
const trust = (actions: string[], condition: Record<string, Record<string, string>>) => {
  const statement = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${TOOLING}:root` } };
  const others = actions.filter((action) => action !== 'sts:AssumeRole');
  return {
    Version: '2012-10-17',
    Statement: [
      { ...statement, Action: 'sts:AssumeRole', Condition: condition },
      ...(others.length > 0 ? [{ ...statement, Action: others }] : []),
    ],
  };
};
const fromWorker = {
  StringEquals: { 'sts:ExternalId': 'shared-id' },
  ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${TOOLING}:role/worker` },
};
const ALL = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];
const role = (name: string) => `arn:aws:iam::${DEV}:role/${name}`;

beforeAll(async () => {
  world = await startWorld();
  const { iam } = world;
  iam.putRole({ account: DEV, name: 'origin', trustPolicy: trust(ALL, fromWorker), maxSessionDuration: 7200 });
  iam.putRole({ account: DEV, name: 'plain', path: '/team/', trustPolicy: trust(['sts:AssumeRole'], fromWorker) });
  iam.putRole({
    account: DEV,
    name: 'other',
    trustPolicy: trust(ALL, { ...fromWorker, ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${TOOLING}:role/else` } }),
  });
  const chained = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: DEV }, Action: ALL }] };
  iam.putRole({ account: DEV, name: 'next', trustPolicy: chained });
  worker = new STSClient(world.client(world.workerSession()));
});
afterAll(() => world.close());

const base = { RoleArn: role('origin'), RoleSessionName: 'session', ExternalId: 'shared-id' };
const assume = (further: Partial<AssumeRoleCommandInput> = {}, client = worker) =>
  client.send(new AssumeRoleCommand({ ...base, ...further }));
const clientOf = ({ Credentials }: Awaited<ReturnType<typeof assume>>) =>
  new STSClient(
    world.client({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }),
  );

describe('AssumeRole', () => {
  it('issues a session of the role, which signs for an hour', async () => {
    const before = Date.now();
    const answer = await assume({ SourceIdentity: 'promotion-1' });
    const origin = world.iam.findRole(role('origin'));
    expect(answer).toMatchObject({
      AssumedRoleUser: {
        Arn: `arn:aws:sts::${DEV}:assumed-role/origin/session`,
        AssumedRoleId: `${origin?.roleId}:session`,
      },
      SourceIdentity: 'promotion-1',
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/) },
    });
    const lifetime = (answer.Credentials?.Expiration?.getTime() ?? 0) - before;
    expect(Math.abs(lifetime - 3_600_000)).toBeLessThan(5000);
    expect(await clientOf(answer).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: DEV,
      Arn: `arn:aws:sts::${DEV}:assumed-role/origin/session`,
      UserId: `${origin?.roleId}:session`,
    });
  });

  it('leaves the path of the role out of the ARN of the session', async () => {
    const answer = await assume({ RoleArn: role('team/plain') });
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${DEV}:assumed-role/plain/session`);
  });

  it.each([
    ['the role does not exist', { RoleArn: role('missing') }],
    ['the external id is wrong', { ExternalId: 'wrong' }],
    ['the external id is missing', { ExternalId: undefined }],
    ['another role is trusted', { RoleArn: role('other') }],
    ['the trust lacks sts:SetSourceIdentity', { RoleArn: role('team/plain'), SourceIdentity: 'me' }],
    ['the trust lacks sts:TagSession', { RoleArn: role('team/plain'), Tags: [{ Key: 'a', Value: 'b' }] }],
  ])('is denied in the same words when %s', async (_what, further) => {
    const { RoleArn } = { ...base, ...further };
    await expect(assume(further)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${WORKER_ARN} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('is denied to root, as in AWS', async () => {
    await expect(assume({}, new STSClient(world.client(ROOT)))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  it.each([
    ['a short duration', { DurationSeconds: 899 }, 'ValidationError'],
    ['more than the role allows', { RoleArn: role('team/plain'), DurationSeconds: 3601 }, 'ValidationError'],
    ['more than an hour of a chained session', { DurationSeconds: 3601 }, 'ValidationError'],
    ['a bad session name', { RoleSessionName: 'a b' }, 'ValidationError'],
    ['a session policy of 2049 characters', { Policy: `{"Statement":[]}${' '.repeat(2049 - 16)}` }, 'ValidationError'],
    ['a session policy with a principal', { Policy: policy({ Principal: '*' }) }, 'MalformedPolicyDocumentException'],
    [
      'a session policy without an action',
      { Policy: policy({ Action: undefined }) },
      'MalformedPolicyDocumentException',
    ],
    ['a session policy that is no JSON', { Policy: '{' }, 'MalformedPolicyDocumentException'],
    [
      'the same tag twice',
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      },
      'InvalidParameterValue',
    ],
    ['a transitive key without its tag', { TransitiveTagKeys: ['a'] }, 'InvalidParameterValue'],
    ['a member which is not built', { SerialNumber: 'arn:aws:iam::1:mfa/x' }, 'ValidationError'],
  ])('refuses %s', async (_what, further, name) => {
    await expect(assume(further)).rejects.toMatchObject({ name });
  });

  it('keeps the session policy with the credentials and tells its packed size', async () => {
    const Policy = policy({});
    const answer = await assume({ Policy });
    expect(answer.PackedPolicySize).toBeGreaterThan(0);
    expect(world.credentials.find(answer.Credentials?.AccessKeyId ?? '')?.sessionPolicy).toBe(Policy);
  });

  it('carries source identity and transitive tags over a chain, and refuses to change them', async () => {
    const Tags = [
      { Key: 'run', Value: '1' },
      { Key: 'local', Value: '2' },
    ];
    const first = clientOf(await assume({ SourceIdentity: 'alice', Tags, TransitiveTagKeys: ['run'] }));
    const second = await assume({ RoleArn: role('next'), ExternalId: undefined }, first);
    expect(second.SourceIdentity).toBe('alice');
    const session = world.credentials.find(second.Credentials?.AccessKeyId ?? '');
    expect(session).toMatchObject({ sourceIdentity: 'alice', tags: { run: '1' }, transitiveTagKeys: ['run'] });
    const changed = { RoleArn: role('next'), ExternalId: undefined };
    await expect(assume({ ...changed, SourceIdentity: 'bob' }, first)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume({ ...changed, Tags: [{ Key: 'run', Value: '2' }] }, first)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
});

describe('GetSessionToken', () => {
  it('gives root a root session whose signatures are verified', async () => {
    const root = new STSClient(world.client(ROOT));
    const issued = await root.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const session = {
      accessKeyId: issued.Credentials?.AccessKeyId ?? '',
      secretAccessKey: issued.Credentials?.SecretAccessKey ?? '',
      sessionToken: issued.Credentials?.SessionToken ?? '',
    };
    const identity = new GetCallerIdentityCommand({});
    expect(await new STSClient(world.client(session)).send(identity)).toMatchObject({
      Arn: `arn:aws:iam::${TOOLING}:root`,
    });
    const forged = new STSClient(world.client({ ...session, secretAccessKey: 'x' }));
    await expect(forged.send(identity)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });

  it('is denied to sessions of roles', async () => {
    await expect(worker.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

function policy(change: Record<string, unknown>): string {
  const statement = { Effect: 'Allow', Action: 'dynamodb:Scan', Resource: '*', ...change };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
