import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { isActive } from '../read-table.ts';
import { beginExport, followExport, refuseExport } from './export.ts';
import { dress, importedTable, removePartial } from './finish.ts';
import { beginImport, endOfImport, settleImport } from './import.ts';
import { checkExport } from './manifest.ts';
import { type Loading, stageOf } from './stage.ts';
import { entriesOf, note, prefixOf, type Transfer } from './transfer.ts';

/** A table that an import has filled. */
export interface Filled {
  readonly id: string;
  readonly status: string;
  readonly active: boolean;
}

/**
 * Does the next thing for a table that travels by export and import, and answers the table once it is filled; null while
 * the service is at work: call again. What was done stands in the journal, so that any worker of any run goes on with it.
 * @throws PromotionError `Promotion.Config` SourceChangeOff, `.Unsupported` PointInTimeRecoveryOff, `.Data` ExportFailed,
 *   ExportGone, ExportDamaged, ImportFailed, `.Conflict` DestinationChanged
 */
export async function transferTable(transfer: Transfer): Promise<Filled | null> {
  const stage = stageOf(entriesOf(transfer));
  switch (stage.name) {
    case 'new':
      await beginExport(transfer);
      return null;
    case 'export': {
      const description = await followExport(transfer, stage);
      if (!description) return null;
      const checked = await checkExport(transfer.surroundings.artefacts, prefixOf(transfer), description);
      if ('damage' in checked) {
        const message = `export ${description.ExportArn} of ${transfer.planned.asset} is not whole: ${checked.damage}`;
        throw await refuseExport(transfer, stage.token, { code: 'ExportDamaged', message });
      }
      await beginImport(transfer, checked);
      return null;
    }
    case 'beginImport':
      await settleImport(transfer, stage.load);
      return null;
    case 'import':
      return await followImport(transfer, stage.loading);
    case 'remove':
      await removePartial(transfer, stage.loading, stage.failure);
      return null;
    case 'filled':
      return filled(await importedTable(transfer, stage.loading));
  }
}

async function followImport(transfer: Transfer, loading: Loading): Promise<Filled | null> {
  const end = await endOfImport(transfer, loading);
  if (end === null) return null;
  if (end !== 'whole') {
    await note(transfer, 'import', 'refused', end);
    await removePartial(transfer, loading, end);
    return null;
  }
  const table = await importedTable(transfer, loading);
  if (!(await dress(transfer, table))) return null;
  const { id, items } = loading;
  await note(transfer, 'import', 'result', { id, items: { read: items, written: items } });
  return filled(table);
}

function filled(table: TableDescription): Filled {
  return { id: table.TableId ?? '', status: table.TableStatus ?? '', active: isActive(table) };
}
