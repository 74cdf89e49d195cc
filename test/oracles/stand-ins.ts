import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../../lib/local/clock.ts';
import { ServiceError } from '../../lib/local/service.ts';
import { type FunctionAnswer, type StatesPorts, TaskFailure } from '../../lib/local/states/ports.ts';
import type { Case, FunctionStandIn } from './cases.ts';

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

/** Functions and buckets of a case, as ports of the interpreter. */
export function portsOf(recorded: Case): StatesPorts {
  return {
    clock: skippingClock(),
    authorize() {},
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
