import { randomUUID } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { StateFailure } from './failure.ts';
import { isObject, type Json } from './json.ts';
import type { MessagePorts } from './ports.ts';
import type { Scope } from './scope.ts';
import { sdkMetadata, textMember } from './service-call.ts';

/** The text of a message: a text as it is, anything else as JSON, nothing for null. */
function messageText(input: Json, name: string): string {
  const value = isObject(input) ? (input[name] ?? '') : '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function withFacts(error: ServiceError, service: string): string {
  const facts = `Status Code: ${error.status}; Error Code: ${error.code}; Request ID: ${randomUUID()}; Proxy: null`;
  return `${error.message} (Service: ${service}; ${facts})`;
}

function answered<T>(
  scope: Scope,
  call: (messages: MessagePorts) => T,
  refusal: (error: ServiceError) => StateFailure,
): T {
  const { messages } = scope.run.ports;
  if (!messages) throw new StateFailure('States.Runtime', 'This host has neither topics nor queues.');
  try {
    return call(messages);
  } catch (error) {
    if (error instanceof ServiceError) throw refusal(error);
    throw error;
  }
}

/** `sns:publish` to a topic; errors are `SNS.<code>Exception`. */
export async function callPublish(scope: Scope, input: Json): Promise<Json> {
  const { ports, roleArn } = scope.run;
  const topicArn = textMember(input, 'TopicArn', 'sns:publish');
  const Subject = isObject(input) ? input.Subject : undefined;
  ports.authorize({ roleArn, action: 'sns:Publish', resource: topicArn });
  const { messageId } = answered(
    scope,
    ({ publish }) =>
      publish({
        topicArn,
        message: messageText(input, 'Message'),
        subject: typeof Subject === 'string' ? Subject : null,
      }),
    (error) => new StateFailure(`SNS.${error.code}Exception`, withFacts(error, 'AmazonSNS')),
  );
  return { MessageId: messageId, ...sdkMetadata(randomUUID(), 200) };
}

/** The ARN behind `https://sqs.<region>.amazonaws.com/<account>/<name>`, or the machine's place where it names none. */
function queueArn(machineArn: string, queueUrl: string): string {
  const [, , , ownRegion, ownAccount] = machineArn.split(':');
  const [, region = ownRegion] = /\/\/sqs\.([a-z0-9-]+)\./.exec(queueUrl) ?? [];
  const [, account = ownAccount, name = queueUrl] = /\/(\d{12})\/([\w-]+)$/.exec(queueUrl) ?? [];
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** `sqs:sendMessage`; every refusal is `SQS.AmazonSQSException`. */
export async function callSendMessage(scope: Scope, input: Json): Promise<Json> {
  const { ports, roleArn, machineArn } = scope.run;
  const arn = queueArn(machineArn, textMember(input, 'QueueUrl', 'sqs:sendMessage'));
  ports.authorize({ roleArn, action: 'sqs:SendMessage', resource: arn });
  const { messageId, bodyDigest } = answered(
    scope,
    ({ sendMessage }) => sendMessage({ queueArn: arn, body: messageText(input, 'MessageBody') }),
    (error) => new StateFailure('SQS.AmazonSQSException', withFacts(error, 'AmazonSQS')),
  );
  return { MD5OfMessageBody: bodyDigest, MessageId: messageId, ...sdkMetadata(randomUUID(), 200) };
}
