import { StateFailure, Stopped } from './failure.ts';

/** One event of an execution; `details` has the member names of the service's event details. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The last event of one line of control: the execution itself, a branch, or an iteration. */
export interface Thread {
  last: number;
}

export interface History {
  readonly events: readonly HistoryEvent[];
  /** Adds an event and returns its id. Throws `Stopped` after the history was closed. */
  append(type: string, previousEventId: number, details?: Readonly<Record<string, unknown>>): number;
  /** Adds an event after the thread's last one, and makes it the last. */
  advance(thread: Thread, type: string, details?: Readonly<Record<string, unknown>>): number;
  /** Adds the event by which the execution ends; whatever still runs can add nothing more. */
  close(type: string, previousEventId: number, details?: Readonly<Record<string, unknown>>): void;
}

/** Most events of one execution; the last place is kept for the event by which it ends. */
export const EVENT_LIMIT = 25_000;

/** An empty history; `listener` is called synchronously for each event. */
export function createHistory(now: () => number, listener: (event: HistoryEvent) => void): History {
  const events: HistoryEvent[] = [];
  let closed = false;
  const add: History['append'] = (type, previousEventId, details = {}) => {
    const event = { id: events.length + 1, previousEventId, type, timestamp: now(), details };
    events.push(event);
    listener(event);
    return event.id;
  };
  const append: History['append'] = (type, previousEventId, details) => {
    if (closed) throw new Stopped('the execution has ended');
    if (events.length >= EVENT_LIMIT - 1) {
      throw new StateFailure(
        'States.Runtime',
        `The execution reached the maximum number of history events (${EVENT_LIMIT}).`,
      );
    }
    return add(type, previousEventId, details);
  };
  return {
    events,
    append,
    advance(thread, type, details) {
      thread.last = append(type, thread.last, details);
      return thread.last;
    },
    close(type, previousEventId, details) {
      closed = true;
      add(type, previousEventId, details);
    },
  };
}
