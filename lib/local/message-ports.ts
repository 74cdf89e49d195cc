import { publishTo } from './emulators/sns/publish.ts';
import type { SnsStore } from './emulators/sns/store.ts';
import type { SqsStore } from './emulators/sqs/store.ts';
import { ServiceError } from './service.ts';
import type { MessagePorts } from './states/ports.ts';

/** Topics and queues of the stores, as state machines reach them. */
export function createMessagePorts(sns: SnsStore, sqs: SqsStore): MessagePorts {
  return {
    publish({ topicArn, message, subject }) {
      const topic = sns.findTopic(topicArn);
      if (!topic) throw new ServiceError('NotFound', 'Topic does not exist', 404);
      return { messageId: publishTo(topic, message, subject ?? undefined) };
    },
    sendMessage: ({ queueArn, body }) => sqs.sendMessage(queueArn, body),
  };
}
