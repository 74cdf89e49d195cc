import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Surroundings } from '../core/handler.ts';
import { canonicalItem, type Item, keyOf } from './attributes.ts';
import { checkpointKey, readCheckpoint } from './checkpoint.ts';
import type { SegmentGroup, SegmentInput } from './contracts.ts';
import { readItems, scanPage, writeItems } from './items.ts';
import { tableKeyNames } from './read-table.ts';
import { holderOf, readRun } from './run.ts';
import { segmentClients } from './session.ts';
import { type PageResult, walk } from './walk.ts';

/** Copies one group of scan segments, going on where its checkpoint stands. */
export async function copySegments(input: SegmentInput, surroundings: Surroundings): Promise<{ more: boolean }> {
  const { artefacts, remaining } = surroundings;
  const { group } = input;
  const run = await readRun(surroundings, input.request);
  const key = checkpointKey(run.promotionId, 'import', '', group);
  const checkpoint = await readCheckpoint(artefacts, key, group);
  if (input.failure) {
    await artefacts.write(key, { ...checkpoint, failure: failureOf(input.failure) });
    return { more: false };
  }
  if (checkpoint.done) return { more: false };

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
  const holder = holderOf(run, input.promotionExecution);
  return await walk(checkpoint, group, { steps: ['copy'], page }, { artefacts, key, holder, remaining });
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

/** What the checkpoint keeps of a child's error; a Cause of Lambda is JSON with the message in it. */
export function failureOf(failure: NonNullable<SegmentInput['failure']>): { error: string; cause: string } {
  return { error: failure.Error, cause: (failure.Cause ?? '').slice(0, 2000) };
}
