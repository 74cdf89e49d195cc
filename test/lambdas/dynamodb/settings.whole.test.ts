import { PutScalingPolicyCommand, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  CreateTableCommand,
  DeleteTableCommand,
  EnableKinesisStreamingDestinationCommand,
  PutResourcePolicyCommand,
  UpdateContributorInsightsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { named } from '../../../lambdas/core/retry.ts';
import { removeAutoscaling } from '../../../lambdas/dynamodb/autoscaling.ts';
import { createTable } from '../../../lambdas/dynamodb/create-table.ts';
import { differences, type TableDefinition, tableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { destinationContext, forDestination } from '../../../lambdas/dynamodb/for-destination.ts';
import { keyConflicts, replicaVerdict } from '../../../lambdas/dynamodb/preflight.ts';
import { readWholeTable, type TableState } from '../../../lambdas/dynamodb/read-table.ts';
import { applySetting, pendingSettings } from '../../../lambdas/dynamodb/settings.ts';
import type { TableClients } from '../../../lambdas/dynamodb/table-clients.ts';
import { environments, makeTables } from '../../support/factories.ts';
import { type SettingsWorld, startSettingsWorld } from '../../support/settings-world.ts';

let world: SettingsWorld;
let devKey: string;
let prodKey: string;

const sourceArn = 'arn:aws:dynamodb:us-east-1:222222222222:table/DEV-full';
const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Readers',
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::222222222222:role/reader', '444444444444'] },
      Action: ['dynamodb:GetItem', 'dynamodb:Query'],
      Resource: [sourceArn, `${sourceArn}/index/by-status`],
    },
  ],
};
const units = (read: number, write: number) => ({ ReadCapacityUnits: read, WriteCapacityUnits: write });

/** A provisioned table with an index, and everything that such a table can have. */
async function makeSource({ dynamodb, autoscaling }: TableClients): Promise<void> {
  const TableName = 'DEV-full';
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'status', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ProvisionedThroughput: units(10, 6),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-status',
          KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
          ProvisionedThroughput: units(4, 6),
        },
      ],
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: devKey },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      WarmThroughput: { ReadUnitsPerSecond: 15_000, WriteUnitsPerSecond: 5_000 },
      DeletionProtectionEnabled: true,
      Tags: [{ Key: 'team', Value: 'data' }],
    }),
  );
  await settled({ dynamodb, autoscaling, describeKey: async () => null }, TableName);
  const ServiceNamespace = 'dynamodb';
  const table = {
    ServiceNamespace,
    ResourceId: `table/${TableName}`,
    ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
  } as const;
  const index = {
    ServiceNamespace,
    ResourceId: `table/${TableName}/index/by-status`,
    ScalableDimension: 'dynamodb:index:WriteCapacityUnits',
  } as const;
  await autoscaling.send(new RegisterScalableTargetCommand({ ...table, MinCapacity: 5, MaxCapacity: 50 }));
  await autoscaling.send(new RegisterScalableTargetCommand({ ...index, MinCapacity: 6, MaxCapacity: 9 }));
  await autoscaling.send(
    new PutScalingPolicyCommand({
      ...table,
      PolicyName: `$DynamoDBReadCapacityUtilization:table/${TableName}`,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
      },
    }),
  );
  const StreamArn = 'arn:aws:kinesis:us-east-1:222222222222:stream/changes';
  const EnableKinesisStreamingConfiguration = { ApproximateCreationDateTimePrecision: 'MICROSECOND' } as const;
  await dynamodb.send(
    new EnableKinesisStreamingDestinationCommand({ TableName, StreamArn, EnableKinesisStreamingConfiguration }),
  );
  const ContributorInsightsAction = 'ENABLE';
  await dynamodb.send(new UpdateContributorInsightsCommand({ TableName, ContributorInsightsAction }));
  const ContributorInsightsMode = 'THROTTLED_KEYS';
  const IndexName = 'by-status';
  await dynamodb.send(
    new UpdateContributorInsightsCommand({ TableName, IndexName, ContributorInsightsAction, ContributorInsightsMode }),
  );
  await dynamodb.send(new PutResourcePolicyCommand({ ResourceArn: sourceArn, Policy: JSON.stringify(policy) }));
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}

