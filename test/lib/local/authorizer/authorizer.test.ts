import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Access, type Authorizer, createAuthorizer } from '../../../../lib/local/authorizer/authorizer.ts';
import { type Catalogue, loadCatalogue } from '../../../../lib/local/authorizer/catalogue.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { createCredentials } from '../../../../lib/local/gateway/credentials.ts';
import type { AuthorizationRequest } from '../../../../lib/local/gateway/gateway.ts';
import type { ServiceRequest } from '../../../../lib/local/service.ts';
import { createStores } from '../../../../lib/local/services.ts';

const [TOOLING, DEV] = ['111111111111', '222222222222'];
const ROLE = `arn:aws:iam::${TOOLING}:role/worker`;
const SESSION = `arn:aws:sts::${TOOLING}:assumed-role/worker/session`;
const table = (name: string, account = TOOLING) => `arn:aws:dynamodb:us-east-1:${account}:table/${name}`;
const clock = realClock();

type Parts = Record<string, unknown>;
const document = (...parts: Parts[]) => ({
  Version: '2012-10-17',
  Statement: parts.map((part) => ({ Effect: 'Allow', Resource: '*', ...part })),
});
const trust = (Service: string, Condition?: Parts) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', ...(Condition && { Condition }) }],
});

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

let stores: ReturnType<typeof createStores>;
let credentials: ReturnType<typeof createCredentials>;
let authorizer: Authorizer;
let lines: string[];
let seen: Access[];
beforeEach(() => {
  stores = createStores(clock);
  credentials = createCredentials(clock);
  lines = [];
  seen = [];
  authorizer = createAuthorizer({
    ...stores,
    credentials,
    clock,
    catalogue,
    log: (line) => void lines.push(line),
    onAccess: (access) => void seen.push(access),
  });
});

const worker = {
  account: TOOLING,
  region: 'us-east-1',
  arn: SESSION,
  role: 'worker',
  accessKeyId: 'ASIAWORKER',
  sessionName: 'session',
  sourceIdentity: null,
  sessionPolicy: null,
};
const rootOf = (account: string) => ({ ...worker, account, arn: `arn:aws:iam::${account}:root`, role: null });

function putWorker(...parts: Parts[]) {
  const policies: Record<string, Parts> = parts.length > 0 ? { grants: document(...parts) } : {};
  return stores.iam.putRole({
    account: TOOLING,
    name: 'worker',
    trustPolicy: trust('lambda.amazonaws.com'),
    policies,
    tags: { team: 'data' },
  });
}

function call(service: string, operation: string, resource: string | null, parts: Partial<AuthorizationRequest> = {}) {
  const caller = parts.caller ?? worker;
  const request: ServiceRequest = {
    caller,
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
    endpoint: '',
    requestId: '',
    ...parts.request,
  };
  return authorizer.authorize({ service, operation, resource, ...parts, caller, request });
}
const json = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)) }) as ServiceRequest;
const scan = (resource = table('orders'), parts: Partial<AuthorizationRequest> = {}) =>
  call('dynamodb', 'Scan', resource, parts);

