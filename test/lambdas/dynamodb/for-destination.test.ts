import { describe, expect, it } from 'vitest';
import { settingNames } from '../../../lambdas/dynamodb/contracts.ts';
import type { TableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { destinationContext, forDestination } from '../../../lambdas/dynamodb/for-destination.ts';
import { environments, makeDefinition, makeTables } from '../../support/factories.ts';

const key = 'arn:aws:kms:us-east-1:222222222222:key/1';
const made = (definition: TableDefinition, request: object = {}) =>
  forDestination(
    definition,
    destinationContext(
      environments,
      { source: 'dev', destination: 'prod', request: makeTables(request) },
      'PROD-orders',
    ),
  );
const codes = (definition: TableDefinition, request?: object) =>
  made(definition, request).findings.map(({ code }) => code);

const encrypted = makeDefinition({ SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: key } });
const target = { IndexName: null, Dimension: 'ReadCapacityUnits' as const, MinCapacity: 1, MaxCapacity: 5 };
const provisioned = {
  BillingMode: 'PROVISIONED' as const,
  ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
};

describe('forDestination', () => {
  it('leaves a definition without names of the source as it is, without findings', () => {
    const plain = makeDefinition({}, { timeToLive: { AttributeName: 'expires' } });
    expect(made(plain)).toEqual({ definition: plain, findings: [], conflicts: [] });
  });

  it('names the policies and metrics of automatic scaling after the new table', () => {
    const Dimensions = [
      { Name: 'TableName', Value: 'orders' },
      { Name: 'Operation', Value: 'orders' },
    ];
    const policies = [
      { PolicyName: '$DynamoDBReadCapacityUtilization:table/orders', TargetTracking: { TargetValue: 70 } },
      { PolicyName: 'scale:table/orders/index/a', TargetTracking: { TargetValue: 70 } },
      { PolicyName: 'scale:table/orders-2', TargetTracking: { TargetValue: 70 } },
      { PolicyName: 'own', TargetTracking: { TargetValue: 5, CustomizedMetricSpecification: { Dimensions } } },
    ];
    const { definition } = made(makeDefinition(provisioned, { autoscaling: [{ ...target, policies }] }));
    expect(definition.autoscaling[0]?.policies).toEqual([
      { PolicyName: '$DynamoDBReadCapacityUtilization:table/PROD-orders', TargetTracking: { TargetValue: 70 } },
      { PolicyName: 'scale:table/PROD-orders/index/a', TargetTracking: { TargetValue: 70 } },
      { PolicyName: 'scale:table/orders-2', TargetTracking: { TargetValue: 70 } },
      {
        PolicyName: 'own',
        TargetTracking: {
          TargetValue: 5,
          CustomizedMetricSpecification: {
            Dimensions: [
              { Name: 'TableName', Value: 'PROD-orders' },
              { Name: 'Operation', Value: 'orders' },
            ],
          },
        },
      },
    ]);
  });

  it('does not carry the idle targets of an on-demand table, and says so', () => {
    const onDemand = makeDefinition({}, { autoscaling: [{ ...target, policies: [] }] });
    expect(made(onDemand).definition.autoscaling).toEqual([]);
    expect(codes(onDemand)).toEqual(['AutoscalingIdle']);
  });

  it('sends changes to the stream of the same name in the destination, which must exist', () => {
    const StreamArn = 'arn:aws:kinesis:us-east-1:222222222222:stream/orders';
    const kinesisStreaming = [{ StreamArn, ApproximateCreationDateTimePrecision: 'MILLISECOND' as const }];
    const { definition, findings } = made(makeDefinition({}, { kinesisStreaming }));
    const expected = 'arn:aws:kinesis:us-east-1:333333333333:stream/orders';
    expect(definition.kinesisStreaming[0]?.StreamArn).toBe(expected);
    expect(findings).toMatchObject([{ code: 'StreamMustExist', message: expect.stringContaining(expected) }]);
  });

  it('says who is named in a policy, and what a warm table costs', () => {
    const Statement = [{ Effect: 'Allow', Principal: { AWS: ['222222222222', '444444444444'] } }];
    const WarmThroughput = { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 4_000 };
    expect(codes(makeDefinition({ WarmThroughput }, { resourcePolicy: { Statement } }))).toEqual([
      'PolicyPrincipalsMapped',
      'PolicyPrincipalsLeft',
      'WarmThroughputCarried',
    ]);
  });

  it('lists who is mapped and who is left in a policy, and what is left out of it, each where there is any', () => {
    const of = (...Statement: object[]) =>
      made(makeDefinition({}, { resourcePolicy: { Statement: Statement as { Effect: string }[] } }));
    const messages = (...statements: object[]) =>
      of(...statements).findings.map(({ code, message }) => `${code}: ${message}`);
    const allow = (...AWS: string[]) => ({ Effect: 'Allow', Principal: { AWS } });
    expect(messages(allow('333333333333'))).toEqual([]);
    expect(messages(allow('222222222222', 'arn:aws:iam::222222222222:root'))).toEqual([
      expect.stringMatching(
        /^PolicyPrincipalsMapped: .*PROD-orders.*222222222222 → 333333333333; arn:aws:iam::222222222222:root → arn/,
      ),
    ]);
    expect(messages(allow('444444444444', '555555555555'))).toEqual([
      expect.stringMatching(/^PolicyPrincipalsLeft: .*PROD-orders.*: 444444444444; 555555555555$/),
    ]);
    const pattern = { ...allow('333333333333'), Condition: { StringLike: { a: '*222222222222*' } } };
    expect(messages({ ...pattern, Sid: 'First' }, pattern)).toEqual([
      expect.stringMatching(
        /^PolicyStatementsDropped: .*opened PROD-orders to the source account 222222222222.*: First, number 2$/,
      ),
    ]);
    expect(of(pattern).definition.resourcePolicy).toBeNull();
  });

  it('names the table and the number in what it says of scaling and warmth', () => {
    const onDemand = makeDefinition({}, { autoscaling: [{ ...target, policies: [] }] });
    expect(made(onDemand).findings[0]?.message).toMatch(/^orders is on-demand and has 1 scalable targets/);
    const WarmThroughput = { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 4_000 };
    expect(made(makeDefinition({ WarmThroughput })).findings[0]?.message).toMatch(
      /^orders or its indexes .* warmThroughput$/,
    );
  });

  it('renames no metric of another table, and leaves members that are not set', () => {
    const Dimensions = [{ Name: 'TableName', Value: 'users' }];
    const TargetTracking = { TargetValue: 5, ScaleInCooldown: null, CustomizedMetricSpecification: { Dimensions } };
    const policies = [{ PolicyName: 'own', TargetTracking: TargetTracking as { TargetValue: number } }];
    const { definition } = made(makeDefinition(provisioned, { autoscaling: [{ ...target, policies }] }));
    expect(definition.autoscaling[0]?.policies).toEqual(policies);
  });
});

