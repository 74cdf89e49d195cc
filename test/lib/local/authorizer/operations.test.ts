import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalogue, loadCatalogue } from '../../../../lib/local/authorizer/catalogue.ts';
import { checksOf, operationTable } from '../../../../lib/local/authorizer/operations.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { DATA_OPERATIONS } from '../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { OPERATIONS as TABLE_OPERATIONS } from '../../../../lib/local/emulators/dynamodb/operations.ts';
import { ROUTES } from '../../../../lib/local/emulators/s3/routes.ts';
import { OPERATIONS as STATES_OPERATIONS } from '../../../../lib/local/emulators/states/operations.ts';
import { createCredentials } from '../../../../lib/local/gateway/credentials.ts';
import type { Service, ServiceRequest } from '../../../../lib/local/service.ts';
import { createServices, createStores } from '../../../../lib/local/services.ts';
import { createStatesEngine } from '../../../../lib/local/states/engine.ts';

const ACCOUNT = '111111111111';
const clock = realClock();
const credentials = createCredentials(clock);
const stores = createStores(clock);
const holdings = { ...stores, credentials };
const never = () => {
  throw new Error('no call is carried out');
};
const states = createStatesEngine({
  clock,
  authorize: never,
  invokeFunction: never,
  getObject: never,
  publish: never,
  sendMessage: never,
} as never);
const services = createServices(stores, { clock, credentials, states, targets: {} as never });