describe('authorize', () => {
  it('allows what a policy of the role grants, and nothing beside it', () => {
    putWorker({ Action: 'dynamodb:Scan', Resource: table('orders') });
    expect(scan()).toEqual({ allowed: true, reason: '' });
    expect(scan(table('users'))).toEqual({
      allowed: false,
      action: 'dynamodb:Scan',
      resource: table('users'),
      reason: 'no identity-based policy allows the dynamodb:Scan action',
    });
  });

  it('says in the log what was denied and by which statement', () => {
    putWorker({ Action: '*' }, { Effect: 'Deny', Sid: 'NoUsers', Action: 'dynamodb:*', Resource: table('users') });
    scan(table('users'));
    expect(lines).toEqual([
      `denied: User: ${SESSION} is not authorized to perform: dynamodb:Scan on resource: ${table('users')} with an explicit deny in an identity-based policy [statement NoUsers of policy grants of role worker]`,
    ]);
    call('dynamodb', 'Scan', table('orders', DEV));
    expect(lines[1]).toContain('[no statement allows it]');
    scan();
    expect(lines).toHaveLength(2);
  });

  it('denies a role that is not there', () => {
    expect(scan().reason).toBe('no identity-based policy allows the dynamodb:Scan action');
  });

  it('narrows a session by its own policy', () => {
    putWorker({ Action: 'dynamodb:*' });
    const sessionPolicy = JSON.stringify(document({ Action: 'dynamodb:Scan', Resource: table('orders') }));
    const caller = { ...worker, sessionPolicy };
    expect(scan(table('orders'), { caller }).allowed).toBe(true);
    expect(scan(table('users'), { caller }).reason).toBe('no session policy allows the dynamodb:Scan action');
  });

  it('asks nothing of root in its own account, and a policy of the resource elsewhere', () => {
    expect(scan(table('orders'), { caller: rootOf(TOOLING) }).allowed).toBe(true);
    expect(seen).toEqual([]);
    expect(scan(table('orders'), { caller: rootOf(DEV) })).toMatchObject({
      allowed: false,
      reason: 'no resource-based policy allows the dynamodb:Scan action',
    });
    expect(seen).toHaveLength(1);
  });

  it('needs every right of a call: the first that is missing denies it', () => {
    putWorker({ Action: 'dynamodb:CreateTable' });
    const request = json({ TableName: 'orders', Tags: [{ Key: 'team', Value: 'data' }] });
    expect(call('dynamodb', 'CreateTable', table('orders'), { request })).toMatchObject({
      allowed: false,
      action: 'dynamodb:TagResource',
    });
    expect(seen.map(({ request: { action }, verdict: { allowed } }) => [action, allowed])).toEqual([
      ['dynamodb:CreateTable', true],
      ['dynamodb:TagResource', false],
    ]);
  });

  it('takes the owner of a bucket for the account of its objects', () => {
    putWorker({ Action: 's3:GetObject' });
    const bucket = stores.s3.createBucket({ name: 'foreign', account: DEV, region: 'us-east-1' });
    stores.s3.putObject('foreign', 'a.json', '{}');
    const read = () => call('s3', 'GetObject', 'arn:aws:s3:::foreign/a.json', { request: get('/foreign/a.json') });
    expect(read()).toEqual({
      allowed: false,
      action: 's3:GetObject',
      resource: '"arn:aws:s3:::foreign/a.json"',
      reason: 'no resource-based policy allows the s3:GetObject action',
    });
    bucket.policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 's3:GetObject', Resource: '*' }],
    });
    expect(read().allowed).toBe(true);
    expect(seen.at(-1)?.request.resourceAccount).toBe(DEV);
  });

  it('tells no reason and no more than the action for a role that may not be assumed', () => {
    putWorker();
    const target = `arn:aws:iam::${DEV}:role/other`;
    const request = { body: Buffer.from('Action=AssumeRole&RoleSessionName=one') } as ServiceRequest;
    expect(call('sts', 'AssumeRole', target, { request })).toEqual({
      allowed: false,
      action: 'sts:AssumeRole',
      resource: target,
      reason: '',
    });
  });

  it('refuses an operation without permissions in the table by name', () => {
    putWorker({ Action: '*' });
    expect(() => call('dynamodb', 'ExecuteStatement', null)).toThrow('ExecuteStatement is not supported by this host');
  });

  it('tells who looks at the decisions what each was made from', () => {
    putWorker({ Action: 'dynamodb:Scan' });
    scan();
    expect(seen).toMatchObject([
      {
        role: 'worker',
        request: { action: 'dynamodb:Scan', resource: table('orders'), resourceAccount: TOOLING },
        policies: { identity: [{ name: 'policy grants of role worker' }], resource: null },
        verdict: { allowed: true, statements: [{ policy: 'policy grants of role worker', statement: '1' }] },
      },
    ]);
  });
});

const get = (path: string) => ({ method: 'GET', path }) as ServiceRequest;

