import type { CopiedTable, CopyRequest, Way } from './ways.ts';

/** How a table's items will travel, or why they cannot travel as was asked. */
export type Choice =
  | { readonly engine: 'raw' | 'sdk' | 'exportImport'; readonly reason: string; readonly refused?: never }
  | { readonly engine?: never; readonly reason?: never; readonly refused: string };

/** Below, an export and an import take longer than a copy and save cents. */
const worthExporting = 1e9;

/**
 * What is asked for is done or refused. `auto` exports and imports a table where that is possible, cheaper, and the
 * table larger than a gigabyte; else it scans and writes.
 */
export function chooseWay(table: CopiedTable, request: Pick<CopyRequest, 'engine'>, ways: readonly Way[]): Choice {
  const { engine } = request;
  const transfer = ways.find(({ name }) => name === 'exportImport');
  const scan = ways.find(({ name }) => name === 'scanWrite');
  if (!transfer || !scan) throw new RangeError('the ways of a table are not all there');
  if (engine === 'exportImport') {
    return transfer.possible
      ? { engine, reason: 'asked for' }
      : { refused: `engine "exportImport" cannot be used: ${transfer.why}` };
  }
  if (engine !== 'auto') return { engine, reason: 'asked for' };
  const raw = (reason: string): Choice => ({ engine: 'raw', reason });
  if (!transfer.possible) return raw(`no export and import: ${transfer.why}`);
  if (!(table.items > 0 && table.bytes > 0)) return raw('its size is not known');
  if (table.bytes <= worthExporting) return raw('it has a gigabyte at most');
  if (transfer.dollars === null || scan.dollars === null) return raw('prices of the region are not known');
  return transfer.dollars < scan.dollars
    ? { engine: 'exportImport', reason: 'it costs less' }
    : raw('it costs no more than an export and import');
}

/** Name of the way that a choice goes. */
export function wayOf(choice: Choice): Way['name'] | null {
  if (choice.refused !== undefined) return null;
  return choice.engine === 'exportImport' ? 'exportImport' : 'scanWrite';
}
