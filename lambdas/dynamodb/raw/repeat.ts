import { setTimeout as delay } from 'node:timers/promises';
import { PromotionError } from '../../core/errors.ts';
import { classify, errorCode, named } from '../../core/retry.ts';

/** The first repetition waits 100 ms at most, the eighth and all later ones 5 s. */
const baseMilliseconds = 50;
const capMilliseconds = 5_000;

/** Lost and damaged answers of one call in a row; their waits are 6.3 s at most. */
const lostAnswers = 6;

/** Waits between repetitions; a test takes its own. */
export type Wait = (milliseconds: number) => Promise<unknown>;

/** What a repetition needs to know: what is done, in a few words, and how long there is time. */
export interface Endurance {
  readonly what: string;
  /** Milliseconds left; asked before each repetition. */
  remaining(): number;
  readonly wait?: Wait;
}

/** Full jitter: any time from none to 50 ms · 2^round, at most 5 s. */
export function jitter(round: number): number {
  return Math.random() * Math.min(capMilliseconds, baseMilliseconds * 2 ** round);
}

/** Waits before a repetition, never past the time that there is; throws the cause by our name when that is over. */
export async function pause(
  round: number,
  { what, remaining, wait = delay }: Endurance,
  cause: () => unknown,
): Promise<void> {
  const left = remaining();
  if (left <= 0) throw named(cause(), what);
  await wait(Math.min(jitter(round), left));
  if (remaining() <= 0) throw named(cause(), what);
}

/**
 * Calls until there is an answer: what is throttled for as long as there is time, what is lost or damaged six times in
 * a row. Any other error is thrown at once. Errors have our names.
 */
export async function persist<T>(
  call: () => Promise<T>,
  endurance: Endurance,
  onThrottled: (error: unknown) => void,
): Promise<T> {
  let lost = 0;
  for (let throttled = 0; ; ) {
    try {
      return await call();
    } catch (error) {
      const trouble = classify(error);
      if (trouble === 'throttled') {
        onThrottled(error);
        throttled++;
        lost = 0;
        await pause(throttled, endurance, () => error);
      } else if ((trouble === 'transient' || isConflict(error)) && lost < lostAnswers - 1) {
        lost++;
        await pause(lost, endurance, () => error);
      } else {
        throw named(error, endurance.what);
      }
    }
  }
}

/** The service asks for a write to be repeated that met another one of the same item in another region. */
function isConflict(error: unknown): boolean {
  return errorCode(error) === 'ReplicatedWriteConflictException';
}

/** The error for items that the table would not take while there was time. */
export function unprocessed(table: string): PromotionError {
  return new PromotionError('Promotion.Throttled', {
    code: 'Unprocessed',
    message: `${table} left items unprocessed until the worker's time was over`,
    resolution: 'raise the capacity of the table or wait, then start again',
  });
}
