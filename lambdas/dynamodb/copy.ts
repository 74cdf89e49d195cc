import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Surroundings } from '../core/handler.ts';
import { canonicalItem, type Item, keyOf } from './attributes.ts';
import type { SegmentGroup, SegmentInput } from './contracts.ts';
import { readItems, scanPage, writeItems } from './items.ts';
import { tableKeyNames } from './read-table.ts';
import type { Run } from './run.ts';
import { workOnSegments } from './segment-worker.ts';
import { segmentClients } from './session.ts';
import type { PageResult, Walk } from './walk.ts';

/** Copies one group of scan segments, going on where its checkpoint stands. */
export async function copySegments(input: SegmentInput, surroundings: Surroundings): Promise<{ more: boolean }> {
  return await workOnSegments(input, surroundings, {
    stage: 'import',
    scope: '',
    open: (run) => openCopy(run, input.group, surroundings),
  });
}

async function openCopy(run: Run, group: SegmentGroup, surroundings: Surroundings): Promise<Walk> {
  const { remaining } = surroundings;
  const { source, destination } = await segmentClients(surroundings, run, group, true);
  const keyNames = await tableKeyNames(source, group.table);
  const merging = run.request.existing === 'merge';
  const page = async (_step: string, segment: number, after: Item | null): Promise<PageResult> => {
    const { items, next } = await scanPage(source, {
      TableName: group.table,
      Segment: segment,
      TotalSegments: group.total,
      // Whatever was acknowledged before the copy began is in it; the second read unit is 2 % of what a write costs.
      ConsistentRead: true,
      ...(after ? { ExclusiveStartKey: after } : {}),
    });
    const wanted = merging ? await unequal(destination, group, items, keyNames, remaining) : items;
    await writeItems(destination, group.as, wanted, remaining);
    return { next, items: { read: items.length, written: wanted.length } };
  };
  return { steps: ['copy'], page };
}

/** The items that the destination lacks or has otherwise. */
async function unequal(
  destination: DynamoDBClient,
  group: SegmentGroup,
  items: readonly Item[],
  keyNames: readonly string[],
  remaining: () => number,
): Promise<Item[]> {
  const keys = items.map((item) => keyOf(item, keyNames));
  const options = { keyNames, consistent: true, keysOnly: false };
  const present = await readItems(destination, group.as, keys, options, remaining);
  return items.filter((item) => {
    const other = present.get(canonicalItem(keyOf(item, keyNames)));
    return !other || canonicalItem(other) !== canonicalItem(item);
  });
}
