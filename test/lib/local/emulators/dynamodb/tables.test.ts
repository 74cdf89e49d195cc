import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeLimitsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSettled,
  DEV,
  type Harness,
  manualClock,
  PROD,
  refused,
  settled,
  simpleTable,
  startHarness,
} from './harness.ts';

let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness();
  client = harness.client();
});
afterAll(() => harness.close());

const create = (input: CreateTableCommandInput) => client.send(new CreateTableCommand(input));
const quick = { maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.02 };
const index = (IndexName: string, hash = 'alternate') => ({
  IndexName,
  KeySchema: [{ AttributeName: hash, KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
});
const withIndex = (name: string) =>
  simpleTable(name, {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'alternate', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [index('byOther')],
  });

describe('CreateTable', () => {
  it('returns a table in state CREATING that the waiter sees become ACTIVE', async () => {
    const { TableDescription } = await create(simpleTable('waited'));
    expect(TableDescription).toMatchObject({
      TableStatus: 'CREATING',
      TableArn: `arn:aws:dynamodb:us-east-1:${DEV}:table/waited`,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    const { state } = await waitUntilTableExists({ client, ...quick }, { TableName: 'waited' });
    expect(state).toBe('SUCCESS');
  });

  it('shows an on-demand table as the service does', async () => {
    const table = await createSettled(client, simpleTable('on-demand'));
    expect(table.BillingModeSummary?.LastUpdateToPayPerRequestDateTime).toBeInstanceOf(Date);
    expect(table.ProvisionedThroughput).toEqual({
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
    });
    expect(table.WarmThroughput).toEqual({ ReadUnitsPerSecond: 12000, WriteUnitsPerSecond: 4000, Status: 'ACTIVE' });
    expect(table.DeletionProtectionEnabled).toBe(false);
    for (const absent of [
      'SSEDescription',
      'TableClassSummary',
      'StreamSpecification',
      'OnDemandThroughput',
      'GlobalSecondaryIndexes',
    ]) {
      expect(table).not.toHaveProperty(absent);
    }
  });

  it('pitfall 21: leaves BillingModeSummary out for a table created PROVISIONED, warm at its capacity', async () => {
    const table = await createSettled(
      client,
      simpleTable('provisioned', {
        BillingMode: undefined,
        ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
      }),
    );
    expect(table).not.toHaveProperty('BillingModeSummary');
    expect(table.WarmThroughput).toMatchObject({ ReadUnitsPerSecond: 5, WriteUnitsPerSecond: 6 });
    expect(table.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 5, WriteCapacityUnits: 6 });
  });

  it('keeps every setting that it is given', async () => {
    const table = await createSettled(
      client,
      simpleTable('all-settings', {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: '01234567-89ab-cdef-0123-456789abcdef' },
        TableClass: 'STANDARD_INFREQUENT_ACCESS',
        DeletionProtectionEnabled: true,
        OnDemandThroughput: { MaxReadRequestUnits: 100 },
        WarmThroughput: { ReadUnitsPerSecond: 13000, WriteUnitsPerSecond: 5000 },
      }),
    );
    expect(table).toMatchObject({
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      SSEDescription: {
        Status: 'ENABLED',
        SSEType: 'KMS',
        KMSMasterKeyArn: `arn:aws:kms:us-east-1:${DEV}:key/01234567-89ab-cdef-0123-456789abcdef`,
      },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      DeletionProtectionEnabled: true,
      OnDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: -1 },
      WarmThroughput: { ReadUnitsPerSecond: 13000, WriteUnitsPerSecond: 5000, Status: 'ACTIVE' },
    });
    expect(table.LatestStreamArn).toBe(`${table.TableArn}/stream/${table.LatestStreamLabel}`);
    expect(table.LatestStreamLabel).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
  });

  it('pitfall 27: refuses a KMS key of another region or one that nobody made', async () => {
    const KMSMasterKeyId = `arn:aws:kms:eu-west-1:${DEV}:key/01234567-89ab-cdef-0123-456789abcdef`;
    const sse = { Enabled: true, KMSMasterKeyId };
    expect(await refused(create(simpleTable('foreign-key', { SSESpecification: sse })))).toMatch(
      /^ValidationException: .*KMS/,
    );
  });

  it('refuses a name that is taken', async () => {
    await createSettled(client, simpleTable('taken'));
    expect(await refused(create(simpleTable('taken')))).toBe('ResourceInUseException: Table already exists: taken');
  });

  it.each([
    ['ab', 'TableName must be at least 3 characters long and at most 255 characters long'],
    ['x'.repeat(256), 'TableName must be at least 3 characters long and at most 255 characters long'],
    ['bad name', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+'],
  ])('refuses the table name %s', async (name, reason) => {
    expect(await refused(create(simpleTable(name)))).toContain(`ValidationException: `);
    expect(await refused(create(simpleTable(name)))).toContain(reason);
  });

  const strings = (...names: string[]) =>
    names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  const many = (count: number) => Array.from({ length: count }, (_, position) => index(`index-${position}`, 'pk'));
  const local = (IndexName: string, range = 'alternate', hash = 'pk') => ({
    IndexName,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' as const },
      { AttributeName: range, KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'KEYS_ONLY' as const },
  });
  const composite = local('unused', 'sk').KeySchema;

  it.each<[string, Partial<CreateTableCommandInput>, string]>([
    [
      'unused attribute definitions',
      { AttributeDefinitions: strings('pk', 'extra') },
      'Number of attributes in KeySchema',
    ],
    [
      'pitfall 22: definitions left over beside an index',
      { AttributeDefinitions: strings('pk', 'extra'), GlobalSecondaryIndexes: [index('one', 'pk')] },
      'Some AttributeDefinitions are not used. AttributeDefinitions: [pk, extra], keys used: [pk]',
    ],
    [
      'undefined key attributes',
      { AttributeDefinitions: strings('alternate') },
      'Some index key attributes are not defined',
    ],
    ['a RANGE key first', { KeySchema: [{ AttributeName: 'pk', KeyType: 'RANGE' }] }, 'is not a HASH key type'],
    ['21 global indexes', { GlobalSecondaryIndexes: many(21) }, 'exceeds the per-table limit of 20'],
    [
      'two indexes of one name',
      { GlobalSecondaryIndexes: [index('one', 'pk'), index('one', 'pk')] },
      'Duplicate index name: one',
    ],
    [
      'a local index without a table sort key',
      { AttributeDefinitions: strings('pk', 'alternate'), LocalSecondaryIndexes: [local('one')] },
      'Table KeySchema does not have a range key',
    ],
    [
      'six local indexes',
      {
        AttributeDefinitions: strings('pk', 'sk', 'alternate'),
        KeySchema: composite,
        LocalSecondaryIndexes: [1, 2, 3, 4, 5, 6].map((position) => local(`local-${position}`)),
      },
      'exceeds per-table limit of 5',
    ],
    [
      'a local index with another partition key',
      {
        AttributeDefinitions: strings('pk', 'sk', 'alternate'),
        KeySchema: composite,
        LocalSecondaryIndexes: [local('one', 'sk', 'alternate')],
      },
      'does not have the same leading hash key',
    ],
    [
      'capacity on demand',
      { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      'Neither ReadCapacityUnits nor WriteCapacityUnits',
    ],
    [
      'no capacity when provisioned',
      { BillingMode: 'PROVISIONED' },
      'must both be specified when BillingMode is PROVISIONED',
    ],
    [
      'on-demand limits when provisioned',
      {
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
        OnDemandThroughput: { MaxReadRequestUnits: 1 },
      },
      'OnDemandThroughput can only be specified',
    ],
    [
      'warm throughput below the default',
      { WarmThroughput: { ReadUnitsPerSecond: 1, WriteUnitsPerSecond: 4000 } },
      'is lower than the current value, 12000',
    ],
    ['a stream without a view type', { StreamSpecification: { StreamEnabled: true } }, 'StreamViewType is required'],
    ['reserved tags', { Tags: [{ Key: 'aws:x', Value: '' }] }, "Tag keys starting with 'aws:' are reserved"],
    [
      'an unknown class',
      { TableClass: 'GOLD' as 'STANDARD' },
      'Member must satisfy enum value set: [STANDARD, STANDARD_INFREQUENT_ACCESS]',
    ],
    ['a resource policy that says nothing', { ResourcePolicy: '{}' }, 'Invalid policy document'],
  ])('refuses %s', async (_what, members, reason) => {
    const refusal = await refused(create(simpleTable('never', members)));
    expect(refusal).toMatch(/^ValidationException: /);
    expect(refusal).toContain(reason);
  });

  it('accepts 20 global indexes', async () => {
    const table = await createSettled(client, simpleTable('twenty', { GlobalSecondaryIndexes: many(20) }));
    expect(table.GlobalSecondaryIndexes).toHaveLength(20);
  });

  it('refuses members that the model does not have, and wrong JSON types', async () => {
    const unknown = await harness.raw('CreateTable', JSON.stringify({ ...simpleTable('odd'), Colour: 'red' }));
    expect(await unknown.json()).toMatchObject({
      __type: 'com.amazon.coral.validate#ValidationException',
      message: expect.stringContaining('colour'),
    });
    const wrong = await harness.raw('CreateTable', JSON.stringify({ ...simpleTable('odd'), TableName: 7 }));
    expect(await wrong.json()).toEqual({
      __type: 'com.amazon.coral.service#SerializationException',
      Message: 'NUMBER_VALUE cannot be converted to String',
    });
  });
});

describe('table states', () => {
  it('pitfall 23: refuses data calls and changes while a table is CREATING', async () => {
    const still = await startHarness({ clock: manualClock() });
    const early = still.client();
    await early.send(new CreateTableCommand(simpleTable('young')));
    const put = early.send(new PutItemCommand({ TableName: 'young', Item: { pk: { S: 'a' } } }));
    expect(await refused(put)).toBe('ResourceNotFoundException: Requested resource not found');
    expect(await refused(early.send(new DeleteTableCommand({ TableName: 'young' })))).toBe(
      'ResourceInUseException: Attempt to change a resource which is still in use: Table is being created: young',
    );
    await still.close();
  });

  it('pitfall 23: makes indexes ACTIVE after their table, writable but not readable before', async () => {
    const clock = manualClock();
    const slow = await startHarness({ clock });
    const patient = slow.client();
    await patient.send(new CreateTableCommand(withIndex('late-index')));
    clock.release();
    await waitUntilTableExists({ client: patient, ...quick }, { TableName: 'late-index' });
    const { Table } = await patient.send(new DescribeTableCommand({ TableName: 'late-index' }));
    expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexStatus).toBe('CREATING');
    await patient.send(
      new PutItemCommand({ TableName: 'late-index', Item: { pk: { S: 'a' }, alternate: { N: '1' } } }),
    );
    const query = () =>
      patient.send(
        new QueryCommand({
          TableName: 'late-index',
          IndexName: 'byOther',
          KeyConditionExpression: 'alternate = :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
    expect(await refused(query())).toContain('Cannot read from backfilling global secondary index: byOther');
    clock.release();
    await settled(patient, 'late-index');
    expect((await query()).Count).toBe(1);
    await slow.close();
  });

  it('deletes a table by way of DELETING, with its items', async () => {
    await createSettled(client, simpleTable('doomed'));
    await client.send(new PutItemCommand({ TableName: 'doomed', Item: { pk: { S: 'a' } } }));
    const { TableDescription } = await client.send(new DeleteTableCommand({ TableName: 'doomed' }));
    expect(TableDescription?.TableStatus).toBe('DELETING');
    const get = () => client.send(new GetItemCommand({ TableName: 'doomed', Key: { pk: { S: 'a' } } }));
    expect(await refused(get())).toContain('ResourceNotFoundException');
    await waitUntilTableNotExists({ client, ...quick }, { TableName: 'doomed' });
    await createSettled(client, simpleTable('doomed'));
    expect((await get()).Item).toBeUndefined();
  });

  it('pitfall 25: refuses to delete a protected table', async () => {
    await createSettled(client, simpleTable('protected', { DeletionProtectionEnabled: true }));
    expect(await refused(client.send(new DeleteTableCommand({ TableName: 'protected' })))).toBe(
      'ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  });

  it('pitfall 26: refuses the 251st table with an index in transition, and the 501st without', async () => {
    const crowded = await startHarness({ clock: manualClock() });
    const crowd = crowded.client();
    const attempt = (input: CreateTableCommandInput) => refused(crowd.send(new CreateTableCommand(input)));
    for (let position = 0; position < 250; position += 1) await attempt(withIndex(`indexed-${position}`));
    expect(await attempt(withIndex('one-more'))).toMatch(/^LimitExceededException: .* limit of 250 /);
    for (let position = 250; position < 500; position += 1) await attempt(simpleTable(`plain-${position}`));
    expect(await attempt(simpleTable('one-more'))).toMatch(/^LimitExceededException: .* limit of 500 /);
    await crowded.close();
  });
});

describe('names and places', () => {
  it('keeps tables of accounts and regions apart', async () => {
    await createSettled(client, simpleTable('mine'));
    for (const elsewhere of [harness.client(PROD), harness.client(DEV, 'eu-west-1')]) {
      expect(await refused(elsewhere.send(new DescribeTableCommand({ TableName: 'mine' })))).toBe(
        'ResourceNotFoundException: Requested resource not found: Table: mine not found',
      );
      expect((await elsewhere.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    }
  });

  it('accepts ARNs of the own account and region and denies those of another account', async () => {
    const { TableArn } = await createSettled(client, simpleTable('by-arn'));
    const { Table } = await client.send(new DescribeTableCommand({ TableName: TableArn }));
    expect(Table?.TableName).toBe('by-arn');
    const foreign = `arn:aws:dynamodb:us-east-1:${PROD}:table/by-arn`;
    expect(await refused(client.send(new DescribeTableCommand({ TableName: foreign })))).toBe(
      `AccessDeniedException: User: arn:aws:iam::${DEV}:root is not authorized to perform: dynamodb:DescribeTable on resource: ${foreign} because no resource-based policy allows the dynamodb:DescribeTable action`,
    );
    const elsewhere = `arn:aws:dynamodb:eu-west-1:${DEV}:table/by-arn`;
    expect(await refused(client.send(new DescribeTableCommand({ TableName: elsewhere })))).toMatch(
      /^ValidationException: Invalid TableArn/,
    );
  });

  it('lists 20 names a page in order, or as many as asked for', async () => {
    const many = harness.client('555555555555');
    for (let position = 0; position < 21; position += 1) {
      await many.send(new CreateTableCommand(simpleTable(`table-${String.fromCharCode(97 + position)}`)));
    }
    const first = await many.send(new ListTablesCommand({}));
    expect(first.TableNames).toHaveLength(20);
    expect(first.LastEvaluatedTableName).toBe('table-t');
    const second = await many.send(new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }));
    expect(second.TableNames).toEqual(['table-u']);
    expect(second.LastEvaluatedTableName).toBeUndefined();
    expect((await many.send(new ListTablesCommand({ Limit: 100 }))).TableNames).toHaveLength(21);
    expect(await refused(many.send(new ListTablesCommand({ Limit: 101 })))).toContain('less than or equal to 100');
  });

  it('tells the default quotas', async () => {
    expect(await client.send(new DescribeLimitsCommand({}))).toMatchObject({
      AccountMaxReadCapacityUnits: 80000,
      TableMaxWriteCapacityUnits: 40000,
    });
  });
});

describe('pitfall 30: statistics', () => {
  it('stay at zero after writes until they are refreshed', async () => {
    await createSettled(client, withIndex('stale'));
    await client.send(new PutItemCommand({ TableName: 'stale', Item: { pk: { S: 'abc' }, alternate: { N: '1' } } }));
    await client.send(new PutItemCommand({ TableName: 'stale', Item: { pk: { S: 'de' } } }));
    const before = await settled(client, 'stale');
    expect([before.ItemCount, before.TableSizeBytes]).toEqual([0, 0]);
    await harness.service.refreshStatistics();
    const after = await settled(client, 'stale');
    expect([after.ItemCount, after.TableSizeBytes]).toEqual([2, 20]);
    expect(after.GlobalSecondaryIndexes?.[0]).toMatchObject({ ItemCount: 1, IndexSizeBytes: 16 });
  });
});
