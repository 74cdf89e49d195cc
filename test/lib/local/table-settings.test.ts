import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthorizer } from '../../../lib/local/authorizer/authorizer.ts';
import { loadCatalogue } from '../../../lib/local/authorizer/catalogue.ts';
import { realClock } from '../../../lib/local/clock.ts';
import { createCredentials } from '../../../lib/local/gateway/credentials.ts';
import { type Gateway, startGateway } from '../../../lib/local/gateway/gateway.ts';
import { createStores, type Stores } from '../../../lib/local/services.ts';

const DEV = '222222222222';
const PROD = '333333333333';
const place = { account: DEV, region: 'us-east-1' };
const arn = (name: string) => `arn:aws:dynamodb:us-east-1:${DEV}:table/${name}`;
const clock = realClock(1000);

let stores: Stores;
let gateway: Gateway;
let credentials: ReturnType<typeof createCredentials>;
const clients: DynamoDBClient[] = [];
beforeAll(async () => {
  stores = createStores(clock);
  credentials = createCredentials(clock);
  const settings = { ...stores, credentials, clock, catalogue: await loadCatalogue(), log: () => undefined };
  const { authorize } = createAuthorizer(settings);
  gateway = await startGateway({ port: 0, services: [stores.dynamodb], credentials, clock, authorize });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await gateway.close();
});

function clientOf(identity: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  const client = new DynamoDBClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: identity,
  });
  clients.push(client);
  return client;
}
const rootOf = (account: string) => clientOf({ accessKeyId: account, secretAccessKey: 'any' });

/** A client of a session of a new role that has the rights on all. */
function roleClient(account: string, name: string, actions: readonly string[]) {
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
  };
  const grants = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] };
  const { arn: roleArn } = stores.iam.putRole({
    ...{ account, name, trustPolicy },
    policies: actions.length > 0 ? { grants } : {},
  });
  const session = credentials.issue({
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/session`,
    role: name,
    sessionName: 'session',
    sourceIdentity: null,
    sessionPolicy: null,
    durationSeconds: 3600,
  });
  return { roleArn, client: clientOf(session) };
}

async function create(TableName: string, more: object = {}) {
  const root = rootOf(DEV);
  await root.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
    }),
  );
  await vi.waitFor(async () => {
    const { Table } = await root.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  }, 10_000);
  await root.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } }));
}
const attach = async (name: string, ...statements: object[]) => {
  const Statement = statements.map((parts) => ({ Effect: 'Allow', Resource: arn(name), ...parts }));
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await rootOf(DEV).send(new PutResourcePolicyCommand({ ResourceArn: arn(name), Policy }));
  await vi.waitFor(() => expect(stores.dynamodb.policyOf(place, name)).toBe(Policy), 5000);
};
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: Error) => error.message.replace(/^.*?(because|with an) /, ''),
  );
const get = (client: DynamoDBClient, name: string) =>
  outcome(client.send(new GetItemCommand({ TableName: arn(name), Key: { pk: { S: 'a' } } })));
const scan = (client: DynamoDBClient, name: string) => outcome(client.send(new ScanCommand({ TableName: arn(name) })));

describe('the policy of a table decides with those of who asks', () => {
  it('within an account either suffices, and a denial wins', async () => {
    await create('own');
    const bare = roleClient(DEV, 'bare', []);
    const rich = roleClient(DEV, 'rich', ['dynamodb:*']);
    expect(await get(bare.client, 'own')).toContain('no identity-based policy allows');
    await attach(
      'own',
      { Principal: { AWS: bare.roleArn }, Action: 'dynamodb:GetItem' },
      { Effect: 'Deny', Principal: { AWS: rich.roleArn }, Action: 'dynamodb:Scan' },
    );
    expect(await get(bare.client, 'own')).toBe('done');
    expect(await scan(bare.client, 'own')).toContain('no identity-based policy allows');
    expect(await get(rich.client, 'own')).toBe('done');
    expect(await scan(rich.client, 'own')).toContain('explicit deny in a resource-based policy');
  });

  it('across accounts both must allow', async () => {
    await create('shared');
    const reader = roleClient(PROD, 'reader', ['dynamodb:GetItem']);
    const poor = roleClient(PROD, 'poor', []);
    expect(await get(reader.client, 'shared')).toContain('no resource-based policy allows');
    await attach('shared', { Principal: { AWS: [reader.roleArn, poor.roleArn] }, Action: 'dynamodb:*' });
    expect(await get(reader.client, 'shared')).toBe('done');
    expect(await scan(reader.client, 'shared')).toContain('no identity-based policy allows');
    expect(await get(poor.client, 'shared')).toContain('no identity-based policy allows');
  });
});

describe('pitfall 27: the key of a table', () => {
  const encrypt = (client: DynamoDBClient, KMSMasterKeyId: string) => {
    const SSESpecification = { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId };
    return outcome(client.send(new UpdateTableCommand({ TableName: 'keyed', SSESpecification })));
  };

  it('must be of the account and the region, and enabled, and the caller must be allowed to have it used', async () => {
    await create('keyed');
    const key = stores.kms.putKey({ account: DEV, region: 'us-east-1' });
    const foreign = stores.kms.putKey({ account: PROD, region: 'us-east-1' });
    const elsewhere = stores.kms.putKey({ account: DEV, region: 'eu-west-1' });
    const root = rootOf(DEV);
    for (const other of [foreign, elsewhere])
      expect(await encrypt(root, other.arn)).toContain('does not exist in region');
    key.enabled = false;
    expect(await encrypt(root, key.keyId)).toContain(`key ${key.keyId} is disabled`);
    key.enabled = true;
    const unable = roleClient(DEV, 'unable', ['dynamodb:*', 'kms:DescribeKey']);
    expect(await encrypt(unable.client, key.arn)).toContain('allows the kms:CreateGrant action');
    const able = roleClient(DEV, 'able', ['dynamodb:*', 'kms:DescribeKey', 'kms:CreateGrant']);
    expect(await encrypt(able.client, key.arn)).toBe('done');
    expect(stores.dynamodb.keyOf(place, 'keyed')).toBe(key.arn);
  });
});

describe('the principals of a policy', () => {
  it('are roles that somebody made, or accounts', async () => {
    await create('named');
    const made = roleClient(DEV, 'made', []);
    await expect(
      attach('named', { Principal: { AWS: `${made.roleArn}-not` }, Action: 'dynamodb:GetItem' }),
    ).rejects.toThrow('Invalid principal in policy document.');
    const session = `arn:aws:sts::${DEV}:assumed-role/made/session`;
    await attach('named', { Principal: { AWS: [made.roleArn, session, PROD] }, Action: 'dynamodb:GetItem' });
  });
});
