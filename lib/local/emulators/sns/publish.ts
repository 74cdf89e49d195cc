import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import type { Topic } from './store.ts';

const MAX_MESSAGE_BYTES = 262_144;

/** The refusal of a parameter's value. */
export const invalid = (parameter: string, reason: string) =>
  new ServiceError('InvalidParameter', `Invalid parameter: ${parameter} Reason: ${reason}`);

/** Keeps a message with its topic and answers its id. Throws `InvalidParameter` for a wrong message or subject. */
export function publishTo(topic: Topic, message: string, subject?: string): string {
  if (message === '') throw invalid('Message', 'Empty message');
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) throw invalid('Message', 'Message too long');
  if (subject !== undefined && !/^[!-~][ -~]{0,99}$/.test(subject)) throw invalid('Subject', subject);
  const messageId = randomUUID();
  topic.messages.push({ messageId, message, subject });
  return messageId;
}