const caller = {
  account: ACCOUNT,
  region: 'us-east-1',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`,
  role: 'worker',
  accessKeyId: 'ASIA',
  sessionName: 'session',
  sourceIdentity: null,
  sessionPolicy: null,
};
const requestOf = (parts: Partial<ServiceRequest> & { body?: Buffer }): ServiceRequest => ({
  caller,
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  endpoint: '',
  requestId: '',
  ...parts,
});

const targets: Readonly<Record<string, string>> = {
  kms: 'TrentService',
  secretsmanager: 'secretsmanager',
  events: 'AWSEvents',
  ssm: 'AmazonSSM',
  sqs: 'AmazonSQS',
  'application-autoscaling': 'AnyScaleFrontendService',
};
const versions: Readonly<Record<string, string>> = { iam: '2010-05-08', sts: '2011-06-15', sns: '2010-03-31' };
const listed: Readonly<Record<string, readonly string[]>> = {
  s3: [...Object.keys(ROUTES), 'CopyObject'],
  dynamodb: [...Object.keys(TABLE_OPERATIONS), ...DATA_OPERATIONS],
  states: Object.keys(STATES_OPERATIONS),
};

/** Operations that a service answers: those of its tables, or those of IAM's catalogue that it knows by name. */
function answered(service: Service, catalogue: Catalogue): string[] {
  const { name } = service;
  if (listed[name]) return [...listed[name]];
  return catalogue.actions
    .filter((action) => action.startsWith(`${name}:`))
    .map((action) => action.slice(name.length + 1))
    .filter((operation) => {
      const headers = { 'x-amz-target': `${targets[name]}.${operation}` };
      const body = Buffer.from(versions[name] ? `Action=${operation}&Version=${versions[name]}` : '{}');
      try {
        return service.identify(requestOf({ headers, body })).operation === operation;
      } catch {
        return false;
      }
    });
}

const call = (service: string, operation: string, resource: string | null, parts: Partial<ServiceRequest> = {}) => ({
  caller,
  service,
  operation,
  resource,
  request: requestOf(parts),
});
const json = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)) });
const asked = (...parts: Parameters<typeof call>) =>
  checksOf(call(...parts), holdings)?.map(({ action, resource }) => `${action} ${resource}`);

describe('the table of operations', () => {
  let catalogue: Catalogue;
  beforeAll(async () => {
    catalogue = await loadCatalogue();
  });

  it.each(services.map((service) => [service.name, service] as const))(
    'says what every operation of %s needs, and names no other',
    (name, service) => {
      const known = answered(service, catalogue);
      expect(known.length).toBeGreaterThan(1);
      expect(known.filter((operation) => !Object.hasOwn(operationTable[name] ?? {}, operation))).toEqual([]);
    },
  );

  it('needs only actions that there are', () => {
    const wrong = Object.entries(operationTable).flatMap(([service, operations]) =>
      Object.keys(operations).flatMap((operation) =>
        (
          checksOf(
            call(service, operation, 'arn:aws:s3:::b/k', { headers: { 'x-amz-copy-source': 'b/k' } }),
            holdings,
          ) ?? []
        )
          .map(({ action }) => action)
          .filter((action) => !catalogue.actions.includes(action)),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('is asked in vain for an operation that it does not have', () => {
    expect(asked('dynamodb', 'ExecuteStatement', null)).toBeUndefined();
    expect(asked('dynamodb', 'constructor', null)).toBeUndefined();
  });
});

describe('DynamoDB', () => {
  const arn = (table: string) => `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/${table}`;

  it('needs the right on every table of a batch', () => {
    const body = json({ RequestItems: { one: [], [arn('two')]: [] } });
    const action = 'dynamodb:BatchWriteItem';
    expect(asked('dynamodb', 'BatchWriteItem', arn('one'), body)).toEqual([
      `${action} ${arn('one')}`,
      `${action} ${arn('two')}`,
    ]);
  });

  it('needs the right on the index that is searched', () => {
    const body = json({ TableName: 'one', IndexName: 'by-day' });
    expect(asked('dynamodb', 'Query', arn('one'), body)).toEqual([`dynamodb:Query ${arn('one')}/index/by-day`]);
  });

  it('needs dynamodb:TagResource too for a table that is made with tags, and tells their keys', () => {
    const checks = checksOf(
      call('dynamodb', 'CreateTable', arn('one'), json({ TableName: 'one', Tags: [{ Key: 'team', Value: 'data' }] })),
      holdings,
    );
    const context = { 'aws:RequestTag/team': 'data', 'aws:TagKeys': ['team'] };
    expect(checks).toEqual([
      { action: 'dynamodb:CreateTable', resource: arn('one'), context },
      { action: 'dynamodb:TagResource', resource: arn('one'), context },
    ]);
    expect(asked('dynamodb', 'CreateTable', arn('one'), json({}))).toHaveLength(1);
  });
});

describe('S3', () => {
  const keyArn = stores.kms.putKey({ account: ACCOUNT, region: 'us-east-1' }).arn;
  stores.s3.createBucket({ name: 'keyed', account: ACCOUNT, region: 'us-east-1', versioned: true, kmsKeyArn: keyArn });
  stores.s3.createBucket({ name: 'plain', account: ACCOUNT, region: 'us-east-1' });
  stores.s3.putObject('keyed', 'there', 'text');
  const object = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`;
  const there = object('keyed', 'there');

  it.each([
    ['GetObject', there, {}, [`s3:GetObject ${there}`, `kms:Decrypt ${keyArn}`]],
    ['HeadObject', there, {}, [`s3:GetObject ${there}`]],
    [
      'GetObject',
      object('keyed', 'absent'),
      {},
      [`s3:GetObject ${object('keyed', 'absent')}`, 's3:ListBucket arn:aws:s3:::keyed'],
    ],
    ['PutObject', there, {}, [`s3:PutObject ${there}`, `kms:GenerateDataKey ${keyArn}`]],
    ['PutObject', object('plain', 'k'), {}, [`s3:PutObject ${object('plain', 'k')}`]],
    ['UploadPart', there, {}, [`s3:PutObject ${there}`, `kms:GenerateDataKey ${keyArn}`, `kms:Decrypt ${keyArn}`]],
    ['HeadBucket', 'arn:aws:s3:::plain', {}, ['s3:ListBucket arn:aws:s3:::plain']],
    ['ListBuckets', null, {}, ['s3:ListAllMyBuckets null']],
    ['DeleteObject', there, { query: new URLSearchParams({ versionId: 'v' }) }, [`s3:DeleteObjectVersion ${there}`]],
    [
      'CopyObject',
      object('plain', 'copy'),
      { headers: { 'x-amz-copy-source': 'keyed/there' } },
      [`s3:GetObject ${there}`, `kms:Decrypt ${keyArn}`, `s3:PutObject ${object('plain', 'copy')}`],
    ],
    [
      'DeleteObjects',
      'arn:aws:s3:::plain',
      {
        body: Buffer.from(
          '<Delete><Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>v</VersionId></Object></Delete>',
        ),
      },
      [`s3:DeleteObject ${object('plain', 'a')}`, `s3:DeleteObjectVersion ${object('plain', 'b')}`],
    ],
  ])('needs for %s of %s what it touches', (operation, resource, parts, expected) => {
    expect(asked('s3', operation, resource, parts)).toEqual(expected);
  });

  it('needs s3:GetObjectVersion alone for a version', () => {
    const versionId = stores.s3.getObject('keyed', 'there')?.versionId ?? '';
    const query = new URLSearchParams({ versionId });
    expect(asked('s3', 'GetObject', there, { query })).toEqual([
      `s3:GetObjectVersion ${there}`,
      `kms:Decrypt ${keyArn}`,
    ]);
  });

  it('tells the prefix of a listing', () => {
    const query = new URLSearchParams({ prefix: 'locks/' });
    expect(
      checksOf(call('s3', 'ListObjectsV2', 'arn:aws:s3:::plain', { query }), holdings)?.[0]?.context,
    ).toMatchObject({
      's3:prefix': 'locks/',
    });
  });
});

describe('STS', () => {
  const role = `arn:aws:iam::${ACCOUNT}:role/target`;
  const fields = (more: Record<string, string>) => ({
    body: Buffer.from(String(new URLSearchParams({ RoleArn: role, ...more }))),
  });

  it('needs a right each for a source identity and for tags', () => {
    expect(asked('sts', 'AssumeRole', role, fields({}))).toEqual([`sts:AssumeRole ${role}`]);
    const more = { SourceIdentity: 'me', 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'data' };
    expect(asked('sts', 'AssumeRole', role, fields(more))).toEqual([
      `sts:AssumeRole ${role}`,
      `sts:SetSourceIdentity ${role}`,
      `sts:TagSession ${role}`,
    ]);
  });

  it('needs no right to ask who one is', () => {
    expect(asked('sts', 'GetCallerIdentity', null)).toEqual([]);
  });
});
