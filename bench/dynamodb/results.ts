import type { Spread } from '../statistics.ts';
import type { ColdProgram, ColdStart } from './cold.ts';
import type { Dataset } from './dataset.ts';
import type { PromotionMeasure } from './promotions.ts';
import type { VariantName } from './variants/contract.ts';

/** Microseconds of CPU for an item, of one variant over one shape of items. */
export interface CpuResult {
  readonly variant: VariantName;
  readonly dataset: Dataset;
  readonly secure: boolean;
  readonly perItem: Spread;
  /** Items a second of the process while the server was without delays. */
  readonly itemsPerSecond: Spread;
}

/** Items a second of one variant against a server with delays. */
export interface ThroughputResult {
  readonly variant: VariantName;
  readonly itemsPerSecond: Spread;
  readonly rssMiB: Spread;
}

/** Whatever parts were measured; a part that was left out is absent. */
export interface Results {
  readonly machine: string;
  readonly cpu?: readonly CpuResult[];
  readonly throughput?: readonly ThroughputResult[];
  readonly cold?: Readonly<Record<ColdProgram, ColdStart>>;
  readonly promotions?: readonly PromotionMeasure[];
}

/** The last line with `--json`; null where the part was left out. */
export interface Ratios {
  readonly cpuRatioToSdk: { readonly mixed: number | null; readonly small: number | null };
  readonly throughputRatioToSdk: number | null;
  readonly ofNullClient: number | null;
  readonly rssMiB: number | null;
  readonly coldStartRatio: number | null;
}

/** What is promised: the ratio itself or more, or no more than it. */
export const promises: readonly {
  readonly name: string;
  readonly limit: number;
  readonly atLeast: boolean;
  of(ratios: Ratios): number | null;
}[] = [
  { name: 'CPU of the SDK ÷ raw, mixed item', limit: 15, atLeast: true, of: (all) => all.cpuRatioToSdk.mixed },
  { name: 'CPU of the SDK ÷ raw, small item', limit: 7, atLeast: true, of: (all) => all.cpuRatioToSdk.small },
  { name: 'items/s of raw ÷ the SDK', limit: 8, atLeast: true, of: (all) => all.throughputRatioToSdk },
  { name: 'items/s of raw ÷ the null client', limit: 0.9, atLeast: true, of: (all) => all.ofNullClient },
  { name: 'peak memory of raw, MiB', limit: 256, atLeast: false, of: (all) => all.rssMiB },
  {
    name: 'cold start of the copy bundle ÷ an SDK bundle of the same job',
    limit: 1 / 3,
    atLeast: false,
    of: (all) => all.coldStartRatio,
  },
];

/** True when the value keeps the promise. */
export function isKept({ limit, atLeast }: { limit: number; atLeast: boolean }, value: number): boolean {
  return atLeast ? value >= limit : value <= limit;
}

/** The ratios of medians, with three digits that count. */
export function ratiosOf({ cpu, throughput, cold }: Results): Ratios {
  const cpuOf = (variant: VariantName, dataset: Dataset) =>
    cpu?.find((one) => one.variant === variant && one.dataset === dataset && !one.secure)?.perItem.median ??
    cpu?.find((one) => one.variant === variant && one.dataset === dataset)?.perItem.median;
  const rate = (variant: VariantName) => throughput?.find((one) => one.variant === variant)?.itemsPerSecond.median;
  const memory = throughput?.find(({ variant }) => variant === 'raw')?.rssMiB.high;
  return {
    cpuRatioToSdk: {
      mixed: ratio(cpuOf('sdk', 'mixed'), cpuOf('raw', 'mixed')),
      small: ratio(cpuOf('sdk', 'small'), cpuOf('raw', 'small')),
    },
    throughputRatioToSdk: ratio(rate('raw'), rate('sdk')),
    ofNullClient: ratio(rate('raw'), rate('null')),
    rssMiB: memory === undefined ? null : Math.round(memory),
    coldStartRatio: ratio(cold?.worker.milliseconds.median, cold?.sdkJob.milliseconds.median),
  };
}

function ratio(one: number | undefined, other: number | undefined): number | null {
  return one === undefined || other === undefined ? null : Number((one / other).toPrecision(3));
}
