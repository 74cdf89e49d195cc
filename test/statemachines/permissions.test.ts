import {
  ApplicationAutoScalingClient,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  type CreateTableCommandInput,
  DeleteItemCommand,
  EnableKinesisStreamingDestinationCommand,
  PutResourcePolicyCommand,
  UpdateContinuousBackupsCommand,
  UpdateContributorInsightsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../lib/local/authorizer/catalogue.ts';
import type { RecordedCall } from '../../lib/local/service.ts';
import { type Forbidden, forbidden } from '../support/forbidden.ts';
import { collectAccesses, grantedActions, sparable } from '../support/permissions.ts';
import { startWorld, type TestWorld } from '../support/world.ts';

const accesses = collectAccesses();
let world: TestWorld;
let runs: readonly RecordedCall[];

const rich: Partial<CreateTableCommandInput> & { TableName: string } = {
  TableName: 'DEV-rich',
  BillingMode: 'PROVISIONED',
  ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 9 },
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'kind', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-kind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
      ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
  DeletionProtectionEnabled: true,
  Tags: [{ Key: 'team', Value: 'data' }],
};
const items = (count: number) => Array.from({ length: count }, (_, index) => ({ pk: { S: `item-${index}` } }));
const promote = (promotionId: string, as: string, more: object = {}, mode = 'migrate') => ({
  mode,
  source: 'dev',
  destination: 'prod',
  promotionId,
  kinds: { dynamodb: { tables: [{ name: 'DEV-rich', as }], segments: 4, kmsKeys, ...more } },
});
/** Keys of prod by those of dev. */
const kmsKeys: Record<string, string> = {};

/** What a table has beside its description: each takes rights of its own to be read and to be set. */
async function addSettings(TableName: string): Promise<void> {
  const { dev, host } = world;
  const ContributorInsightsAction = 'ENABLE';
  await dev.send(new UpdateContributorInsightsCommand({ TableName, ContributorInsightsAction }));
  await dev.send(new UpdateContributorInsightsCommand({ TableName, IndexName: 'by-kind', ContributorInsightsAction }));
  const StreamArn = 'arn:aws:kinesis:us-east-1:222222222222:stream/changes';
  await dev.send(new EnableKinesisStreamingDestinationCommand({ TableName, StreamArn }));
  const ResourceArn = `arn:aws:dynamodb:us-east-1:222222222222:table/${TableName}`;
  const read = {
    Effect: 'Allow',
    Principal: { AWS: '222222222222' },
    Action: 'dynamodb:GetItem',
    Resource: ResourceArn,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [read] });
  await dev.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
  const credentials = { accessKeyId: host.world.accounts.dev ?? '', secretAccessKey: 'root' };
  const scaling = new ApplicationAutoScalingClient({ endpoint: host.world.endpoint, region: 'us-east-1', credentials });
  const target = {
    ServiceNamespace: 'dynamodb',
    ResourceId: `table/${TableName}`,
    ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
  } as const;
  await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 5, MaxCapacity: 50 }));
  const tracking = {
    TargetValue: 70,
    PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
  } as const;
  await scaling.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName: 'reads',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: tracking,
    }),
  );
  scaling.destroy();
}

