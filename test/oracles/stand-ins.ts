import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../../lib/local/clock.ts';
import { ServiceError } from '../../lib/local/service.ts';
import { isObject } from '../../lib/local/states/json.ts';
import { type FunctionAnswer, type StatesPorts, TaskFailure } from '../../lib/local/states/ports.ts';
import type { TaskAnswers } from '../../lib/local/states/task-tokens.ts';
import type { Case, FunctionStandIn, QueueReader } from './cases.ts';

/** A clock that skips every wait. */
export function skippingClock(): Clock {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    async wait(milliseconds, signal) {
      skipped += milliseconds;
      await setImmediate(undefined, signal ? { signal } : {});
    },
  };
}

/** A value as Python writes it. */
function python(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `'${name}': ${python(member)}`)
    .join(', ')}}`;
}

const answer = (value: unknown, functionError: string | null = null): FunctionAnswer => ({
  payload: JSON.stringify(value),
  functionError,
  statusCode: 200,
  executedVersion: '$LATEST',
  requestId: randomUUID(),
});

async function behave(standIn: FunctionStandIn, payload: string): Promise<FunctionAnswer> {
  const input: unknown = JSON.parse(payload);
  switch (standIn.behaviour) {
    case 'echo':
      return answer(input);
    case 'return':
      return answer(standIn.value);
    case 'returnLarge':
      return answer(String(standIn.character).repeat(Number(standIn.bytes)));
    case 'decorate':
      return answer(`${standIn.prefix}${python(input)}`);
    case 'raise': {
      const { errorMessage, errorType } = standIn;
      return answer({ errorMessage, errorType, requestId: randomUUID(), stackTrace: [] }, 'Unhandled');
    }
    case 'delay':
      await setTimeout(Number(standIn.seconds) * 1000, undefined, { ref: false });
      return behave({ ...standIn, behaviour: standIn.then as 'echo' }, payload);
  }
}

const PLACE = { account: '111111111111', region: 'us-east-1' };

/** Reads a message as the reader of the case does; a body without a token is read and left. */
async function read(reader: QueueReader, body: string, tasks: TaskAnswers): Promise<void> {
  const message: unknown = JSON.parse(body);
  if (!isObject(message) || typeof message.TaskToken !== 'string' || reader.answer === 'none') return;
  const { TaskToken: taskToken } = message;
  await setImmediate();
  for (let sent = 0; sent < (reader.heartbeats ?? 0); sent += 1) tasks.heartbeat(PLACE, { taskToken });
  const { error = null, cause = null } = reader;
  if (reader.answer === 'failure') tasks.fail(PLACE, { taskToken, error, cause });
  else {
    const output = reader.output === 'the whole body' ? body : JSON.stringify(message.Message);
    tasks.succeed(PLACE, { taskToken, output });
  }
}

/** Functions, buckets and queues of a case, as ports of the interpreter; `tasks` is asked when a message is read. */
export function portsOf(recorded: Case, tasks: () => TaskAnswers): StatesPorts {
  return {
    clock: skippingClock(),
    authorize() {},
    messages: {
      publish() {
        throw new ServiceError('NotFound', 'Topic does not exist', 404);
      },
      sendMessage({ queueArn, body }) {
        const reader = recorded.queues?.[queueArn.split(':').pop() ?? ''];
        if (!reader) throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
        if (body === '') {
          throw new ServiceError('MissingParameter', 'The request must contain the parameter MessageBody.');
        }
        const messageId = randomUUID();
        if (body.startsWith('{')) read(reader, body, tasks()).catch((error) => process.emitWarning(error));
        return { messageId, bodyDigest: messageId.replaceAll('-', '') };
      },
    },
    async invokeFunction({ functionArn, payload }) {
      const standIn = Object.values(recorded.functions ?? {}).find(({ arn }) => arn === functionArn);
      if (standIn) return behave(standIn, payload);
      const facts = `Status Code: 404; Error Code: ResourceNotFoundException; Request ID: ${randomUUID()}; Proxy: null`;
      const cause = `Function not found: ${functionArn}:$LATEST (Service: AWSLambda; ${facts})`;
      throw new TaskFailure('Lambda.ResourceNotFoundException', cause);
    },
    async getObject({ bucket, key }) {
      const text = recorded.bucketObjects?.[bucket]?.[key];
      if (text === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
      return Buffer.from(text);
    },
  };
}
