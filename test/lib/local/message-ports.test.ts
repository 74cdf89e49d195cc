import { expect, it } from 'vitest';
import { createSnsStore } from '../../../lib/local/emulators/sns/store.ts';
import { createSqsStore } from '../../../lib/local/emulators/sqs/store.ts';
import { createMessagePorts } from '../../../lib/local/message-ports.ts';

const place = { account: '111111111111', region: 'us-east-1' };
const sns = createSnsStore();
const sqs = createSqsStore(Date);
const ports = createMessagePorts(sns, sqs);

it('publishes to topics by the rules of SNS', () => {
  const topic = sns.putTopic({ ...place, name: 'approvals' });
  const { messageId } = ports.publish({ topicArn: topic.arn, message: 'please', subject: null });
  expect(topic.messages).toEqual([{ messageId, message: 'please', subject: undefined }]);
  expect(() => ports.publish({ topicArn: topic.arn, message: '', subject: null })).toThrow('Empty message');
  expect(() => ports.publish({ topicArn: `${topic.arn}2`, message: 'a', subject: null })).toThrow('does not exist');
});

it('sends to queues and tells the digest of the body', () => {
  const { arn, messages } = sqs.putQueue({ ...place, name: 'work' });
  expect(ports.sendMessage({ queueArn: arn, body: 'hello' }).bodyDigest).toBe('5d41402abc4b2a76b9719d911017c592');
  expect(messages).toHaveLength(1);
});
