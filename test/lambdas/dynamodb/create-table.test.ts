import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createTable } from '../../../lambdas/dynamodb/create-table.ts';
import { ownershipTag, type TableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { makeDefinition, refusal } from '../../support/factories.ts';
import { awsError } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const sourceArn = 'arn:aws:dynamodb:us-east-1:222222222222:table/orders';
const made = { body: { TableDescription: { TableId: 'table-1', TableArn: 'arn:made', TableStatus: 'CREATING' } } };
const create = (definition: TableDefinition, arn = sourceArn) =>
  createTable(dynamodb.client, 'PROD-orders', definition, arn);

/** What the service is asked for. */
async function inputOf(definition: TableDefinition, arn?: string): Promise<CreateTableCommandInput> {
  dynamodb.script(() => made);
  await create(definition, arn);
  expect(dynamodb.calls).toHaveLength(1);
  return dynamodb.calls[0]?.input as unknown as CreateTableCommandInput;
}

const units = { ReadCapacityUnits: 5, WriteCapacityUnits: 2 };

describe('createTable', () => {
  it('asks for the new name, the keys, the capacity and our tag', async () => {
    expect(await inputOf(makeDefinition())).toEqual({
      TableName: 'PROD-orders',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      TableClass: 'STANDARD',
      Tags: [{ Key: ownershipTag, Value: sourceArn }],
    });
  });

  it('answers id and ARN', async () => {
    dynamodb.script(() => made);
    expect(await create(makeDefinition())).toEqual({ outcome: 'created', id: 'table-1', arn: 'arn:made' });
  });

  it('says that a table of that name exists', async () => {
    dynamodb.script(() => awsError('ResourceInUseException'));
    expect(await create(makeDefinition())).toEqual({ outcome: 'exists' });
  });

  it('says that the account is busy where too many operations are under way', async () => {
    const message = 'Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously';
    dynamodb.script(() => ({ status: 400, body: { __type: 'x#LimitExceededException', message } }));
    expect(await create(makeDefinition())).toEqual({ outcome: 'busy' });
  });

  it('is Promotion.Quota where the account may have no more tables', async () => {
    const message = 'Subscriber limit exceeded: There is a limit of 2500 tables per subscriber';
    dynamodb.script(() => ({ status: 400, body: { __type: 'x#LimitExceededException', message } }));
    expect(await refusal(() => create(makeDefinition()))).toMatchObject({ name: 'Promotion.Quota' });
  });

  it('asks again after an answer without a description', async () => {
    dynamodb.script((_call, index) => (index === 0 ? { body: '' } : made));
    expect(await create(makeDefinition())).toMatchObject({ outcome: 'created', id: expect.stringMatching(/./) });
    expect(dynamodb.calls).toHaveLength(2);
  });

  it('takes the encryption, the warm throughput and provisioned capacity over', async () => {
    const input = await inputOf(
      makeDefinition({
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: units,
        WarmThroughput: { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 5_000 },
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/of-prod' },
      }),
    );
    expect(input).toMatchObject({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: units,
      WarmThroughput: { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 5_000 },
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/of-prod' },
    });
  });
});

describe('pitfall 22: attributes that no key uses', () => {
  it('are left out, those of indexes are kept', async () => {
    const names = ['id', 'status', 'at', 'unused'];
    const index = { Projection: { ProjectionType: 'ALL' as const } };
    const input = await inputOf(
      makeDefinition({
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        GlobalSecondaryIndexes: [
          { ...index, IndexName: 'by-status', KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }] },
        ],
        LocalSecondaryIndexes: [
          {
            ...index,
            IndexName: 'by-time',
            KeySchema: [
              { AttributeName: 'id', KeyType: 'HASH' },
              { AttributeName: 'at', KeyType: 'RANGE' },
            ],
          },
        ],
      }),
    );
    expect(input.AttributeDefinitions?.map(({ AttributeName }) => AttributeName)).toEqual(['id', 'status', 'at']);
  });
});

describe('pitfall 25: settings that must wait for the load', () => {
  it('include the class, which makes writes dearer: every table is created as STANDARD', async () => {
    expect((await inputOf(makeDefinition({ TableClass: 'STANDARD_INFREQUENT_ACCESS' }))).TableClass).toBe('STANDARD');
  });

  it('are not part of the create: stream, protection, maxima of table and index', async () => {
    const input = await inputOf(
      makeDefinition(
        {
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
          DeletionProtectionEnabled: true,
          OnDemandThroughput: { MaxWriteRequestUnits: 10 },
          GlobalSecondaryIndexes: [
            {
              IndexName: 'by-id',
              KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
              OnDemandThroughput: { MaxWriteRequestUnits: 10 },
            },
          ],
        },
        { timeToLive: { AttributeName: 'expires' }, pointInTimeRecovery: { RecoveryPeriodInDays: 7 } },
      ),
    );
    expect(JSON.stringify(input)).not.toMatch(/Stream|DeletionProtection|OnDemand|expires|Recovery/);
    expect(input.GlobalSecondaryIndexes).toHaveLength(1);
  });
});

describe('tags', () => {
  const tags = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ Key: `tag-${index}`, Value: String(index) }));

  it('are carried over beside ours', async () => {
    const input = await inputOf(makeDefinition({}, { tags: tags(2) }));
    expect(input.Tags).toEqual([...tags(2), { Key: ownershipTag, Value: sourceArn }]);
  });

  it('of an earlier promotion are replaced by ours', async () => {
    const input = await inputOf(
      makeDefinition({}, { tags: [{ Key: ownershipTag, Value: 'arn:earlier' }, ...tags(49)] }),
    );
    expect(input.Tags).toHaveLength(50);
    expect(input.Tags?.filter(({ Key }) => Key === ownershipTag)).toEqual([{ Key: ownershipTag, Value: sourceArn }]);
  });

  it('are all carried over where the source uses the 50 that there are, and ours is left out', async () => {
    expect((await inputOf(makeDefinition({}, { tags: tags(50) }))).Tags).toEqual(tags(50));
  });

  it('stay within the 256 characters of a value, however long the name of the table', async () => {
    const arn = `arn:aws:dynamodb:us-east-1:222222222222:table/${'x'.repeat(255)}`;
    const [tag] = (await inputOf(makeDefinition(), arn)).Tags ?? [];
    expect(tag?.Value).toHaveLength(256);
    expect(arn.startsWith(tag?.Value ?? '-')).toBe(true);
  });
});