describe('destinationContext', () => {
  it('knows nothing of an environment that is not configured', () => {
    const run = { source: 'gone', destination: 'dev-west', request: makeTables() };
    expect(destinationContext(environments, run, 'there')).toEqual({
      source: { partition: 'aws', account: '', region: '' },
      destination: { partition: 'aws', account: '222222222222', region: 'us-west-2' },
      as: 'there',
      kmsKeys: {},
      settings: { exclude: [] },
    });
  });
});

describe('pitfall 27: a key that is of no use in another account', () => {
  it('is a conflict that names the field, and never another protection in silence', () => {
    expect(made(encrypted).conflicts).toEqual([expect.stringMatching(/key\/1.*kmsKeys.*encryption/)]);
    expect(made(encrypted, { kmsKeys: { other: 'alias/a' } }).conflicts).toHaveLength(1);
  });

  it('becomes the one that kmsKeys names for it', () => {
    const { definition, conflicts } = made(encrypted, { kmsKeys: { [key]: 'alias/of-prod' } });
    expect(conflicts).toEqual([]);
    expect(definition.table.SSESpecification).toEqual({
      Enabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: 'alias/of-prod',
    });
  });

  it.each([
    ['of another account', 'arn:aws:kms:us-east-1:444444444444:key/2', 1],
    ['of another region', 'arn:aws:kms:eu-west-1:333333333333:key/2', 1],
    ['of the destination', 'arn:aws:kms:us-east-1:333333333333:key/2', 0],
  ])('may not be mapped to one %s', (_what, mapped, conflicts) => {
    const found = made(encrypted, { kmsKeys: { [key]: mapped } });
    expect(found.conflicts).toHaveLength(conflicts);
    for (const conflict of found.conflicts) {
      expect(conflict).toContain(`kmsKeys names ${mapped}`);
      expect(conflict).toContain('account 333333333333, region us-east-1');
    }
  });

  it('is no conflict where it is aws/dynamodb, or encryption is excluded', () => {
    const managed = makeDefinition({ SSESpecification: { Enabled: true, SSEType: 'KMS' } });
    expect(made(managed)).toMatchObject({ definition: managed, conflicts: [] });
    const { definition, conflicts } = made(encrypted, { settings: { exclude: ['encryption'] } });
    expect(conflicts).toEqual([]);
    expect(definition.table.SSESpecification).toBeUndefined();
  });
});

describe('excluded settings', () => {
  it('are told once although they are named twice', () => {
    const { findings, definition } = made(makeDefinition(), { settings: { exclude: ['streams', 'tags', 'streams'] } });
    expect(findings.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual([
      ['SettingExcluded', 'streams'],
      ['SettingExcluded', 'tags'],
    ]);
    expect(definition.excluded).toEqual(['streams', 'tags']);
  });

  const everything = makeDefinition(
    {
      SSESpecification: { Enabled: true, SSEType: 'KMS' },
      OnDemandThroughput: { MaxReadRequestUnits: 5 },
      WarmThroughput: { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 4_000 },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-id',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
          OnDemandThroughput: { MaxReadRequestUnits: 5 },
          WarmThroughput: { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 4_000 },
        },
      ],
    },
    {
      timeToLive: { AttributeName: 'expires' },
      pointInTimeRecovery: { RecoveryPeriodInDays: 3 },
      tags: [{ Key: 'a', Value: 'b' }],
      autoscaling: [{ ...target, policies: [] }],
      resourcePolicy: { Statement: [] },
      kinesisStreaming: [
        {
          StreamArn: 'arn:aws:kinesis:us-east-1:222222222222:stream/a',
          ApproximateCreationDateTimePrecision: 'MILLISECOND',
        },
      ],
      contributorInsights: [{ IndexName: null, Mode: 'THROTTLED_KEYS' }],
    },
  );

  it('are all left out when all are named: what is left is keys, indexes and capacity', () => {
    const { GlobalSecondaryIndexes, ...table } = makeDefinition({
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-id',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }).table;
    const { definition } = made(everything, { settings: { exclude: [...settingNames] } });
    expect(definition).toEqual(makeDefinition({ ...table, GlobalSecondaryIndexes }, { excluded: [...settingNames] }));
  });

  it.each(settingNames)('have one finding: %s', (setting) => {
    const findings = made(everything, { settings: { exclude: [setting] } }).findings;
    expect(findings.filter(({ code }) => code === 'SettingExcluded')).toEqual([
      { code: 'SettingExcluded', asset: 'orders', message: expect.stringContaining(setting) },
    ]);
  });
});
