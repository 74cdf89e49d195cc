import type { Limiter } from '../engine.ts';
import type { Connection } from './connection.ts';
import type { Gate } from './gate.ts';
import type { Wait } from './repeat.ts';
import type { Throttles } from './throttles.ts';

/** What all operations on one table share. */
export interface TableParts {
  readonly connection: Connection;
  readonly table: string;
  readonly gate: Gate;
  readonly throttles: Throttles;
  readonly batchesInFlight: number;
  readonly readLimiter?: Limiter | undefined;
  readonly writeLimiter?: Limiter | undefined;
  /** See `EngineOptions`. */
  readonly mayWrite: () => Promise<void> | undefined;
  remaining(): number;
  readonly wait?: Wait;
}
