import file from './prices-2026-11.json' with { type: 'json' };

/** Dollars in one region; gigabytes are 10^9 bytes. */
export interface Prices {
  readonly millionWriteRequestUnits: number;
  readonly millionReadRequestUnits: number;
  readonly writeCapacityUnitHour: number;
  readonly exportedGigabyte: number;
  readonly importedGigabyte: number;
  readonly lambdaGigabyteSecond: number;
  readonly millionStateTransitions: number;
}

/** Formats of an export to S3. */
export type ExportFormat = 'ion' | 'json';

/** The month of the prices, such as `2026-11`. */
export const pricesAsOf = file.asOf;

/** Prices of a region, or null where the file has none: no price is better than that of another region. */
export function pricesOf(region: string): Prices | null {
  const regions: Readonly<Record<string, Prices>> = file.regions;
  return Object.hasOwn(regions, region) ? (regions[region] ?? null) : null;
}

/** The largest import of a region, in bytes. */
export function largestImport(region: string): number {
  const terabytes: Readonly<Record<string, number | string>> = file.importTerabytes;
  const own = Object.hasOwn(terabytes, region) ? terabytes[region] : undefined;
  return Number(own ?? file.importTerabytes.default) * 1e12;
}

/** Bytes of an export to one byte of the table, between the sizes that were measured by the logarithm of the size. */
export function exportFactor(averageItem: number, format: ExportFormat): number {
  const points = file.importedBytes.byAverageItem;
  const above = points.findIndex(({ bytes }) => bytes >= averageItem);
  const [left, right] = above === -1 ? [points.at(-1), points.at(-1)] : [points[Math.max(0, above - 1)], points[above]];
  if (!left || !right) throw new RangeError('the price file has no factors of imports');
  if (left === right) return left[format];
  const way = Math.log(averageItem / left.bytes) / Math.log(right.bytes / left.bytes);
  return left[format] + way * (right[format] - left[format]);
}
