import { DescribeTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../../../../lib/local/clock.ts';
import { createDynamoDbService } from '../../../../../lib/local/emulators/dynamodb/index.ts';
import { ServiceError, type ServiceRequest } from '../../../../../lib/local/service.ts';
import { createSettled, DEV, type Harness, refused, simpleTable, startHarness } from './harness.ts';

const request = (target: string, body: object): ServiceRequest => ({
  caller: {
    account: DEV,
    region: 'us-east-1',
    arn: '',
    role: null,
    accessKeyId: '',
    sessionName: null,
    sourceIdentity: null,
    sessionPolicy: null,
  },
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: { 'x-amz-target': target },
  body: Buffer.from(JSON.stringify(body)),
  endpoint: '',
  requestId: 'request-1',
});
const arn = (name: string) => `arn:aws:dynamodb:us-east-1:${DEV}:table/${name}`;

describe('identify', () => {
  const { identify } = createDynamoDbService({ clock: realClock() });

  it.each<[string, object, string | null]>([
    ['PutItem', { Item: { TableName: { S: 'no' } }, TableName: 'yes' }, arn('yes')],
    ['DescribeTable', { TableName: arn('yes') }, arn('yes')],
    ['BatchWriteItem', { RequestItems: { first: [], second: [] } }, arn('first')],
    ['BatchGetItem', { TableName: 'not this', RequestItems: { first: {} } }, arn('first')],
    ['TagResource', { ResourceArn: arn('tagged'), Tags: [] }, arn('tagged')],
    ['ListTables', {}, null],
    ['DescribeLimits', {}, null],
    ['CreateTable', {}, null],
  ])('tells operation and table of %s', (operation, body, resource) => {
    expect(identify(request(`DynamoDB_20120810.${operation}`, body))).toEqual({ operation, resource });
  });
});

describe('refuse', () => {
  const { refuse } = createDynamoDbService({ clock: realClock() });

  it.each([
    ['AccessDeniedException', { __type: 'com.amazon.coral.service#AccessDeniedException', Message: 'no' }, 400],
    [
      'ProvisionedThroughputExceededException',
      { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'no' },
      400,
    ],
    ['InternalServerError', { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'no' }, 500],
  ])('gives %s the form of the service', (code, body, status) => {
    const answer = refuse(request('DynamoDB_20120810.Scan', {}), new ServiceError(code, 'no'));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body.toString())).toEqual(body);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-requestid': 'request-1',
    });
  });

  it('passes further members on', () => {
    const reasons = { ThrottlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: arn('hot') }] };
    const answer = refuse(request('', {}), new ServiceError('ThrottlingException', 'slow', 400, reasons));
    expect(JSON.parse(answer.body.toString())).toMatchObject(reasons);
  });
});

describe('close', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  it('ends the data processes, so that tables start anew', async () => {
    const client = harness.client();
    await createSettled(client, simpleTable('short-lived'));
    await client.send(new PutItemCommand({ TableName: 'short-lived', Item: { pk: { S: 'a' } } }));
    await harness.service.close();
    expect(await refused(client.send(new DescribeTableCommand({ TableName: 'short-lived' })))).toContain(
      'ResourceNotFoundException',
    );
    await createSettled(client, simpleTable('short-lived'));
    const { Item } = await client.send(new GetItemCommand({ TableName: 'short-lived', Key: { pk: { S: 'a' } } }));
    expect(Item).toBeUndefined();
  });
});
