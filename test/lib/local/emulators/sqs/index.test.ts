import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sqsService } from '../../../../../lib/local/emulators/sqs/index.ts';
import { createSqsStore, type Queue, type SqsStore } from '../../../../../lib/local/emulators/sqs/store.ts';
import { callJson, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let store: SqsStore;
let queue: Queue;
let now = Date.parse('2026-11-21T10:00:00Z');
const clock = { now: () => now };
const QueueUrl = `https://sqs.us-east-1.amazonaws.com/${TOOLING}/undelivered`;
const call = (operation: string, input: object) => callJson(world.endpoint, 'sqs', `AmazonSQS.${operation}`, input);
const receive = async (more: object = {}) => (await call('ReceiveMessage', { QueueUrl, ...more })).json;

beforeAll(async () => {
  store = createSqsStore(clock);
  world = await startWorld([sqsService(store, clock)]);
});
afterAll(() => world.close());
beforeEach(() => {
  const attributes = { MessageRetentionPeriod: '1209600' };
  queue = store.putQueue({ account: TOOLING, region: 'us-east-1', name: 'undelivered', attributes });
});

describe('a queue', () => {
  it('gives a message to one reader at a time, and back when that does not delete it', async () => {
    store.sendMessage(queue.arn, 'hello', { ERROR_CODE: 'NO_PERMISSIONS' });
    const asked = { MessageAttributeNames: ['All'], AttributeNames: ['All'] };
    expect(await receive(asked)).toEqual({
      Messages: [
        {
          MessageId: expect.any(String),
          ReceiptHandle: expect.any(String),
          Body: 'hello',
          MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
          Attributes: {
            SentTimestamp: String(now),
            ApproximateReceiveCount: '1',
            ApproximateFirstReceiveTimestamp: String(now),
          },
          MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' } },
        },
      ],
    });
    expect(await receive()).toEqual({});
    now += 31_000;
    const [{ ReceiptHandle }] = (await receive()).Messages as [{ ReceiptHandle: string }];
    expect((await call('DeleteMessage', { QueueUrl, ReceiptHandle })).status).toBe(200);
    now += 31_000;
    expect(await receive()).toEqual({});
    expect((await call('DeleteMessage', { QueueUrl, ReceiptHandle })).status).toBe(200);
  });
  it('forgets messages after its retention period', async () => {
    store.sendMessage(queue.arn, 'old');
    now += 14 * 86_400_000 + 1;
    expect(await receive()).toEqual({});
  });
  it('waits for a message when asked to', async () => {
    setTimeout(() => store.sendMessage(queue.arn, 'late'), 150);
    expect(await receive({ WaitTimeSeconds: 5 })).toMatchObject({ Messages: [{ Body: 'late' }] });
  });
  it('tells its URL and its attributes', async () => {
    store.sendMessage(queue.arn, 'a');
    const found = await call('GetQueueUrl', { QueueName: 'undelivered' });
    expect(found.json).toEqual({ QueueUrl: `${world.endpoint}/${TOOLING}/undelivered` });
    const all = await call('GetQueueAttributes', { QueueUrl: found.json.QueueUrl, AttributeNames: ['All'] });
    expect(all.json).toMatchObject({
      Attributes: { QueueArn: queue.arn, MessageRetentionPeriod: '1209600', ApproximateNumberOfMessages: '1' },
    });
    const one = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] });
    expect(one.json).toEqual({ Attributes: { QueueArn: queue.arn } });
    expect((await call('ListQueues', {})).json).toEqual({ QueueUrls: [found.json.QueueUrl] });
  });
});

describe('refusals', () => {
  it('name a queue that is not there in both protocols', async () => {
    const refused = await call('GetQueueUrl', { QueueName: 'gone' });
    expect(refused.json).toMatchObject({ __type: 'com.amazonaws.sqs#QueueDoesNotExist' });
    expect(refused.headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
  });
  it.each([
    ['ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 11 }, 'InvalidParameterValue'],
    ['GetQueueAttributes', { QueueUrl, AttributeNames: ['Colour'] }, 'InvalidAttributeName'],
    ['DeleteMessage', { QueueUrl, ReceiptHandle: 'x' }, 'ReceiptHandleIsInvalid'],
    ['SendMessage', { QueueUrl, MessageBody: 'x' }, 'UnknownOperationException'],
  ])('%s with %j is %s', async (operation, input, code) => {
    expect((await call(operation, input)).json).toMatchObject({ __type: `com.amazonaws.sqs#${code}` });
  });
  it('of messages come from the store', () => {
    expect(() => store.sendMessage(`${queue.arn}-gone`, 'a')).toThrow('does not exist');
    expect(() => store.sendMessage(queue.arn, '')).toThrow('must contain the parameter MessageBody');
    expect(() => store.sendMessage(queue.arn, '\u0000')).toThrow('outside the allowed set');
    expect(() => store.sendMessage(queue.arn, 'x'.repeat(1_048_577))).toThrow('must be shorter than');
  });
});
