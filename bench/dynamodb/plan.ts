import { parseArgs } from 'node:util';
import { type Dataset, datasets } from './dataset.ts';
import { type VariantName, variantNames } from './variants/contract.ts';

/** Parts of the benchmark, in the order in which they run. */
export const parts = ['identity', 'cpu', 'throughput', 'cold', 'promotions'] as const;
/** One of {@link parts}. */
export type Part = (typeof parts)[number];

/** What one process measures: a variant over one shape of items. */
export interface Measurement {
  readonly variant: VariantName;
  readonly dataset: Dataset;
  readonly secure: boolean;
}

/** How much is measured. */
export interface Plan {
  readonly only: readonly Part[];
  readonly json: boolean;
  readonly write: boolean;
  readonly gate: boolean;
  /** Another server's address; the parts that need to steer the server are left out. */
  readonly endpoint: string | null;
  /**
   * Seconds that a process copies before it measures, and while it does. A worker copies for minutes: what compiling its
   * code costs belongs to the first of them, and to the cold start.
   */
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly throughputSeconds: number;
  readonly rounds: number;
  readonly secureRounds: number;
  readonly coldStarts: number;
  /** Items of the whole promotions. */
  readonly promotions: readonly number[];
}

/** Thrown for arguments that there are not; the message is for a person. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What can be said to the command. */
export const usage = `npm run bench -- dynamodb [--short] [--json] [--write] [--gate] [--only ${parts.join('|')}] [--endpoint URL]
  --short     fewer seconds and one small promotion, for CI
  --json      the last line is JSON: the ratios that are promised
  --write     writes docs/bench-dynamodb.md
  --gate      exit status 1 when a promise is not kept
  --only      this part alone; may be given several times
  --endpoint  another server than the canned one; it must have the tables mixed, small, mixed-copy and small-copy`;

const full = {
  warmSeconds: 4,
  seconds: 4,
  throughputSeconds: 4,
  rounds: 3,
  secureRounds: 3,
  coldStarts: 21,
  promotions: [10_000, 100_000, 1_000_000],
} as const;

/** Three rounds all the same: a median of fewer says nothing on a machine that does other things too. */
const short = {
  warmSeconds: 3,
  seconds: 1.5,
  throughputSeconds: 2,
  rounds: 3,
  secureRounds: 1,
  coldStarts: 21,
  promotions: [10_000],
} as const;

/** Reads the arguments of the command. */
export function planOf(argv: readonly string[]): Plan {
  const { values } = parsed(argv);
  const only = (values.only ?? []) as string[];
  const unknown = only.find((part) => !parts.includes(part as Part));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there is ${parts.join(', ')}`);
  const endpoint = values.endpoint ?? null;
  if (endpoint !== null && !/^https?:\/\//.test(endpoint)) {
    throw new UsageError(`--endpoint ${endpoint}: give a URL with http or https`);
  }
  const steered: readonly Part[] = ['identity'];
  const chosen = only.length > 0 ? parts.filter((part) => only.includes(part)) : parts;
  return {
    only: endpoint === null ? chosen : chosen.filter((part) => !steered.includes(part)),
    json: values.json,
    write: values.write,
    gate: values.gate,
    endpoint,
    ...(values.short ? short : full),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        short: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        gate: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        endpoint: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * The CPU measurements in the order in which they are made: round by round, and in a round every variant after the
 * other, so that whatever else the machine does falls on all of them. With https every variant is measured too.
 */
export function cpuMeasurements({ rounds, secureRounds, endpoint }: Plan): Measurement[] {
  const transports = endpoint === null ? [false, true] : [endpoint.startsWith('https:')];
  return Array.from({ length: Math.max(rounds, secureRounds) }).flatMap((_, round) =>
    transports.flatMap((secure) =>
      round >= (secure && endpoint === null ? secureRounds : rounds)
        ? []
        : datasets.flatMap((dataset) => variantNames.map((variant) => ({ variant, dataset, secure }))),
    ),
  );
}