describe('the context of a call', () => {
  const allowedIf = (Condition: Parts, caller = worker) => {
    putWorker({ Action: 'dynamodb:Scan', Condition });
    return scan(table('orders'), { caller }).allowed;
  };

  it.each<[string, Parts, boolean]>([
    ['the ARN of the role, not of the session', { ArnEquals: { 'aws:PrincipalArn': ROLE } }, true],
    ['the account', { StringEquals: { 'aws:PrincipalAccount': TOOLING } }, true],
    ['the kind of principal', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }, true],
    ['the tags of the role', { StringEquals: { 'aws:PrincipalTag/team': 'data' } }, true],
    ['no tag that it has not', { StringEquals: { 'aws:PrincipalTag/stage': 'dev' } }, false],
    ['the account of the resource', { StringEquals: { 'aws:ResourceAccount': TOOLING } }, true],
    ['the region of the endpoint', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, true],
    ['that the connection is safe', { Bool: { 'aws:SecureTransport': 'true' } }, true],
    ['the present time', { DateGreaterThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } }, false],
    ['no source identity that was not set', { StringEquals: { 'aws:SourceIdentity': 'sales' } }, false],
  ])('has %s', (_what, condition, expected) => {
    expect(allowedIf(condition)).toBe(expected);
  });

  it('has the source identity and the tags of the session', () => {
    const { accessKeyId } = credentials.issue({
      ...worker,
      sourceIdentity: 'sales',
      durationSeconds: 900,
      tags: { stage: 'dev' },
    });
    const condition = { StringEquals: { 'aws:SourceIdentity': 'sales', 'aws:PrincipalTag/stage': 'dev' } };
    expect(allowedIf(condition, { ...worker, accessKeyId, sourceIdentity: 'sales' } as never)).toBe(true);
  });

  it('has the id of the role with the name of the session', () => {
    const { roleId } = putWorker();
    scan();
    expect(seen[0]?.request.context.get('aws:userid')).toEqual([`${roleId}:session`]);
  });

  it('leaves out a key of the service that is none of the action', () => {
    putWorker({ Action: 'dynamodb:*' });
    const request = json({ TableName: 'orders', Tags: [{ Key: 'team', Value: 'data' }] });
    call('dynamodb', 'CreateTable', table('orders'), { request });
    const keys = seen.map(({ request: { action, context } }) => [action, context.has('aws:requesttag/team')]);
    expect(Object.fromEntries(keys)['dynamodb:TagResource']).toBe(true);
    expect(seen.every(({ request: { context } }) => ![...context.keys()].some((key) => key.startsWith('s3:')))).toBe(
      true,
    );
  });
});

describe('decideFor', () => {
  const invoke = (name: string) => ({
    roleArn: ROLE,
    action: 'lambda:InvokeFunction',
    resource: `arn:aws:lambda:eu-west-1:${TOOLING}:function:${name}`,
  });

  it('asks in the name of the role, in the region of the resource', () => {
    putWorker({
      Action: 'lambda:InvokeFunction',
      Resource: invoke('copy').resource,
      Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
    });
    expect(authorizer.decideFor(invoke('copy')).allowed).toBe(true);
    expect(authorizer.decideFor(invoke('plan'))).toMatchObject({
      allowed: false,
      action: 'lambda:InvokeFunction',
      resource: invoke('plan').resource,
    });
    expect(lines[0]).toContain(`arn:aws:sts::${TOOLING}:assumed-role/worker/states`);
  });

  it('narrows by a session policy', () => {
    putWorker({ Action: 'lambda:*' });
    const sessionPolicy = JSON.stringify(
      document({ Action: 'lambda:InvokeFunction', Resource: invoke('plan').resource }),
    );
    expect(authorizer.decideFor({ ...invoke('copy'), sessionPolicy }).allowed).toBe(false);
    expect(authorizer.decideFor({ ...invoke('plan'), sessionPolicy }).allowed).toBe(true);
  });
});

describe('mayAssume', () => {
  const machine = (name: string, account = TOOLING) => `arn:aws:states:us-east-1:${account}:stateMachine:${name}`;

  it('lets in the service that the trust policy names, and no other', () => {
    putWorker();
    const source = `arn:aws:lambda:us-east-1:${TOOLING}:function:copy`;
    expect(authorizer.mayAssume('lambda.amazonaws.com', ROLE, source).allowed).toBe(true);
    expect(authorizer.mayAssume('states.amazonaws.com', ROLE, source).allowed).toBe(false);
  });

  it('tells on behalf of which resource and account the service asks', () => {
    const condition = {
      ArnLike: { 'aws:SourceArn': machine('one') },
      StringEquals: { 'aws:SourceAccount': TOOLING },
    };
    stores.iam.putRole({ account: TOOLING, name: 'worker', trustPolicy: trust('states.amazonaws.com', condition) });
    expect(authorizer.mayAssume('states.amazonaws.com', ROLE, machine('one')).allowed).toBe(true);
    expect(authorizer.mayAssume('states.amazonaws.com', ROLE, machine('two')).allowed).toBe(false);
    expect(authorizer.mayAssume('states.amazonaws.com', ROLE, machine('one', DEV)).allowed).toBe(false);
  });

  it('denies a role that is not there', () => {
    expect(authorizer.mayAssume('lambda.amazonaws.com', ROLE, machine('one')).allowed).toBe(false);
  });
});
