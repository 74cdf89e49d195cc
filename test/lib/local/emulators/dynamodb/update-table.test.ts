import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettled, type Harness, manualClock, refused, settled, simpleTable, startHarness } from './harness.ts';

let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness();
  client = harness.client();
});
afterAll(() => harness.close());

const update = (TableName: string, members: Omit<UpdateTableCommandInput, 'TableName'>, on = client) =>
  on.send(new UpdateTableCommand({ TableName, ...members }));
const updated = async (TableName: string, members: Omit<UpdateTableCommandInput, 'TableName'>, on = client) => {
  await update(TableName, members, on);
  return settled(on, TableName);
};
const units = (read: number, write = read) => ({ ReadCapacityUnits: read, WriteCapacityUnits: write });
const provisioned = (name: string, read: number) =>
  simpleTable(name, { BillingMode: 'PROVISIONED', ProvisionedThroughput: units(read) });
const newIndex = (IndexName: string, hash: string) => ({
  IndexName,
  KeySchema: [{ AttributeName: hash, KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'KEYS_ONLY' as const },
});
const stringAttribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });

describe('UpdateTable', () => {
  it('goes through UPDATING, in which data can be written and nothing else be changed', async () => {
    const clock = manualClock();
    const slow = await startHarness({ clock });
    const patient = slow.client();
    const creating = createSettled(patient, simpleTable('busy'));
    const releasing = setInterval(() => clock.release(), 5);
    await creating;
    clearInterval(releasing);
    const { TableDescription } = await update('busy', { OnDemandThroughput: { MaxReadRequestUnits: 5 } }, patient);
    expect(TableDescription?.TableStatus).toBe('UPDATING');
    await patient.send(new PutItemCommand({ TableName: 'busy', Item: { pk: { S: 'a' } } }));
    expect(await refused(update('busy', { DeletionProtectionEnabled: true }, patient))).toBe(
      'ResourceInUseException: Attempt to change a resource which is still in use: Table is being updated: busy',
    );
    clock.release();
    expect((await settled(patient, 'busy')).OnDemandThroughput).toEqual({
      MaxReadRequestUnits: 5,
      MaxWriteRequestUnits: -1,
    });
    await slow.close();
  });

  it('refuses a request without a change', async () => {
    await createSettled(client, simpleTable('unchanged'));
    expect(await refused(update('unchanged', {}))).toMatch(/^ValidationException: At least one of/);
  });

  it('switches deletion protection at once', async () => {
    await createSettled(client, simpleTable('guarded'));
    const { TableDescription } = await update('guarded', { DeletionProtectionEnabled: true });
    expect(TableDescription).toMatchObject({ TableStatus: 'ACTIVE', DeletionProtectionEnabled: true });
  });

  it('switches a stream on and off, and refuses to do either twice', async () => {
    await createSettled(client, simpleTable('streaming'));
    const on = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' as const } };
    const off = { StreamSpecification: { StreamEnabled: false } };
    const table = await updated('streaming', on);
    expect(table.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' });
    expect(await refused(update('streaming', on))).toContain('already has an enabled stream');
    const after = await updated('streaming', off);
    expect(after.StreamSpecification).toBeUndefined();
    expect(after.LatestStreamArn).toBe(table.LatestStreamArn);
    expect(await refused(update('streaming', off))).toContain('does not have a stream');
  });

  it('changes encryption to a KMS key and back', async () => {
    await createSettled(client, simpleTable('encrypted'));
    const table = await updated('encrypted', { SSESpecification: { Enabled: true } });
    expect(table.SSEDescription).toMatchObject({ Status: 'ENABLED', SSEType: 'KMS' });
    expect(await updated('encrypted', { SSESpecification: { Enabled: false } })).not.toHaveProperty('SSEDescription');
  });

  it('raises warm throughput and never lowers it', async () => {
    await createSettled(client, simpleTable('warm'));
    const WarmThroughput = { ReadUnitsPerSecond: 20000, WriteUnitsPerSecond: 8000 };
    expect((await updated('warm', { WarmThroughput })).WarmThroughput).toEqual({ ...WarmThroughput, Status: 'ACTIVE' });
    expect(await refused(update('warm', { WarmThroughput: { ReadUnitsPerSecond: 12000 } }))).toContain('is lower than');
  });

  it('changes the table class at most twice in 30 days', async () => {
    await createSettled(client, simpleTable('classy'));
    const change = (TableClass: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS') => updated('classy', { TableClass });
    expect((await change('STANDARD_INFREQUENT_ACCESS')).TableClassSummary).toMatchObject({
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      LastUpdateDateTime: expect.any(Date),
    });
    await change('STANDARD');
    expect(await refused(change('STANDARD'))).toMatch(/^ValidationException/);
    expect(await refused(change('STANDARD_INFREQUENT_ACCESS'))).toMatch(/^LimitExceededException/);
  });

  it('refuses replicas, which are not built, by name', async () => {
    await createSettled(client, simpleTable('lonely'));
    const ReplicaUpdates = [{ Create: { RegionName: 'eu-west-1' } }];
    expect(await refused(update('lonely', { ReplicaUpdates }))).toBe(
      "ValidationException: member 'replicaUpdates' is not supported",
    );
  });
});

describe('billing and capacity', () => {
  it('keeps BillingModeSummary once a table was on demand', async () => {
    await createSettled(client, provisioned('switching', 5));
    const onDemand = await updated('switching', { BillingMode: 'PAY_PER_REQUEST' });
    expect(onDemand.BillingModeSummary).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      LastUpdateToPayPerRequestDateTime: expect.any(Date),
    });
    expect(onDemand.ProvisionedThroughput).toMatchObject(units(0));
    expect(onDemand.WarmThroughput).toMatchObject({ ReadUnitsPerSecond: 12000, WriteUnitsPerSecond: 4000 });
    const back = await updated('switching', { BillingMode: 'PROVISIONED', ProvisionedThroughput: units(7) });
    expect(back.BillingModeSummary?.BillingMode).toBe('PROVISIONED');
    expect(back.ProvisionedThroughput).toMatchObject(units(7));
  });

  it('allows four switches to on-demand a day', async () => {
    await createSettled(client, provisioned('wavering', 1));
    for (let count = 0; count < 4; count += 1) {
      await updated('wavering', { BillingMode: 'PAY_PER_REQUEST' });
      await updated('wavering', { BillingMode: 'PROVISIONED', ProvisionedThroughput: units(1) });
    }
    expect(await refused(update('wavering', { BillingMode: 'PAY_PER_REQUEST' }))).toMatch(
      /^LimitExceededException: .*4 times/,
    );
  });

  it('refuses a switch to PROVISIONED that leaves an index without capacity', async () => {
    await createSettled(
      client,
      simpleTable('indexed', {
        AttributeDefinitions: [stringAttribute('pk')],
        GlobalSecondaryIndexes: [newIndex('byKey', 'pk')],
      }),
    );
    const members = { BillingMode: 'PROVISIONED' as const, ProvisionedThroughput: units(1) };
    expect(await refused(update('indexed', members))).toContain(
      'ProvisionedThroughput must be specified for index: byKey',
    );
    const GlobalSecondaryIndexUpdates = [{ Update: { IndexName: 'byKey', ProvisionedThroughput: units(3) } }];
    const table = await updated('indexed', { ...members, GlobalSecondaryIndexUpdates });
    expect(table.GlobalSecondaryIndexes?.[0]?.ProvisionedThroughput).toMatchObject(units(3));
  });

  it('refuses the present capacity, and a fifth decrease within the hour', async () => {
    await createSettled(client, provisioned('shrinking', 10));
    expect(await refused(update('shrinking', { ProvisionedThroughput: units(10) }))).toContain(
      'The provisioned throughput for the table will not change.',
    );
    for (const read of [9, 8, 7, 6]) await updated('shrinking', { ProvisionedThroughput: units(read) });
    expect(await refused(update('shrinking', { ProvisionedThroughput: units(5) }))).toMatch(
      /^LimitExceededException: .*Number of decreases today: 4/,
    );
    const table = await updated('shrinking', { ProvisionedThroughput: units(20) });
    expect(table.ProvisionedThroughput).toMatchObject({
      NumberOfDecreasesToday: 4,
      LastIncreaseDateTime: expect.any(Date),
    });
    expect(table.WarmThroughput?.ReadUnitsPerSecond).toBe(20);
  });
});

