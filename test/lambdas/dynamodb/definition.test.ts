import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differences,
  keyNames,
  ownershipTag,
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
  ])('refuses %s', (_what, fields) => {
    expect(tableDefinition.safeParse({ ...makeDefinition(), ...fields }).success).toBe(false);
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
