import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type { Item } from '../../lambdas/dynamodb/attributes.ts';
import type { TableDefinition } from '../../lambdas/dynamodb/definition.ts';

/** Names that DynamoDB takes for tables and indexes. */
export const tableName = fc.stringMatching(/^[A-Za-z0-9_.-]{3,40}$/);

/** Attribute names, with those that a careless parser trips over. */
export const attributeName = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.constantFrom('Items', 'LastEvaluatedKey', 'S', 'M', 'B', 'toJSON', 'constructor', '}', '"', '\\', '\u0000'),
);

/** A number as coefficient · 10^exponent: up to 38 digits, 1E-130 to 9.99…E+125 (API reference). */
export const decimal = fc
  .tuple(
    fc.boolean(),
    fc.stringMatching(/^[1-9][0-9]{0,37}$/),
    fc.integer({ min: -130, max: 87 }),
    fc.integer({ min: 0, max: 12 }),
  )
  .map(([negative, digits, exponent, zeros]) => ({ negative, digits, exponent, zeros }));
export type Decimal = typeof decimal extends fc.Arbitrary<infer T> ? T : never;

/** A decimal as plain digits, with zeros before and after that change nothing. */
export function plainNumber({ negative, digits, exponent, zeros }: Decimal): string {
  const sign = negative ? '-' : '';
  const padding = '0'.repeat(zeros);
  if (exponent >= 0) return `${sign}${padding}${digits}${'0'.repeat(exponent)}${zeros > 0 ? `.${padding}` : ''}`;
  const filled = digits.padStart(1 - exponent, '0');
  return `${sign}${padding}${filled.slice(0, exponent)}.${filled.slice(exponent)}${padding}`;
}

/** The same decimal with an exponent; the point stands after `point` digits. */
export function scientificNumber({ negative, digits, exponent }: Decimal, point: number): string {
  const cut = Math.min(point, digits.length);
  const fraction = digits.slice(cut);
  const power = exponent + fraction.length;
  return `${negative ? '-' : ''}${digits.slice(0, cut) || '0'}.${fraction || '0'}E${power >= 0 ? '+' : ''}${power}`;
}

const numberText = fc.oneof(decimal.map(plainNumber), fc.constantFrom('0', '-0', '1.10', '1E-130', '9.99E+125'));
const bytes = fc.uint8Array({ maxLength: 12 });
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', '\u0000', '"', '\\"', '🂡'));

const { value } = fc.letrec<{ value: AttributeValue; item: Item }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    text.map((S): AttributeValue => ({ S })),
    numberText.map((N): AttributeValue => ({ N })),
    bytes.map((B): AttributeValue => ({ B })),
    fc.boolean().map((BOOL): AttributeValue => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }).map((SS): AttributeValue => ({ SS })),
    fc
      .uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 })
      .map((numbers): AttributeValue => ({ NS: numbers.map(String) })),
    fc
      .uniqueArray(bytes, { minLength: 1, maxLength: 4, selector: (one) => Buffer.from(one).toString('hex') })
      .map((BS): AttributeValue => ({ BS })),
    fc.array(tie('value'), { maxLength: 4 }).map((L): AttributeValue => ({ L })),
    tie('item').map((M): AttributeValue => ({ M })),
  ),
  item: fc.dictionary(attributeName, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

/** All ten attribute types, nested. */
export const attributeValue = value;

/** An item with any attributes. */
export const item: fc.Arbitrary<Item> = fc.dictionary(attributeName, value, { maxKeys: 6, noNullPrototype: true });

/** A key of one or two attributes of the three types that a key may have. */
export const key: fc.Arbitrary<Item> = fc.uniqueArray(attributeName, { minLength: 1, maxLength: 2 }).chain((names) =>
  fc
    .tuple(
      ...names.map(() =>
        fc.oneof(
          fc.string({ minLength: 1 }).map((S): AttributeValue => ({ S })),
          numberText.map((N): AttributeValue => ({ N })),
          fc.uint8Array({ minLength: 1, maxLength: 8 }).map((B): AttributeValue => ({ B })),
        ),
      ),
    )
    .map((values) => Object.fromEntries(names.map((name, index) => [name, values[index] as AttributeValue]))),
);

const attributeType = fc.constantFrom('S' as const, 'N' as const, 'B' as const);

/** A table definition whose indexes use two further attributes. */
export const definition: fc.Arbitrary<TableDefinition> = fc
  .record({
    name: tableName,
    names: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 4, maxLength: 4 }),
    types: fc.tuple(attributeType, attributeType, attributeType, attributeType),
    onDemand: fc.boolean(),
    globals: fc.uniqueArray(tableName, { maxLength: 3 }),
    local: fc.option(tableName),
    tags: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,10}$/), { maxLength: 5 }),
    protection: fc.boolean(),
    timeToLive: fc.option(fc.stringMatching(/^[a-z]{1,8}$/)),
    recovery: fc.option(fc.integer({ min: 1, max: 35 })),
    precision: fc.option(fc.constantFrom('MILLISECOND' as const, 'MICROSECOND' as const)),
    insights: fc.boolean(),
    policy: fc.option(fc.constantFrom('*', '222222222222')),
  })
  .map((chosen) => {
    const { name, names, types, onDemand, globals, local, tags, protection, timeToLive, recovery } = chosen;
    const StreamArn = 'arn:aws:kinesis:us-east-1:222222222222:stream/changes';
    const [hash = '', range = '', second = '', third = ''] = names;
    const units = onDemand ? {} : { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 } };
    const schema = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: 'HASH' as const },
      { AttributeName: sort, KeyType: 'RANGE' as const },
    ];
    const used = [hash, range, ...(globals.length > 0 ? [second, third] : []), ...(local !== null ? [third] : [])];
    return {
      table: {
        TableName: name,
        AttributeDefinitions: [...new Set(used)].map((AttributeName) => ({
          AttributeName,
          AttributeType: types[names.indexOf(AttributeName)] ?? 'S',
        })),
        KeySchema: schema(hash, range),
        BillingMode: onDemand ? ('PAY_PER_REQUEST' as const) : ('PROVISIONED' as const),
        ...units,
        ...(globals.length > 0
          ? {
              GlobalSecondaryIndexes: globals.map((IndexName) => ({
                IndexName,
                KeySchema: schema(second, third),
                Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['one', 'two'] },
                ...units,
              })),
            }
          : {}),
        ...(local !== null
          ? {
              LocalSecondaryIndexes: [
                { IndexName: local, KeySchema: schema(hash, third), Projection: { ProjectionType: 'ALL' as const } },
              ],
            }
          : {}),
        TableClass: 'STANDARD' as const,
        DeletionProtectionEnabled: protection,
      },
      timeToLive: timeToLive === null ? null : { AttributeName: timeToLive },
      pointInTimeRecovery: recovery === null ? null : { RecoveryPeriodInDays: recovery },
      tags: tags.map((Key) => ({ Key, Value: `value of ${Key}` })),
      autoscaling: [],
      resourcePolicy:
        chosen.policy === null
          ? null
          : { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: chosen.policy, Action: 'dynamodb:*' }] },
      kinesisStreaming:
        chosen.precision === null ? [] : [{ StreamArn, ApproximateCreationDateTimePrecision: chosen.precision }],
      contributorInsights: chosen.insights
        ? [null, ...globals].map((IndexName) => ({ IndexName, Mode: 'THROTTLED_KEYS' as const }))
        : [],
    };
  });
