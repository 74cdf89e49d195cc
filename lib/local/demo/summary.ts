/** What the demonstration reads of `report.json`. */
export interface DemoReport {
  readonly outcome: string;
  readonly error?: { readonly name: string; readonly message: string };
  readonly kinds: Readonly<
    Record<
      string,
      {
        readonly assets: readonly {
          readonly asset: string;
          readonly destination: string;
          readonly outcome: string;
          readonly verified: boolean | null;
          readonly items?: Readonly<Record<string, number>>;
        }[];
      }
    >
  >;
}

/** A table of what became of each asset, aligned for a terminal. */
export function summary({ outcome, error, kinds }: DemoReport): string {
  const rows = Object.values(kinds).flatMap(({ assets }) =>
    assets.map(({ asset, destination, outcome, verified, items = {} }) => [
      asset,
      destination,
      outcome,
      verified === null ? '-' : verified ? 'yes' : 'NO',
      ...['written', 'compared', 'missing', 'extra', 'different'].map((name) => String(items[name] ?? '-')),
    ]),
  );
  const head = ['asset', 'becomes', 'outcome', 'verified', 'written', 'compared', 'missing', 'extra', 'different'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const last = error ? `${outcome}: ${error.name}: ${error.message}` : outcome;
  return [line(head), rule, ...rows.map(line), '', `Outcome: ${last}`].join('\n');
}
