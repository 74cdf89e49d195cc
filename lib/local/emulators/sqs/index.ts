import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import { jsonService, operation, textOf } from '../../gateway/operations.ts';
import { integer, list, required, structure, text } from '../../members.ts';
import { type Service, ServiceError, type ServiceRequest } from '../../service.ts';
import { noSuchQueue, type Queue, type QueueMessage, retentionOf, type SqsStore } from './store.ts';

/** Codes of the older query protocol, which clients of today still read out of a header. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  OverLimit: 'OverLimit',
};
const QUEUE_URL = required(text({ min: 1 }));
const NAMES = list(text());
/** Seconds for which a received message is hidden where neither queue nor request says so. */
const HIDDEN_SECONDS = 30;
const POLL_MILLISECONDS = 100;

/** Standard queues that templates make: they can be looked into and read; creating and sending is not built. */
export function sqsService(store: SqsStore, clock: Pick<Clock, 'now'>): Service {
  const arnOf = (url: string, { caller }: ServiceRequest) => {
    const [, account = caller.account, name = url] = /\/(\d{12})\/([\w-]+)$/.exec(url) ?? [];
    return `arn:aws:sqs:${caller.region}:${account}:${name}`;
  };
  const queueArn = (input: Readonly<Record<string, unknown>>, request: ServiceRequest) =>
    arnOf(textOf(input, 'QueueUrl'), request);
  const existing = (arn: string): Queue => {
    const queue = store.findQueue(arn);
    if (queue) return queue;
    throw noSuchQueue();
  };

  const service = jsonService({
    name: 'sqs',
    targetPrefix: 'AmazonSQS',
    form: { version: '1.0', namespace: 'com.amazonaws.sqs' },
    codes: { invalid: 'InvalidParameterValue', type: 'InvalidParameterValue' },
    operations: {
      GetQueueUrl: operation({
        input: structure({ QueueName: required(text({ min: 1 })), QueueOwnerAWSAccountId: text() }),
        resource: (input, request) => {
          const account = textOf(input, 'QueueOwnerAWSAccountId') || request.caller.account;
          return `arn:aws:sqs:${request.caller.region}:${account}:${textOf(input, 'QueueName')}`;
        },
        run: ({ QueueName, QueueOwnerAWSAccountId: account }, request) => {
          const { caller, endpoint } = request;
          const queue = existing(`arn:aws:sqs:${caller.region}:${account ?? caller.account}:${QueueName}`);
          return { QueueUrl: `${endpoint}/${queue.account}/${queue.name}` };
        },
      }),
      ListQueues: operation({
        input: structure({ QueueNamePrefix: text() }),
        run: ({ QueueNamePrefix = '' }, { caller, endpoint }) => {
          const own = store.queues(caller.account, caller.region);
          const named = own.filter(({ name }) => name.startsWith(QueueNamePrefix));
          return { QueueUrls: named.map(({ account, name }) => `${endpoint}/${account}/${name}`) };
        },
      }),
      GetQueueAttributes: operation({
        input: structure({ QueueUrl: QUEUE_URL, AttributeNames: NAMES }),
        resource: queueArn,
        run: ({ QueueUrl, AttributeNames = [] }, request) => {
          const all = attributesOf(existing(arnOf(QueueUrl, request)), clock.now());
          const unknown = AttributeNames.find((name) => name !== 'All' && !Object.hasOwn(all, name));
          if (unknown !== undefined) throw new ServiceError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
          const asked = (name: string) => AttributeNames.includes('All') || AttributeNames.includes(name);
          return { Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => asked(name))) };
        },
      }),
      ReceiveMessage: operation({
        input: structure({
          QueueUrl: QUEUE_URL,
          MaxNumberOfMessages: integer(1, 10),
          VisibilityTimeout: integer(0, 43_200),
          WaitTimeSeconds: integer(0, 20),
          AttributeNames: NAMES,
          MessageSystemAttributeNames: NAMES,
          MessageAttributeNames: NAMES,
        }),
        resource: queueArn,
        run: async (input, request) => {
          const queue = existing(arnOf(input.QueueUrl, request));
          const { MaxNumberOfMessages: most = 1, WaitTimeSeconds = 0 } = input;
          const hidden = input.VisibilityTimeout ?? Number(queue.attributes.VisibilityTimeout ?? HIDDEN_SECONDS);
          // A client's long poll is network time, so it is never modelled.
          const deadline = Date.now() + WaitTimeSeconds * 1000;
          let received = store.receive(queue, most, hidden);
          while (received.length === 0 && Date.now() < deadline) {
            await delay(POLL_MILLISECONDS);
            received = store.receive(queue, most, hidden);
          }
          const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
          const own = input.MessageAttributeNames ?? [];
          return received.length === 0 ? {} : { Messages: received.map((one) => messageOnWire(one, system, own)) };
        },
      }),
      DeleteMessage: operation({
        input: structure({ QueueUrl: QUEUE_URL, ReceiptHandle: required(text({ min: 1 })) }),
        resource: queueArn,
        run: ({ QueueUrl, ReceiptHandle }, request) => {
          // A handle of a message that is gone is good too; only one that was never given is refused.
          const isKnown = store.deleteMessage(existing(arnOf(QueueUrl, request)), ReceiptHandle);
          if (isKnown || isReceipt(ReceiptHandle)) return {};
          const message = `The input receipt handle "${ReceiptHandle}" is not a valid receipt handle.`;
          throw new ServiceError('ReceiptHandleIsInvalid', message);
        },
      }),
    },
  });
  return {
    ...service,
    refuse(request, error) {
      const response = service.refuse(request, error);
      const code = `${QUERY_CODES[error.code] ?? error.code};Sender`;
      return { ...response, headers: { ...response.headers, 'x-amzn-query-error': code } };
    },
  };
}

