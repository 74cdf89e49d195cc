import {
  DeleteTableCommand,
  type TableDescription,
  TagResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { PromotionError } from '../../core/errors.ts';
import { attempt, errorCode, named } from '../../core/retry.ts';
import { createdTags } from '../create-table.ts';
import { describeTable, isActive } from '../read-table.ts';
import { tableArn } from '../table-arn.ts';
import type { LoadFailure, Loading } from './stage.ts';
import { note, type Transfer } from './transfer.ts';

/** The imported table as it is. @throws PromotionError `DestinationChanged` where it has gone, or is another by now */
export async function importedTable(transfer: Transfer, { id }: Loading): Promise<TableDescription> {
  const { destination, planned } = transfer;
  const description = await describeTable(destination, planned.destination);
  if (description?.TableId === id) return description;
  await note(transfer, 'create', 'refused', { code: 'DestinationChanged' });
  throw new PromotionError('Promotion.Conflict', {
    code: 'DestinationChanged',
    message: `table ${planned.destination} is not the one any more that the import made`,
    resolution: 'start again, so that a new plan is made',
  });
}

/**
 * Gives a loaded table what an import cannot make and settings after the load do not bring: its tags, ours among them,
 * and what it takes at once. True when nothing is left; each call may be repeated.
 */
export async function dress(transfer: Transfer, table: TableDescription): Promise<boolean> {
  if (!isActive(table)) return false;
  const { destination, surroundings, run, planned, wanted } = transfer;
  const source = tableArn(surroundings.environments, run.source, planned.asset);
  const ResourceArn = table.TableArn;
  const as = planned.destination;
  try {
    const update = warmUpdate(wanted.table.WarmThroughput, table.WarmThroughput);
    if (update) {
      await attempt(() => destination.send(new UpdateTableCommand({ TableName: as, WarmThroughput: update })));
      return false;
    }
    await attempt(() => destination.send(new TagResourceCommand({ ResourceArn, Tags: createdTags(wanted, source) })));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ResourceInUseException') return false;
    throw named(error, `tagging and warming table ${as}`);
  }
}

type Warm = Pick<NonNullable<TableDescription['WarmThroughput']>, 'ReadUnitsPerSecond' | 'WriteUnitsPerSecond'>;

/** Warm throughput never falls, neither by a call nor by itself (developer guide), so each unit is the higher of both. */
function warmUpdate(wanted: Warm | undefined, found: Warm = {}): Warm | null {
  const { ReadUnitsPerSecond: read = 0, WriteUnitsPerSecond: write = 0 } = wanted ?? {};
  const { ReadUnitsPerSecond: foundRead = 0, WriteUnitsPerSecond: foundWrite = 0 } = found;
  if (read <= foundRead && write <= foundWrite) return null;
  return { ReadUnitsPerSecond: Math.max(read, foundRead), WriteUnitsPerSecond: Math.max(write, foundWrite) };
}

/**
 * Removes the table that a failed import left with a part of the items; only the table that this import made, by its id.
 * Returns while it is being removed.
 * @throws PromotionError `Promotion.Data` with the failure of the import, once the table has gone
 */
export async function removePartial(transfer: Transfer, { id }: Loading, failure: LoadFailure): Promise<void> {
  const { destination, planned } = transfer;
  const TableName = planned.destination;
  const description = await describeTable(destination, TableName);
  if (description?.TableId === id) {
    if (description.TableStatus !== 'ACTIVE') return;
    await attempt(() => destination.send(new DeleteTableCommand({ TableName }))).catch((error: unknown) => {
      if (errorCode(error) === 'ResourceInUseException' || errorCode(error) === 'ResourceNotFoundException') return;
      throw named(error, `removing table ${TableName}, which an import has filled in part`);
    });
    return;
  }
  await note(transfer, 'create', 'refused', { code: failure.code });
  throw new PromotionError('Promotion.Data', {
    ...failure,
    message: `${failure.message}; the table was removed`,
    resolution: 'remove the cause and start again, or use engine raw under another promotionId',
  });
}
