import type { Checkpoint } from './checkpoint.ts';

/** Items that all children together had worked off by a moment. */
export interface Sample {
  readonly at: string;
  readonly items: number;
}

/** Moments of a curve: enough for a picture, few enough for a report. */
const moments = 120;

/**
 * Adds up the samples of all checkpoints to one rising curve, oldest first. A child's items are taken to come evenly
 * between two of its samples: booked at the moment of a checkpoint, they would make a speed that there never was.
 */
export function throughput(checkpoints: readonly Pick<Checkpoint, 'samples'>[]): Sample[] {
  const times = [...new Set(checkpoints.flatMap(({ samples }) => samples.map(({ at }) => Date.parse(at))))];
  times.sort((a, b) => a - b);
  const step = Math.ceil(times.length / moments);
  const shown = times.filter((_, index) => index % step === 0 || index === times.length - 1);
  const curves = checkpoints.map(({ samples }) => itemsAt(samples, shown));
  return shown.map((time, index) => ({
    at: new Date(time).toISOString(),
    items: Math.round(curves.reduce((sum, curve) => sum + (curve[index] ?? 0), 0)),
  }));
}

/** What one child had worked off at rising times, on straight lines between its samples; nothing before the first. */
function itemsAt(samples: readonly Sample[], times: readonly number[]): number[] {
  let index = 0;
  return times.map((time) => {
    while (index < samples.length && Date.parse(samples[index]?.at ?? '') <= time) index++;
    const before = samples[index - 1];
    const after = samples[index];
    if (!before || !after) return before?.items ?? 0;
    const begun = Date.parse(before.at);
    return before.items + ((time - begun) / (Date.parse(after.at) - begun)) * (after.items - before.items);
  });
}
