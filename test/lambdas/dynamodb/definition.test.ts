import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differences,
  keyNames,
  ownershipTag,
  type ScalableTarget,
  sameSchema,
  schemaDifferences,
  type TableDefinition,
  tableDefinition,
  usedAttributes,
} from '../../../lambdas/dynamodb/definition.ts';
import { definition } from '../../support/arbitraries.ts';
import { makeDefinition } from '../../support/factories.ts';

const paths = (wanted: TableDefinition, found: TableDefinition) => differences(wanted, found).map(({ path }) => path);

const byStatus = {
  IndexName: 'by-status',
  KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};
const indexed = (index: object = {}, type: 'S' | 'N' = 'S') =>
  makeDefinition({
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'status', AttributeType: type },
    ],
    GlobalSecondaryIndexes: [{ ...byStatus, ...index }],
  });

const scaled = (fields: Partial<ScalableTarget> = {}): ScalableTarget => ({
  IndexName: null,
  Dimension: 'ReadCapacityUnits',
  MinCapacity: 5,
  MaxCapacity: 10,
  policies: [],
  ...fields,
});
const provisioned = (ReadCapacityUnits: number, WriteCapacityUnits = 5) => ({
  BillingMode: 'PROVISIONED' as const,
  ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits },
});

describe('differences', () => {
  it('are none between a definition and itself, however its lists are ordered', () => {
    fc.assert(
      fc.property(definition, (one) => {
        const { table } = one;
        const other: TableDefinition = {
          ...one,
          table: {
            ...table,
            AttributeDefinitions: [...table.AttributeDefinitions].reverse(),
            ...(table.GlobalSecondaryIndexes
              ? {
                  GlobalSecondaryIndexes: [...table.GlobalSecondaryIndexes].reverse().map((index) => ({
                    ...index,
                    Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['two', 'one'] },
                  })),
                }
              : {}),
          },
          tags: [...one.tags].reverse(),
        };
        expect(differences(one, other)).toEqual([]);
      }),
    );
  });

  it('do not count the name of the table and our own tag', () => {
    const found = makeDefinition({ TableName: 'PROD-orders' }, { tags: [{ Key: ownershipTag, Value: 'arn' }] });
    expect(differences(makeDefinition(), found)).toEqual([]);
  });

  it('say where, what is wanted and what is there', () => {
    const found = makeDefinition({ DeletionProtectionEnabled: true }, { tags: [{ Key: 'team', Value: 'b' }] });
    expect(differences(makeDefinition({}, { tags: [{ Key: 'team', Value: 'a' }] }), found)).toEqual([
      { path: '/table/DeletionProtectionEnabled', wanted: 'false', found: 'true' },
      { path: '/tags/team', wanted: '"a"', found: '"b"' },
    ]);
  });

  it.each<[string, Partial<TableDefinition['table']>, Partial<TableDefinition>, string[]]>([
    ['the billing mode', { BillingMode: 'PROVISIONED' }, {}, ['/table/BillingMode']],
    ['the class', { TableClass: 'STANDARD_INFREQUENT_ACCESS' }, {}, ['/table/TableClass']],
    [
      'a maximum',
      { OnDemandThroughput: { MaxReadRequestUnits: 9 } },
      {},
      ['/table/OnDemandThroughput/MaxReadRequestUnits'],
    ],
    [
      'the encryption',
      { SSESpecification: { Enabled: true, SSEType: 'KMS' } },
      {},
      ['/table/SSESpecification/Enabled', '/table/SSESpecification/SSEType'],
    ],
    ['time to live', {}, { timeToLive: { AttributeName: 'expires' } }, ['/timeToLive/AttributeName']],
    [
      'recovery',
      {},
      { pointInTimeRecovery: { RecoveryPeriodInDays: 7 } },
      ['/pointInTimeRecovery/RecoveryPeriodInDays'],
    ],
    ['a tag', {}, { tags: [{ Key: 'team', Value: 'a' }] }, ['/tags/team']],
    ['a policy', {}, { resourcePolicy: { Statement: [] } }, ['/resourcePolicy']],
    [
      'a Kinesis stream',
      {},
      { kinesisStreaming: [{ StreamArn: 'arn:s', ApproximateCreationDateTimePrecision: 'MICROSECOND' }] },
      ['/kinesisStreaming/arn:s'],
    ],
    ['insights', {}, { contributorInsights: [{ IndexName: 'a', Mode: 'THROTTLED_KEYS' }] }, ['/contributorInsights/a']],
    [
      'automatic scaling',
      {},
      { autoscaling: [scaled({ policies: [{ PolicyName: 'p', TargetTracking: { TargetValue: 70 } }] })] },
      [
        '/autoscaling/table/ReadCapacityUnits/MaxCapacity',
        '/autoscaling/table/ReadCapacityUnits/MinCapacity',
        '/autoscaling/table/ReadCapacityUnits/policies/p/TargetValue',
      ],
    ],
  ])('name %s once, in either direction', (_what, table, rest, expected) => {
    const other = makeDefinition(table, rest);
    expect(paths(makeDefinition(), other)).toEqual(expected);
    expect(paths(other, makeDefinition())).toEqual(expected);
  });

  it('say "absent" for what is not there', () => {
    const wanted = makeDefinition({}, { timeToLive: { AttributeName: 'expires' } });
    expect(differences(wanted, makeDefinition())).toEqual([
      { path: '/timeToLive/AttributeName', wanted: '"expires"', found: 'absent' },
    ]);
  });

  it('are found in both directions', () => {
    fc.assert(
      fc.property(definition, definition, (one, other) => {
        expect(paths(one, other)).toEqual(paths(other, one));
      }),
    );
  });
});

