import { cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Several measures of one thing: the middle one, and the outermost. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The spread of these values; of an even number of them the median is the mean of the middle two. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const [low, high] = [sorted[0], sorted.at(-1)];
  const [left, right] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined || left === undefined || right === undefined) {
    throw new RangeError('a spread needs at least one value');
  }
  return { median: (left + right) / 2, low, high };
}

/** A number with so many digits after the point, and commas between thousands. */
export function decimal(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A spread as `8.2 (8.0–8.9)`. */
export function spreadText({ median, low, high }: Spread, digits = 0): string {
  return `${decimal(median, digits)} (${decimal(low, digits)}–${decimal(high, digits)})`;
}

/** What the figures were measured on, and how busy it was. */
export function machineText(): string {
  const all = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = loadavg().map((one) => one.toFixed(1));
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}, ${memory}, ${platform()} ${release()}, Node ${process.version}, load ${load.join(' ')}`;
}

/** Rows of texts as a table in Markdown, columns aligned; the first row is the head, and numbers stand on the right. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? `:${'-'.repeat(width + 1)}` : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}