/** Promotions that between them take every path which asks for a right. */
async function promoteInEveryWay(): Promise<void> {
  const { dev, prod } = world;
  const { kms } = world.host.stores;
  const keyIn = (account: string) => kms.putKey({ account, region: 'us-east-1' }).arn;
  const under = (KMSMasterKeyId: string) => ({
    SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId } as const,
  });
  const keyOfDev = keyIn('222222222222');
  kmsKeys[keyOfDev] = keyIn('333333333333');
  await world.makeTable(dev, { ...rich, ...under(keyOfDev) });
  await world.put(dev, 'DEV-rich', items(60));
  const TableName = 'DEV-rich';
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
  await dev.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await dev.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  await addSettings(TableName);
  const { AttributeDefinitions, GlobalSecondaryIndexes: indexes = [] } = rich;
  const GlobalSecondaryIndexes = indexes.map(({ ProvisionedThroughput: _, ...index }) => index);
  const same = { AttributeDefinitions, GlobalSecondaryIndexes };
  await world.makeTable(prod, { TableName: 'PROD-adopted', ...same });
  await world.makeTable(prod, { TableName: 'PROD-replaced' });
  await world.makeTable(prod, { TableName: 'PROD-merged', ...same, ...under(keyIn('333333333333')) });
  await world.put(prod, 'PROD-merged', [{ pk: { S: 'of prod alone' } }, ...items(5)]);

  const succeeds = async (input: unknown) =>
    expect((await world.run(input)).result).toMatchObject({ outcome: 'succeeded' });
  await succeeds(promote('created', 'PROD-created'));
  await succeeds(promote('adopted', 'PROD-adopted', { existing: 'adopt' }));
  await succeeds(promote('merged', 'PROD-merged', { existing: 'merge' }));
  await succeeds(promote('transferred', 'PROD-transferred', { engine: 'exportImport' }));
  const settings = { exclude: ['encryption'] };
  await succeeds(promote('replaced', 'PROD-replaced', { existing: 'replace' }));
  await succeeds(promote('replaced', 'PROD-replaced', { existing: 'replace' }, 'rollback'));
  await succeeds(promote('merged', 'PROD-merged', { existing: 'merge' }, 'rollback'));
  await succeeds({ ...promote('third-hop', 'PROD-hop', { settings }), destination: 'staging' });
  await prod.send(new DeleteItemCommand({ TableName: 'PROD-created', Key: { pk: { S: 'item-1' } } }));
  await world.put(prod, 'PROD-created', [{ pk: { S: 'item-2' }, n: { N: '1' } }, { pk: { S: 'too much' } }]);
  const verified = await world.run({ ...promote('verified', 'PROD-created', {}, 'verify'), bundle: 'created' });
  expect(verified.error).toBe('Promotion.Partial');
  await succeeds(promote('created', 'PROD-created', {}, 'rollback'));

  await promoteByEvent('PROD-by-event');
  const stopped = await world.start(promote('stopped', 'PROD-stopped'), 'stopped-one');
  await new Promise<void>((resolve) => {
    const end = world.host.states.onEvent(({ event }) => {
      if (event.type !== 'MapRunStarted') return;
      end();
      resolve();
    });
  });
  world.host.states.stopExecution({ executionArn: stopped });
  await world.ended(stopped);
  await succeeds(promote('stopped', 'PROD-stopped'));
}

/** Sends the event that asks for a promotion, as root of tooling, and waits for the run that it starts. */
async function promoteByEvent(as: string): Promise<void> {
  const { host } = world;
  const Detail = JSON.stringify({
    schemaVersion: 1,
    input: promote('by-event', as, { tables: [{ prefix: 'DEV-' }] }, 'export'),
  });
  const entry = { Source: 'cross-account-promoter', DetailType: 'promotion.requested', Detail };
  const started = new Promise<string>((resolve) => {
    const end = host.states.onEvent(({ executionArn, event }) => {
      if (event.type !== 'ExecutionStarted') return;
      end();
      resolve(executionArn);
    });
  });
  const scope = `${host.world.accounts.tooling}/20261121/us-east-1/events/aws4_request`;
  const answer = await fetch(host.world.endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
    },
    body: JSON.stringify({ Entries: [{ ...entry, EventBusName: host.world.eventBus }] }),
  });
  expect(await answer.json()).toMatchObject({ FailedEntryCount: 0 });
  expect((await world.ended(await started)).error).toBeNull();
}

beforeAll(async () => {
  world = await startWorld(undefined, { onAccess: accesses.add });
  world.newCalls();
  await promoteInEveryWay();
  runs = world.newCalls();
}, 180_000);
afterAll(() => world.close());

const logging = 'Step Functions delivers its logs and traces itself; the host has neither CloudWatch Logs nor X-Ray';
const runtime = 'the Lambda runtime writes logs and traces itself; the host has neither CloudWatch Logs nor X-Ray';

/** Granted, although no run can use it here: by role and action, each with its reason. */
const excused: readonly { readonly role: RegExp; readonly action: RegExp; readonly reason: string }[] = [
  { role: /-MigrationWorker$/, action: /^(logs:(CreateLogStream|PutLogEvents)|xray:Put\w+)$/, reason: runtime },
  {
    role: /^Promotion-MigrationWorker$/,
    action: /^states:DescribeMapRun$/,
    reason: 'asked of a Map Run that goes on after its execution was stopped; the interpreter ends both together',
  },
  {
    role: /^DynamoDB-Migration(Origin-source-change|Dest)$/,
    action: /^dynamodb:List(Exports|Imports)$/,
    reason: 'asked only when the answer to the beginning of an export or import was lost',
  },
  {
    role: /^DynamoDB-Migration(Origin-source-change|Dest)$/,
    action: /^(s3:AbortMultipartUpload|logs:DescribeLog(Groups|Streams))$/,
    reason: 'documented for exports and imports; the host’s uploads succeed, and it has no CloudWatch Logs',
  },
  {
    role: /-dynamodb-machine$/,
    action: /^s3:GetObject$/,
    reason:
      'Step Functions documents it for every ItemReader; with the version pinned, S3 asks for that of the version',
  },
  {
    role: /-machine$/,
    action: /^(logs:\w+(LogDelivery|LogDeliveries|LogGroups|ResourcePolicy|ResourcePolicies)|xray:\w+)$/,
    reason: logging,
  },
];