describe('what the service moves by itself', () => {
  const autoscaling = [scaled()];
  it.each([
    [4, ['/table/ProvisionedThroughput/ReadCapacityUnits']],
    [5, []],
    [10, []],
    [11, ['/table/ProvisionedThroughput/ReadCapacityUnits']],
  ])('is a scaled capacity between its bounds: %i', (units, expected) => {
    const wanted = makeDefinition(provisioned(7), { autoscaling });
    expect(paths(wanted, makeDefinition(provisioned(units), { autoscaling }))).toEqual(expected);
  });

  it('is only the dimension, and only the index, that is scaled', () => {
    const wanted = makeDefinition(provisioned(7), { autoscaling });
    expect(paths(wanted, makeDefinition(provisioned(7, 6), { autoscaling }))).toHaveLength(1);
    const ofIndex = [scaled({ IndexName: 'by-status' })];
    const table = (units: number) => ({
      ...indexed(provisioned(units)),
      table: { ...indexed(provisioned(units)).table, ...provisioned(7) },
      autoscaling: ofIndex,
    });
    expect(paths(table(7), table(9))).toEqual([]);
    expect(paths(table(7), table(11))).toHaveLength(1);
  });

  it('is a warm throughput above what is wanted', () => {
    const warm = (ReadUnitsPerSecond: number, WriteUnitsPerSecond: number) =>
      makeDefinition({ WarmThroughput: { ReadUnitsPerSecond, WriteUnitsPerSecond } });
    expect(paths(warm(13_000, 5_000), warm(20_000, 5_000))).toEqual([]);
    expect(paths(makeDefinition(), warm(20_000, 5_000))).toEqual([]);
    expect(paths(warm(13_000, 5_000), warm(20_000, 4_000))).toEqual(['/table/WarmThroughput/WriteUnitsPerSecond']);
    expect(paths(warm(13_000, 5_000), makeDefinition())).toHaveLength(2);
  });
});

describe('the key of an encrypted table', () => {
  const under = (KMSMasterKeyId?: string) =>
    makeDefinition({
      SSESpecification: { Enabled: true, SSEType: 'KMS', ...(KMSMasterKeyId ? { KMSMasterKeyId } : {}) },
    });
  const arn = (id: number) => `arn:aws:kms:us-east-1:333333333333:key/${id}`;
  const path = '/table/SSESpecification/KMSMasterKeyId';

  it('is compared where it is named by its ARN, and its presence where it is named by an alias', () => {
    expect(paths(under(arn(1)), under(arn(1)))).toEqual([]);
    expect(paths(under(arn(1)), under(arn(2)))).toEqual([path]);
    expect(paths(under('alias/a'), under(arn(2)))).toEqual([]);
    expect(paths(under('alias/a'), under())).toEqual([path]);
    expect(paths(under(), under(arn(2)))).toEqual([path]);
  });
});

describe('pitfall 24: a destination with other keys', () => {
  it.each<[string, TableDefinition]>([
    [
      'another partition key',
      makeDefinition({
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
      }),
    ],
    [
      'another type of the key',
      makeDefinition({ AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }] }),
    ],
    [
      'a sort key',
      makeDefinition({
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'at', AttributeType: 'S' },
        ],
      }),
    ],
    ['a global index', indexed()],
    [
      'a local index',
      makeDefinition({
        LocalSecondaryIndexes: [
          {
            IndexName: 'local',
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    ],
  ])('is told from ours by %s', (_what, found) => {
    expect(sameSchema(makeDefinition(), found)).toBe(false);
    expect(sameSchema(found, makeDefinition())).toBe(false);
  });

  it('is told by the type, keys and projection of an index', () => {
    expect(sameSchema(indexed(), indexed({}, 'N'))).toBe(false);
    expect(sameSchema(indexed(), indexed({ Projection: { ProjectionType: 'KEYS_ONLY' } }))).toBe(false);
    expect(sameSchema(indexed(), indexed({ KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] }))).toBe(false);
    expect(sameSchema(indexed(), indexed({ IndexName: 'other' }))).toBe(false);
  });

  it('is told by which attribute is the partition key', () => {
    const keyed = (hash: string, range: string) =>
      makeDefinition({
        KeySchema: [
          { AttributeName: hash, KeyType: 'HASH' },
          { AttributeName: range, KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'at', AttributeType: 'S' },
        ],
      });
    expect(sameSchema(keyed('id', 'at'), keyed('id', 'at'))).toBe(true);
    expect(sameSchema(keyed('id', 'at'), keyed('at', 'id'))).toBe(false);
  });

  it('is ours where only settings differ', () => {
    const found = makeDefinition(
      {
        TableClass: 'STANDARD_INFREQUENT_ACCESS',
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      },
      { timeToLive: { AttributeName: 'expires' }, tags: [{ Key: 'a', Value: 'b' }] },
    );
    expect(schemaDifferences(makeDefinition(), found)).toEqual([]);
    expect(differences(makeDefinition(), found).length).toBeGreaterThan(0);
    expect(
      sameSchema(indexed(), indexed({ ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } })),
    ).toBe(true);
  });
});