const isReceipt = (handle: string) => /^[0-9a-f-]{36} [0-9a-f-]{36}$/.test(Buffer.from(handle, 'base64').toString());

const seconds = (milliseconds: number) => String(Math.floor(milliseconds / 1000));

function attributesOf(queue: Queue, now: number): Record<string, string> {
  const hidden = queue.messages.filter(({ visibleFrom }) => visibleFrom > now).length;
  return {
    VisibilityTimeout: String(HIDDEN_SECONDS),
    DelaySeconds: '0',
    ReceiveMessageWaitTimeSeconds: '0',
    ...queue.attributes,
    MessageRetentionPeriod: String(retentionOf(queue)),
    QueueArn: queue.arn,
    CreatedTimestamp: seconds(queue.created),
    LastModifiedTimestamp: seconds(queue.created),
    ApproximateNumberOfMessages: String(queue.messages.length - hidden),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
    ApproximateNumberOfMessagesDelayed: '0',
  };
}

const chosen = (all: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.entries(all).filter(
    ([name]) => names.includes('All') || names.some((given) => given === name || matchesPrefix(given, name)),
  );

/** `abc.*` asks for every attribute whose name begins with `abc`. */
const matchesPrefix = (given: string, name: string) => given.endsWith('.*') && name.startsWith(given.slice(0, -2));

function messageOnWire(message: QueueMessage, system: readonly string[], own: readonly string[]) {
  const { messageId, receiptHandle, body, bodyDigest } = message;
  const given = {
    SentTimestamp: String(message.sent),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceived ?? message.sent),
  };
  const Attributes = chosen(given, system);
  const MessageAttributes = chosen(message.attributes, own).map(
    ([name, value]) => [name, { DataType: 'String', StringValue: value }] as const,
  );
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    Body: body,
    MD5OfBody: bodyDigest,
    ...(Attributes.length > 0 && { Attributes: Object.fromEntries(Attributes) }),
    ...(MessageAttributes.length > 0 && { MessageAttributes: Object.fromEntries(MessageAttributes) }),
  };
}
