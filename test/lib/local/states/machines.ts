import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../../lib/local/clock.ts';
import { ServiceError } from '../../../../lib/local/service.ts';
import { createStatesEngine, type StatesEngine } from '../../../../lib/local/states/engine.ts';
import type { Execution } from '../../../../lib/local/states/execution.ts';
import {
  type FunctionCall,
  type MessagePorts,
  type StatesPorts,
  TaskFailure,
} from '../../../../lib/local/states/ports.ts';

export const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:machine';
export const ROLE = 'arn:aws:iam::111111111111:role/machine';
export const FUNCTION = 'arn:aws:lambda:us-east-1:111111111111:function:work';

/** A clock that skips waits and keeps their lengths in milliseconds. */
export function skippingClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let skipped = 0;
  return {
    waits,
    now: () => Date.now() + skipped,
    async wait(milliseconds, signal) {
      waits.push(milliseconds);
      skipped += milliseconds;
      await setImmediate(undefined, signal ? { signal } : {});
    },
  };
}

/** A clock whose waits end only by their signal. */
export function stoppedClock(): Clock {
  return {
    now: () => Date.now(),
    wait: (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true })),
  };
}

/** What a function of a test answers: a value, or an error when it throws. */
export type Work = (input: unknown, call: FunctionCall) => unknown;

export interface World {
  readonly engine: StatesEngine;
  readonly rights: { readonly action: string; readonly resource: string }[];
  /** Creates the machine in JSONata, starts it and waits for its end. */
  run(definition: object, input?: unknown, name?: string): Promise<Execution>;
  create(definition: object, name?: string): string;
}

export interface WorldOptions {
  readonly clock?: Clock;
  readonly work?: Work;
  readonly objects?: Readonly<Record<string, string>>;
  /** Action that the role may not do. */
  readonly denied?: string;
  /** @default - neither topics nor queues */
  readonly messages?: MessagePorts;
}

/** An engine with one function, `work`, and objects by `bucket/key` or `bucket/key@version`. */
export function createWorld({
  clock = skippingClock(),
  work,
  objects = {},
  denied,
  messages,
}: WorldOptions = {}): World {
  const rights: { action: string; resource: string }[] = [];
  const ports: StatesPorts = {
    clock,
    ...(messages && { messages }),
    authorize({ action, resource }) {
      rights.push({ action, resource });
      if (action === denied) throw new TaskFailure('States.Permissions', `not authorized to perform: ${action}`);
    },
    async invokeFunction(call) {
      const answer = { statusCode: 200, executedVersion: '$LATEST', requestId: 'request-1' };
      if (!call.functionArn.startsWith(FUNCTION) || !work) {
        throw new TaskFailure('Lambda.ResourceNotFoundException', `Function not found: ${call.functionArn}`);
      }
      try {
        const value = await work(JSON.parse(call.payload), call);
        return { ...answer, payload: JSON.stringify(value) ?? '', functionError: null };
      } catch (error) {
        const { name, message } = error as Error;
        return {
          ...answer,
          payload: JSON.stringify({ errorType: name, errorMessage: message }),
          functionError: 'Unhandled',
        };
      }
    },
    async getObject({ bucket, key, versionId }) {
      const text = objects[`${bucket}/${key}${versionId === null ? '' : `@${versionId}`}`];
      if (text === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
      return Buffer.from(text);
    },
  };
  const engine = createStatesEngine(ports);
  const create = (definition: object, name = 'machine') => {
    const text = JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
    const arn = MACHINE.replace(/machine$/, name);
    return engine.createStateMachine({ arn, name, roleArn: ROLE, definition: text, type: 'STANDARD' }).arn;
  };
  return {
    engine,
    rights,
    create,
    run(definition, input = {}, name) {
      const stateMachineArn = create(definition, name);
      const { executionArn } = engine.startExecution({ stateMachineArn, input: JSON.stringify(input) });
      return engine.executionEnded(executionArn);
    },
  };
}

/** A definition of one state that ends the machine. */
export const single = (state: object) => ({ StartAt: 'Only', States: { Only: state } });

/** The output of an execution, read. */
export const outputOf = (execution: Execution): unknown =>
  execution.output === null ? null : JSON.parse(execution.output);

/** `id <previous> type` of each event, for whole histories. */
export const outline = (execution: Execution): string[] =>
  execution.events.map(({ id, previousEventId, type }) => `${id} <${previousEventId} ${type}`);

/** An error with this name, as a worker throws it. */
export function errorNamed(name: string, message = 'it failed'): Error {
  return Object.assign(new Error(message), { name });
}