/** The table once nothing of it is under way any more. */
async function settled(clients: TableClients, name: string, until = (_state: TableState) => true): Promise<TableState> {
  for (let look = 0; look < 200; look++) {
    const state = await readWholeTable(clients, name);
    if (state?.active && until(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${name} was not ready after 200 looks`);
}

const wanted = (definition: TableDefinition, as: string, request: object = {}) =>
  forDestination(
    definition,
    destinationContext(
      environments,
      { source: 'dev', destination: 'prod', request: makeTables({ kmsKeys: { [devKey]: prodKey }, ...request }) },
      as,
    ),
  );

/** Makes the table and applies what is pending until nothing is; answers the steps in their order. */
async function make(definition: TableDefinition, as: string): Promise<string[]> {
  await createTable(world.prod.dynamodb, as, definition, sourceArn);
  const steps: string[] = [];
  for (let look = 0; look < 300; look++) {
    const state = await settled(world.prod, as);
    const [setting] = pendingSettings(definition, state.definition);
    if (!setting) return steps;
    if ((await applySetting(world.prod, state, setting, definition)) === 'applied' && steps.at(-1) !== setting.step) {
      steps.push(setting.step);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`settings of ${as} were not taken: ${steps.join(', ')}`);
}

let source: TableState;
beforeAll(async () => {
  world = await startSettingsWorld();
  const { kms, iam } = world.stores;
  devKey = kms.putKey({ account: '222222222222', region: 'us-east-1' }).arn;
  prodKey = kms.putKey({ account: '333333333333', region: 'us-east-1' }).arn;
  for (const account of ['222222222222', '333333333333']) {
    const statement = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' };
    iam.putRole({ account, name: 'reader', trustPolicy: { Version: '2012-10-17', Statement: [statement] } });
  }
  await makeSource(world.dev);
  source = await settled(world.dev, 'DEV-full', ({ definition }) => definition.resourcePolicy !== null);
}, 30_000);
afterAll(() => world.close());

describe('readWholeTable', () => {
  it('reads everything that a table has into a definition that a bundle file may hold', () => {
    expect(source.definition).toMatchObject({
      table: {
        ProvisionedThroughput: units(10, 6),
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: devKey },
        WarmThroughput: { ReadUnitsPerSecond: 15_000, WriteUnitsPerSecond: 5_000 },
      },
      autoscaling: [
        { IndexName: null, Dimension: 'ReadCapacityUnits', MinCapacity: 5, MaxCapacity: 50, policies: [{}] },
        { IndexName: 'by-status', Dimension: 'WriteCapacityUnits', MinCapacity: 6, MaxCapacity: 9, policies: [] },
      ],
      resourcePolicy: policy,
      kinesisStreaming: [{ ApproximateCreationDateTimePrecision: 'MICROSECOND' }],
      contributorInsights: [
        { IndexName: null, Mode: 'ACCESSED_AND_THROTTLED_KEYS' },
        { IndexName: 'by-status', Mode: 'THROTTLED_KEYS' },
      ],
    });
    expect(tableDefinition.parse(JSON.parse(JSON.stringify(source.definition)))).toEqual(source.definition);
  });

  it('names no key where the account’s own aws/dynamodb is used', async () => {
    const input = { AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }] };
    const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' as const }];
    const SSESpecification = { Enabled: true, SSEType: 'KMS' as const };
    const BillingMode = 'PAY_PER_REQUEST';
    await world.dev.dynamodb.send(
      new CreateTableCommand({ TableName: 'DEV-aws-key', ...input, KeySchema, BillingMode, SSESpecification }),
    );
    const { definition } = await settled(world.dev, 'DEV-aws-key');
    expect(definition.table.SSESpecification).toEqual({ Enabled: true, SSEType: 'KMS' });
    expect(wanted(definition, 'PROD-aws-key').conflicts).toEqual([]);
  });
});

describe('pitfall 25: a copy with every setting', () => {
  it('is equal to its source, and gets what hinders or floods a load after it', async () => {
    const { definition, conflicts } = wanted(source.definition, 'PROD-full');
    expect(conflicts).toEqual([]);
    expect(await keyConflicts(definition, world.prod.describeKey)).toEqual([]);
    const steps = await make(definition, 'PROD-full');
    expect([...new Set(steps)]).toEqual([
      'streamSpecification',
      'kinesisStreaming',
      'contributorInsights',
      'timeToLive',
      'tableClass',
      'autoscaling',
      'resourcePolicy',
      'deletionProtection',
    ]);
    const made = await settled(world.prod, 'PROD-full');
    expect(differences(definition, made.definition)).toEqual([]);
    expect(made.definition.table.SSESpecification?.KMSMasterKeyId).toBe(prodKey);
    const arn = 'arn:aws:dynamodb:us-east-1:333333333333:table/PROD-full';
    expect(made.definition.resourcePolicy).toMatchObject({
      Statement: [
        {
          Principal: { AWS: ['arn:aws:iam::333333333333:role/reader', '444444444444'] },
          Resource: [arn, `${arn}/index/by-status`],
        },
      ],
    });
    expect(made.definition.autoscaling[0]?.policies[0]?.PolicyName).toBe(
      '$DynamoDBReadCapacityUtilization:table/PROD-full',
    );
  });

  it('leaves excluded settings alone, and does not compare them', async () => {
    const exclude = [
      'autoscaling',
      'encryption',
      'kinesisStreaming',
      'resourcePolicy',
      'streams',
      'tableClass',
    ] as const;
    const { definition, conflicts } = wanted(source.definition, 'PROD-less', { kmsKeys: {}, settings: { exclude } });
    expect(conflicts).toEqual([]);
    const steps = await make(definition, 'PROD-less');
    expect([...new Set(steps)]).toEqual(['contributorInsights', 'timeToLive', 'deletionProtection']);
    const { definition: made } = await settled(world.prod, 'PROD-less');
    expect(made).toMatchObject({ autoscaling: [], resourcePolicy: null, kinesisStreaming: [] });
    expect(made.table.SSESpecification).toBeUndefined();
    expect(differences(definition, made)).toEqual([]);
    expect(differences(source.definition, made).length).toBeGreaterThan(5);
  });
});

describe('removeAutoscaling', () => {
  it('deregisters the targets that a table has left behind, and those of no other', async () => {
    const { dynamodb, autoscaling } = world.prod;
    const target = { ServiceNamespace: 'dynamodb', ScalableDimension: 'dynamodb:table:ReadCapacityUnits' } as const;
    const bounds = { MinCapacity: 1, MaxCapacity: 2 };
    for (const name of ['PROD-gone', 'PROD-gone-2']) {
      await createTable(dynamodb, name, wanted(plain(), name).definition, sourceArn);
      await settled(world.prod, name);
      await autoscaling.send(new RegisterScalableTargetCommand({ ...target, ...bounds, ResourceId: `table/${name}` }));
    }
    await dynamodb.send(new DeleteTableCommand({ TableName: 'PROD-gone' }));
    expect(await removeAutoscaling(autoscaling, 'PROD-gone')).toBe(1);
    expect(await removeAutoscaling(autoscaling, 'PROD-gone')).toBe(0);
    expect(await removeAutoscaling(autoscaling, 'PROD-gone-2', [])).toBe(1);
  });
});

describe('pitfall 27: a key that the destination cannot use', () => {
  it('is a conflict before anything is made', async () => {
    const { kms } = world.stores;
    const disabled = kms.putKey({ account: '333333333333', region: 'us-east-1' });
    disabled.enabled = false;
    const absent = prodKey.replace(/[^/]+$/, '01234567-89ab-cdef-0123-456789abcdef');
    const conflictsOf = async (key: string) =>
      await keyConflicts(
        wanted(source.definition, 'PROD-x', { kmsKeys: { [devKey]: key } }).definition,
        world.prod.describeKey,
      );
    expect(await conflictsOf(disabled.arn)).toEqual([expect.stringContaining('cannot be used as it is')]);
    expect(await conflictsOf(absent)).toEqual([expect.stringContaining('has no such key')]);
    expect(await conflictsOf(prodKey)).toEqual([]);
  });

  it('is refused with the field of the input and the action where the role may not ask for it', async () => {
    const { definition } = wanted(source.definition, 'PROD-x', { kmsKeys: { [devKey]: 'alias/a' } });
    const denied = Object.assign(new Error('not authorized to perform kms:DescribeKey'), {
      name: 'AccessDeniedException',
    });
    const error = keyConflicts(definition, async () => {
      throw named(denied, 'asking for the key alias/a');
    });
    await expect(error).rejects.toMatchObject({
      name: 'Promotion.Permission',
      detail: {
        message: expect.stringMatching(/^kmsKeys names alias\/a; .*kms:DescribeKey/),
        resolution: expect.stringContaining('let the destination role use it'),
      },
    });
    const lost = keyConflicts(definition, async () => {
      throw new Error('lost');
    });
    await expect(lost).rejects.toThrow(/^lost$/);
  });
});

describe('pitfall 44: a destination that is a global table', () => {
  it('is written to by a merge alone, which says where else the items go', async () => {
    await createTable(world.prod.dynamodb, 'PROD-global', wanted(plain(), 'PROD-global').definition, sourceArn);
    await settled(world.prod, 'PROD-global');
    world.stores.dynamodb.addReplica({ account: '333333333333', region: 'us-east-1' }, 'PROD-global', 'eu-west-1');
    const state = await settled(world.prod, 'PROD-global');
    expect(state.findings.map(({ code }) => code)).toEqual(['ReplicasNotCarried']);
    for (const existing of ['adopt', 'replace', 'fail'] as const) {
      expect(replicaVerdict(existing, state).conflict).toContain('eu-west-1');
    }
    const merged = replicaVerdict('merge', state);
    expect(merged.conflict).toBeNull();
    expect(merged.findings).toMatchObject([{ code: 'ReplicasWritten', message: expect.stringContaining('eu-west-1') }]);
  });
});

/** The source without what takes a key or a load of calls. */
function plain(): TableDefinition {
  const { table } = source.definition;
  const { SSESpecification: _, WarmThroughput: __, ...rest } = table;
  return { ...source.definition, table: { ...rest, DeletionProtectionEnabled: false } };
}
