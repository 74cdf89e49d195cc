import { createHash, randomUUID } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { StateFailure } from './failure.ts';
import { DATA_LIMIT, type Json } from './json.ts';
import { realTimer } from './scope.ts';

/** Where a token is good: tokens do not work in another account or region (documentation of `waitForTaskToken`). */
export interface TokenPlace {
  readonly account: string;
  readonly region: string;
}

/** One attempt of a task whose token somebody may hold. */
export interface OpenTask {
  /** Opaque to its holder, at most 2048 characters. */
  readonly token: string;
  /** What the holder sent: resolves with the output, rejects with the failure or with the lack of heartbeats. */
  readonly outcome: Promise<Json>;
  /** Begins to count real seconds from now and from each heartbeat on; null does not count. */
  expectHeartbeats(seconds: number | null): void;
  /** From now on the token has timed out; nothing happens when an outcome was sent. */
  close(): void;
  isOpen(): boolean;
}

/**
 * The answers to task tokens. Each throws `ServiceError`: `InvalidToken` for a text that is no token of the place,
 * `TaskDoesNotExist` for a token of no task, `TaskTimedOut` when the task has ended, whatever way.
 */
export interface TaskAnswers {
  /** Throws `InvalidOutput` too, when the output is not JSON or larger than 256 KiB. */
  succeed(place: TokenPlace, answer: { taskToken: string; output: string }): void;
  fail(place: TokenPlace, answer: { taskToken: string; error?: string | null; cause?: string | null }): void;
  heartbeat(place: TokenPlace, answer: { taskToken: string }): void;
}

/** All tokens of an engine. */
export interface TaskTokens extends TaskAnswers {
  open(place: TokenPlace): OpenTask;
}

interface Entry {
  succeed(output: Json): void;
  fail(failure: StateFailure): void;
  heartbeat(): void;
  isOpen(): boolean;
}

const seal = (content: string) => createHash('sha256').update(content).digest('hex').slice(0, 32);

function newToken({ account, region }: TokenPlace): string {
  const content = `${region}/${account}/${randomUUID()}`;
  return Buffer.from(`${seal(content)}/${content}`).toString('base64');
}

function isTokenOf({ account, region }: TokenPlace, token: string): boolean {
  const [sealed, ...rest] = Buffer.from(token, 'base64').toString('utf8').split('/');
  return rest[0] === region && rest[1] === account && sealed === seal(rest.join('/'));
}

function outputOf(text: string): Json {
  if (Buffer.byteLength(text) > DATA_LIMIT) {
    throw new ServiceError('InvalidOutput', `Invalid Output: '${Buffer.byteLength(text)} bytes are too many'`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServiceError('InvalidOutput', `Invalid Output: '${(error as Error).message}'`);
  }
}

function openEntry(token: string): { task: OpenTask; entry: Entry } {
  let open = true;
  let seconds: number | null = null;
  let cancelTimer = () => {};
  let resolve: (output: Json) => void = () => {};
  let reject: (failure: StateFailure) => void = () => {};
  const outcome = new Promise<Json>((onOutput, onFailure) => {
    resolve = onOutput;
    reject = onFailure;
  });
  const close = () => {
    open = false;
    cancelTimer();
  };
  const fail = (failure: StateFailure) => {
    close();
    reject(failure);
  };
  const heartbeat = () => {
    cancelTimer();
    if (seconds === null) return;
    cancelTimer = realTimer(seconds, () => fail(new StateFailure('States.Timeout', null, true)));
  };
  const isOpen = () => open;
  const expectHeartbeats = (limit: number | null) => {
    seconds = limit;
    heartbeat();
  };
  const succeed = (output: Json) => {
    close();
    resolve(output);
  };
  return { task: { token, outcome, expectHeartbeats, close, isOpen }, entry: { succeed, fail, heartbeat, isOpen } };
}

/** Without any token. */
export function createTaskTokens(): TaskTokens {
  const entries = new Map<string, Entry>();
  const openEntryOf = (place: TokenPlace, token: string): Entry => {
    if (!isTokenOf(place, token)) throw new ServiceError('InvalidToken', "Invalid Token: 'Invalid token'");
    const entry = entries.get(token);
    if (!entry) throw new ServiceError('TaskDoesNotExist', "Task Does Not Exist: 'The task does not exist'");
    if (entry.isOpen()) return entry;
    throw new ServiceError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  };
  return {
    open(place) {
      const { task, entry } = openEntry(newToken(place));
      entries.set(task.token, entry);
      return task;
    },
    succeed(place, { taskToken, output }) {
      const entry = openEntryOf(place, taskToken);
      entry.succeed(outputOf(output));
    },
    fail(place, { taskToken, error, cause }) {
      openEntryOf(place, taskToken).fail(new StateFailure(error ?? null, cause ?? null));
    },
    heartbeat: (place, { taskToken }) => openEntryOf(place, taskToken).heartbeat(),
  };
}