describe('index updates', () => {
  it('fills a new index from the items there are, leaving out those without a fit key', async () => {
    await createSettled(client, simpleTable('backfilled'));
    const item = (pk: string, more: object) => ({ PutRequest: { Item: { pk: { S: pk }, ...more } } });
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          backfilled: [
            item('fits', { colour: { S: 'red' } }),
            item('same', { colour: { S: 'red' } }),
            item('wrong type', { colour: { N: '1' } }),
            item('empty', { colour: { S: '' } }),
            item('lacks', {}),
          ],
        },
      }),
    );
    const { TableDescription } = await update('backfilled', {
      AttributeDefinitions: [stringAttribute('colour')],
      GlobalSecondaryIndexUpdates: [{ Create: newIndex('byColour', 'colour') }],
    });
    expect(TableDescription?.GlobalSecondaryIndexes?.[0]).toMatchObject({ IndexStatus: 'CREATING', Backfilling: true });
    const table = await settled(client, 'backfilled');
    expect(table.AttributeDefinitions?.map(({ AttributeName }) => AttributeName)).toEqual(['colour', 'pk']);
    const query = new QueryCommand({
      TableName: 'backfilled',
      IndexName: 'byColour',
      KeyConditionExpression: 'colour = :red',
      ExpressionAttributeValues: { ':red': { S: 'red' } },
    });
    expect((await client.send(query)).Items).toHaveLength(2);
    // An item that was unfit before may be rewritten with a fit value.
    await client.send(
      new PutItemCommand({ TableName: 'backfilled', Item: { pk: { S: 'wrong type' }, colour: { S: 'red' } } }),
    );
    expect((await client.send(query)).Items).toHaveLength(3);
  });

  it('deletes an index and the definitions that only it used', async () => {
    await createSettled(
      client,
      simpleTable('shorn', {
        AttributeDefinitions: [stringAttribute('pk'), stringAttribute('colour')],
        GlobalSecondaryIndexes: [newIndex('byColour', 'colour')],
      }),
    );
    const { TableDescription } = await update('shorn', {
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byColour' } }],
    });
    expect(TableDescription?.GlobalSecondaryIndexes?.[0]?.IndexStatus).toBe('DELETING');
    const table = await settled(client, 'shorn');
    expect(table.GlobalSecondaryIndexes).toBeUndefined();
    expect(table.AttributeDefinitions).toEqual([stringAttribute('pk')]);
    expect(await refused(client.send(new ScanCommand({ TableName: 'shorn', IndexName: 'byColour' })))).toContain(
      'The table does not have the specified index: byColour',
    );
  });

  it('pitfall 26: refuses two index creations in one call and unknown indexes', async () => {
    await createSettled(client, simpleTable('greedy'));
    const creations = ['one', 'two'].map((name) => ({ Create: newIndex(`by-${name}`, 'pk') }));
    expect(await refused(update('greedy', { GlobalSecondaryIndexUpdates: creations }))).toBe(
      'LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
    const unknown = [{ Delete: { IndexName: 'nowhere' } }];
    expect(await refused(update('greedy', { GlobalSecondaryIndexUpdates: unknown }))).toMatch(
      /^ResourceNotFoundException/,
    );
    expect(await refused(update('greedy', { GlobalSecondaryIndexUpdates: [{}] }))).toContain('must not be null');
  });
});