describe('the runs', () => {
  it('were denied nothing', () => {
    expect(runs.filter(({ allowed }) => !allowed)).toEqual([]);
    expect(accesses.all().filter(({ verdict }) => !verdict.allowed)).toEqual([]);
    expect(runs.length).toBeGreaterThan(500);
  });

  it('used everything that the roles are granted, but for what is excused', async () => {
    const granted = grantedActions(world.host.deployment, await loadCatalogue());
    const rows = [...granted].map(([role, actions]) => {
      const used = new Set(accesses.all().flatMap((access) => (access.role === role ? access.request.action : [])));
      const left = [...actions].filter((action) => !used.has(action));
      const isExcused = (action: string) => excused.some((entry) => entry.role.test(role) && entry.action.test(action));
      return {
        role,
        used: used.size,
        excused: left.filter(isExcused).length,
        unused: left.filter((a) => !isExcused(a)),
      };
    });
    console.table(rows.map(({ unused, ...row }) => ({ ...row, unused: unused.join(' ') || 0 })));
    expect(rows.filter(({ unused }) => unused.length > 0)).toEqual([]);
    const lapsed = excused.filter(
      ({ action }) => ![...granted.values()].some((all) => [...all].some((a) => action.test(a))),
    );
    expect(lapsed).toEqual([]);
  });

  it('needed every statement that allowed them something', () => {
    const allowed = accesses.all().filter(({ verdict }) => verdict.allowed);
    expect(allowed.length).toBeGreaterThan(50);
    expect(allowed.filter(({ verdict }) => verdict.statements.length === 0)).toEqual([]);
    expect([...new Set(allowed.flatMap(sparable))]).toEqual([]);
  });
});

describe('what roles must not do', () => {
  it('is denied', () => {
    const { iam } = world.host.stores;
    const trust = { Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' };
    const trustPolicy = { Version: '2012-10-17', Statement: [trust] };
    const openRole = iam.putRole({ account: '333333333333', name: 'OpenToTooling', trustPolicy }).arn;
    const key = world.host.deployment.keys[0]?.arn ?? '';
    const cases = forbidden(world.host.world, key, openRole);
    const isDenied = ({ what: _, ...action }: Forbidden) => !world.host.authorizer.decideFor(action).allowed;
    const byRole = new Map<string, number>();
    for (const { roleArn } of cases) byRole.set(roleArn, (byRole.get(roleArn) ?? 0) + 1);
    console.table([...byRole].map(([role, denied]) => ({ role, 'denied as wished': denied })));
    expect(cases.filter((one) => !isDenied(one))).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });
});

describe('a missing right', () => {
  const table = 'arn:aws:dynamodb:us-east-1';
  it.each([
    ['Promotion-MigrationWorker', 'tooling', 's3:PutObject', '/locks/'],
    ['DynamoDB-MigrationWorker', 'tooling', 'sts:AssumeRole', 'role/DynamoDB-MigrationOrigin'],
    ['DynamoDB-MigrationOrigin', 'dev', 'dynamodb:Scan', `${table}:222222222222:table/DEV-rich`],
    ['DynamoDB-MigrationDest', 'prod', 'dynamodb:CreateTable', `${table}:333333333333:table/PROD-denied`],
    ['cross-account-promoter-promotion-machine', 'tooling', 'lambda:InvokeFunction', ':function:'],
    ['cross-account-promoter-dynamodb-machine', 'tooling', 's3:GetObjectVersion', '/dynamodb/'],
  ])('of %s ends the run with the action, the resource and the role', async (name, account, action, resource) => {
    const role = world.host.stores.iam.roleByName(world.host.world.accounts[account] ?? '', name);
    const statement = { Effect: 'Deny', Action: action, Resource: '*' };
    role?.policies.set('Test', { Version: '2012-10-17', Statement: [statement] });
    world.newCalls();
    const ended = await world.host.states.executionEnded(
      await world.start(promote(`denied-${name.slice(-20).toLowerCase()}`, 'PROD-denied')),
    );
    role?.policies.delete('Test');
    expect(ended.status).toBe('FAILED');
    for (const part of [action, resource, name]) expect(ended.cause).toContain(part);
    expect(world.newCalls().filter(({ allowed }) => !allowed)[0]).toMatchObject({ role: name, allowed: false });
  });
});
