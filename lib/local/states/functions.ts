import { createHash, randomInt, randomUUID } from 'node:crypto';

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Marks an array as a JSONata sequence, which JSONata shortens: one element to itself, none to nothing. */
function asSequence(values: unknown[]): unknown[] {
  return Object.defineProperty(values, 'sequence', { enumerable: false, value: true });
}

function requireInteger(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${what} must be a number`);
  return Math.trunc(value);
}

function partition(values: unknown, size: unknown): unknown {
  if (values === undefined) return undefined;
  const length = requireInteger(size, 'the chunk size of $partition');
  if (length < 1) throw new Error('the chunk size of $partition must be positive');
  const all = Array.isArray(values) ? values : [values];
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length));
}

function range(first: unknown, last: unknown, step: unknown): unknown {
  const from = requireInteger(first, 'the first value of $range');
  const to = requireInteger(last, 'the last value of $range');
  const by = requireInteger(step, 'the step of $range');
  if (by === 0) throw new Error('the step of $range must not be zero');
  const length = Math.max(0, Math.floor((to - from) / by) + 1);
  return asSequence(Array.from({ length }, (_, i) => from + i * by));
}

function hash(value: unknown, algorithm: unknown): unknown {
  if (value === undefined) return undefined;
  const name = HASHES[String(algorithm)];
  if (!name) throw new Error(`the algorithm of $hash must be one of ${Object.keys(HASHES).join(', ')}`);
  const data = typeof value === 'string' ? value : JSON.stringify(value);
  return createHash(name).update(data).digest('hex');
}

/** A number from 0 up to 1, always the same for the same seed (the linear congruence of `java.util.Random`). */
function random(seed: unknown): number {
  if (seed === undefined) return randomInt(2 ** 47) / 2 ** 47;
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(requireInteger(seed, 'the seed of $random')) ^ 0x5deece66dn) & mask;
  const next = (bits: bigint): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - bits);
  };
  const high = next(26n) << 27n;
  return Number(high + next(27n)) / 2 ** 53;
}

function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw new Error('the argument of $parse must be a string');
  return JSON.parse(text);
}

/** What Step Functions adds to JSONata, and takes away from it: `$eval` does not exist there. */
export const STATES_FUNCTIONS: Readonly<Record<string, unknown>> = {
  partition,
  range,
  hash,
  random,
  uuid: () => randomUUID(),
  parse,
  eval: undefined,
};