describe('pitfall 22: attributes that no key uses', () => {
  const leftOver = makeDefinition({
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'status', AttributeType: 'S' },
    ],
  });

  it('are no difference: they are not created either', () => {
    expect(usedAttributes(leftOver.table)).toEqual([{ AttributeName: 'id', AttributeType: 'S' }]);
    expect(differences(leftOver, makeDefinition())).toEqual([]);
    expect(sameSchema(leftOver, makeDefinition())).toBe(true);
  });

  it('are kept where an index uses them', () => {
    expect(usedAttributes(indexed().table).map(({ AttributeName }) => AttributeName)).toEqual(['id', 'status']);
    fc.assert(
      fc.property(definition, ({ table }) => {
        expect(usedAttributes(table)).toEqual(table.AttributeDefinitions);
      }),
    );
  });
});

describe('tableDefinition', () => {
  it('takes every definition that an export writes, and gives it back', () => {
    fc.assert(
      fc.property(definition, (one) => {
        expect(tableDefinition.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
      }),
    );
  });

  it.each([
    ['an unknown member', { table: { ...makeDefinition().table, TableArn: 'arn' } }],
    ['a table without a key', { table: { ...makeDefinition().table, KeySchema: [] } }],
    [
      'an unknown type',
      { table: { ...makeDefinition().table, AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'BOOL' }] } },
    ],
    ['too long a recovery', { pointInTimeRecovery: { RecoveryPeriodInDays: 36 } }],
    ['a table without its settings', { timeToLive: undefined }],
    ['what no bundle has', { excluded: [] }],
    ['a stream that is none', { kinesisStreaming: [{ StreamArn: 'arn:aws:sns:us-east-1:222222222222:a' }] }],
    ['scaling of an index that is not there', { autoscaling: [scaled({ IndexName: 'none' })] }],
    ['bounds that exclude each other', { autoscaling: [scaled({ MinCapacity: 11 })] }],
    ['one capacity scaled twice', { autoscaling: [scaled(), scaled()] }],
    ['insights of an index that is not there', { contributorInsights: [{ IndexName: 'x-y', Mode: 'THROTTLED_KEYS' }] }],
  ])('refuses %s', (_what, fields) => {
    expect(tableDefinition.safeParse({ ...makeDefinition(), ...fields }).success).toBe(false);
  });
});

describe('a bundle of an earlier version', () => {
  it('has none of the settings that its version did not know', () => {
    const {
      autoscaling: _a,
      resourcePolicy: _r,
      kinesisStreaming: _k,
      contributorInsights: _c,
      ...old
    } = makeDefinition();
    expect(tableDefinition.parse(old)).toEqual(makeDefinition());
  });
});

describe('keys of several attributes', () => {
  const keys = (hashes: number, ranges: number) =>
    Array.from({ length: hashes + ranges }, (_, at) => ({
      AttributeName: `a${at}`,
      KeyType: at < hashes ? ('HASH' as const) : ('RANGE' as const),
    }));
  const withIndex = (hashes: number, ranges: number) => {
    const KeySchema = keys(hashes, ranges);
    const AttributeDefinitions = [{ AttributeName: 'id' }, ...KeySchema].map(({ AttributeName }) => ({
      AttributeName,
      AttributeType: 'S' as const,
    }));
    const index = { IndexName: 'several', KeySchema, Projection: { ProjectionType: 'ALL' as const } };
    return makeDefinition({ AttributeDefinitions, GlobalSecondaryIndexes: [index] });
  };

  it.each([
    [1, 0, true],
    [4, 4, true],
    [5, 0, false],
    [1, 5, false],
    [0, 1, false],
  ])('of %i and %i are those of a global index: %s', (hashes, ranges, expected) => {
    expect(tableDefinition.safeParse(withIndex(hashes, ranges)).success).toBe(expected);
  });

  it('are not those of a table', () => {
    const several = withIndex(2, 1);
    const table = { ...several.table, KeySchema: keys(2, 1) };
    expect(tableDefinition.safeParse({ ...several, table }).success).toBe(false);
  });
});

describe('keyNames', () => {
  it('has the partition key first, however the schema is ordered', () => {
    const schema = [
      { AttributeName: 'at', KeyType: 'RANGE' as const },
      { AttributeName: 'id', KeyType: 'HASH' as const },
    ];
    expect(keyNames({ KeySchema: schema })).toEqual(['id', 'at']);
    expect(schema[0]?.AttributeName).toBe('at');
  });
});
