/** Items worked off, in sum, by a moment (ISO timestamp). */
export interface Sample {
  readonly at: string;
  readonly items: number;
}

/** A stretch of time, in seconds since the first sample, and the items a second on its average. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly perSecond: number;
}

/** A throughput as it can be drawn. */
export interface Curve {
  readonly stretches: readonly Stretch[];
  /** From the first sample to the last. */
  readonly seconds: number;
  /** Gained between the first sample and the last. */
  readonly items: number;
}

/** Enough that an idle time between few samples shows; else two samples a stretch, for children report in lumps. */
const fewestStretches = 12;
const mostStretches = 48;

/** Lengths of time, in seconds, whose multiples a person can read off: beyond a day, round numbers of days. */
const roundSeconds = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
];
const day = 86_400;

/**
 * The speed over time behind a rising count: the count is taken to rise evenly between two samples, and is cut into
 * stretches of one round length, so that samples that lie close together make no spikes and an idle time shows as such.
 * Null where fewer than two moments are known.
 */
export function curveOf(samples: readonly Sample[]): Curve | null {
  const points = risingPoints(samples);
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || last.seconds === 0) return null;
  const wanted = Math.min(mostStretches, Math.max(fewestStretches, points.length / 2));
  const length = roundLength(last.seconds / wanted);
  const whole = Math.max(1, Math.round(last.seconds / length));
  // The rest is added to the last stretch or is one of its own, never shorter than half the others.
  const edges = Array.from({ length: whole }, (_, index) => index * length);
  const sums = cumulative(points, [...edges, last.seconds]);
  const stretches = edges.map((from, index) => {
    const to = edges[index + 1] ?? last.seconds;
    return { from, to, perSecond: ((sums[index + 1] ?? 0) - (sums[index] ?? 0)) / (to - from) };
  });
  return { stretches, seconds: last.seconds, items: last.items - first.items };
}

interface Point {
  readonly seconds: number;
  readonly items: number;
}

/** By time, one a moment, never falling: a count that falls would be a speed below zero. */
function risingPoints(samples: readonly Sample[]): Point[] {
  const timed = samples
    .map(({ at, items }) => ({ time: Date.parse(at), items }))
    .filter(({ time, items }) => Number.isFinite(time) && Number.isFinite(items))
    .sort((a, b) => a.time - b.time);
  const start = timed[0]?.time ?? 0;
  const points = new Map<number, number>();
  let most = 0;
  for (const { time, items } of timed) {
    most = Math.max(most, items);
    points.set((time - start) / 1000, most);
  }
  return [...points].map(([seconds, items]) => ({ seconds, items }));
}

/** The count at rising moments, on straight lines between the points. */
function cumulative(points: readonly Point[], moments: readonly number[]): number[] {
  let index = 0;
  return moments.map((moment) => {
    while (index < points.length - 2 && (points[index + 1]?.seconds ?? 0) < moment) index += 1;
    const before = points[index];
    const after = points[index + 1];
    if (!before || !after) return before?.items ?? 0;
    const share = Math.min(1, (moment - before.seconds) / (after.seconds - before.seconds));
    return before.items + share * (after.items - before.items);
  });
}

/** The least round length of time that is not below this, in seconds. */
function roundLength(seconds: number): number {
  return roundSeconds.find((length) => length >= seconds) ?? roundNumber(seconds / day) * day;
}

/** The least of 1, 2, 5, 10, 20, … (and of 0.5, 0.2, …) that is not below this. */
function roundNumber(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(6));
}

/** Multiples of a step from zero to the first that is not below the end. */
function multiples(step: number, end: number): number[] {
  const steps = Math.max(1, Math.ceil(end / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Round values from zero to the first that is not below the most, in about `wanted` steps. */
export function valueTicks(most: number, wanted: number): number[] {
  return most > 0 ? multiples(roundNumber(most / wanted), most) : [0, 1];
}

/** Round moments from zero up to the end, in at most `wanted` steps, in the unit that makes them short numbers. */
export function timeTicks(
  seconds: number,
  wanted: number,
): { unit: 's' | 'min' | 'h' | 'd'; ticks: { at: number; label: string }[] } {
  const step = roundLength(seconds / wanted);
  const [unit, size] =
    step < 60
      ? (['s', 1] as const)
      : step < 3600
        ? (['min', 60] as const)
        : step < day
          ? (['h', 3600] as const)
          : (['d', day] as const);
  const within = multiples(step, seconds).filter((at) => at <= seconds * (1 + 1e-9));
  return { unit, ticks: within.map((at) => ({ at, label: String(Number((at / size).toPrecision(6))) })) };
}
