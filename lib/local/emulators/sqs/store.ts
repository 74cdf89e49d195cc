import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { ServiceError } from '../../service.ts';

/** One message of a queue. Moments are milliseconds since the epoch. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** MD5 of the body, hexadecimal. */
  readonly bodyDigest: string;
  /** String attributes by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly sent: number;
  /** Seen again by ReceiveMessage from this moment on. */
  visibleFrom: number;
  firstReceived: number | null;
  receiveCount: number;
  /** Of the latest receipt, null before the first. */
  receiptHandle: string | null;
}

export interface Queue {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  /** As the template or the client gave them, values as text: `MessageRetentionPeriod`, `Policy` and so on. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly created: number;
  /** Oldest first, those that are being worked on too. */
  readonly messages: QueueMessage[];
}

/** Which queue to make; `attributes` default to none. */
export interface QueueRequest {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Standard queues of all accounts and regions. */
export interface SqsStore {
  putQueue(request: QueueRequest): Queue;
  findQueue(arn: string): Queue | undefined;
  queues(account: string, region: string): Queue[];
  /** Throws `QueueDoesNotExist`, `MissingParameter`, `InvalidParameterValue`, `InvalidMessageContents`. */
  sendMessage(arn: string, body: string, attributes?: Readonly<Record<string, string>>): QueueMessage;
  /** Messages that are not hidden now; each is hidden for so many seconds. */
  receive(queue: Queue, most: number, hiddenSeconds: number): QueueMessage[];
  /** True when the handle was the latest of a message of the queue. */
  deleteMessage(queue: Queue, receiptHandle: string): boolean;
}

/** SQS keeps messages for four days where a queue says nothing else. */
const RETENTION_SECONDS = 345_600;
const LARGEST_MESSAGE = 1_048_576;
/** Characters that XML 1.0 allows, as SQS demands of a body. */
const ALLOWED = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

/** Seconds for which a queue keeps a message. */
export const retentionOf = ({ attributes }: Queue) => Number(attributes.MessageRetentionPeriod ?? RETENTION_SECONDS);

export function createSqsStore(clock: Pick<Clock, 'now'>): SqsStore {
  const queues = new Map<string, Queue>();
  const expire = (queue: Queue) => {
    const oldest = clock.now() - retentionOf(queue) * 1000;
    while (queue.messages[0] && queue.messages[0].sent < oldest) queue.messages.shift();
  };
  return {
    putQueue({ account, region, name, attributes = {} }) {
      const arn = `arn:aws:sqs:${region}:${account}:${name}`;
      const queue: Queue = { account, region, name, arn, attributes, created: clock.now(), messages: [] };
      queues.set(arn, queue);
      return queue;
    },
    findQueue(arn) {
      const queue = queues.get(arn);
      if (queue) expire(queue);
      return queue;
    },
    queues: (account, region) =>
      [...queues.values()].filter((queue) => queue.account === account && queue.region === region),
    sendMessage(arn, body, attributes = {}) {
      const queue = queues.get(arn);
      if (!queue) throw noSuchQueue();
      checkBody(body);
      const message: QueueMessage = {
        messageId: randomUUID(),
        body,
        bodyDigest: createHash('md5').update(body).digest('hex'),
        attributes,
        sent: clock.now(),
        visibleFrom: 0,
        firstReceived: null,
        receiveCount: 0,
        receiptHandle: null,
      };
      queue.messages.push(message);
      return message;
    },
    receive(queue, most, hiddenSeconds) {
      const now = clock.now();
      const received = queue.messages.filter(({ visibleFrom }) => visibleFrom <= now).slice(0, most);
      for (const message of received) {
        message.visibleFrom = now + hiddenSeconds * 1000;
        message.firstReceived ??= now;
        message.receiveCount += 1;
        message.receiptHandle = Buffer.from(`${message.messageId} ${randomUUID()}`).toString('base64');
      }
      return received;
    },
    deleteMessage(queue, receiptHandle) {
      const index = queue.messages.findIndex((message) => message.receiptHandle === receiptHandle);
      if (index >= 0) queue.messages.splice(index, 1);
      return index >= 0;
    },
  };
}

/** The refusal of a queue that is not there. */
export function noSuchQueue(): ServiceError {
  return new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
}

function checkBody(body: string): void {
  if (body === '') throw new ServiceError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (Buffer.byteLength(body) > LARGEST_MESSAGE) {
    const reason = `One or more parameters are invalid. Reason: Message must be shorter than ${LARGEST_MESSAGE} bytes.`;
    throw new ServiceError('InvalidParameterValue', reason);
  }
  if (!ALLOWED.test(body)) {
    throw new ServiceError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  }
}
