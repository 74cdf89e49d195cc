import { TagResourceCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { differences, type TableDefinition } from './definition.ts';
import type { TableState } from './read-table.ts';
import { pendingSettings, type Setting } from './settings.ts';

/** A setting of a restored table that a new one gets with its create. */
interface RestoredSetting extends Setting {
  isPending(wanted: TableDefinition, found: TableDefinition): boolean;
}

type Found = Pick<TableState, 'arn' | 'definition'>;

const warmthDiffers = (path: RegExp) => (wanted: TableDefinition, found: TableDefinition) =>
  differences(wanted, found).some((one) => path.test(one.path));

const beforeTheOthers: readonly RestoredSetting[] = [
  {
    step: 'tags',
    name: 'tags',
    occupies: false,
    read: ({ tags }) => tags,
    isPending: (wanted, found) => missingTags(wanted, found).length > 0,
    apply: ({ dynamodb }, { arn, definition }: Found, wanted) =>
      dynamodb.send(new TagResourceCommand({ ResourceArn: arn, Tags: missingTags(wanted, definition) })),
  },
  {
    step: 'warmThroughput',
    name: 'warmThroughput',
    occupies: true,
    read: ({ table }) => table.WarmThroughput ?? null,
    isPending: warmthDiffers(/^\/table\/WarmThroughput/),
    apply: ({ dynamodb }, { definition }: Found, { table: { WarmThroughput } }) =>
      dynamodb.send(new UpdateTableCommand({ TableName: definition.table.TableName, WarmThroughput })),
  },
  {
    step: 'indexWarmThroughput',
    name: 'warmThroughput',
    occupies: true,
    read: ({ table }) =>
      table.GlobalSecondaryIndexes?.map(({ IndexName, WarmThroughput }) => [IndexName, WarmThroughput]),
    isPending: warmthDiffers(/^\/table\/GlobalSecondaryIndexes\/[^/]+\/WarmThroughput/),
    apply: ({ dynamodb }, { definition }: Found, { table }) =>
      dynamodb.send(
        new UpdateTableCommand({
          TableName: definition.table.TableName,
          GlobalSecondaryIndexUpdates: (table.GlobalSecondaryIndexes ?? []).flatMap(({ IndexName, WarmThroughput }) =>
            WarmThroughput ? [{ Update: { IndexName, WarmThroughput } }] : [],
          ),
        }),
      ),
  },
];

/**
 * The settings in which a restored table is not yet what it was, in the order in which they are applied. A restore
 * brings items, keys, indexes, capacity and encryption, and nothing else (developer guide, restoring a table).
 */
export function pendingAfterRestore(wanted: TableDefinition, found: TableDefinition): Setting[] {
  return [...beforeTheOthers.filter((setting) => setting.isPending(wanted, found)), ...pendingSettings(wanted, found)];
}

/** Tags are set one by one, so those that somebody has added since stay. */
function missingTags({ tags: wanted }: TableDefinition, { tags: found }: TableDefinition): TableDefinition['tags'] {
  return wanted.filter(({ Key, Value }) => !found.some((tag) => tag.Key === Key && tag.Value === Value));
}
