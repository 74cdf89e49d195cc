import type { Checkpoint } from './checkpoint.ts';

/** Items that all children together had worked off by a moment. */
export interface Sample {
  readonly at: string;
  readonly items: number;
}

/** Moments of a curve: enough for a picture, few enough for a report. */
const moments = 120;

/** Adds up the samples of all checkpoints to one rising curve, oldest first. */
export function throughput(checkpoints: readonly Pick<Checkpoint, 'samples'>[]): Sample[] {
  const gains = checkpoints
    .flatMap(({ samples }) =>
      samples.map(({ at, items }, index) => ({ at, gain: items - (samples[index - 1]?.items ?? 0) })),
    )
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  let items = 0;
  const curve = gains.map(({ at, gain }) => {
    items += gain;
    return { at, items };
  });
  const step = Math.ceil(curve.length / moments);
  return curve.filter((_, index) => index % step === 0 || index === curve.length - 1);
}
