import { type Artefacts, readRequired } from '../core/artefacts.ts';
import { eachOf } from '../core/each-of.ts';
import { errorNames, isRetried } from '../core/errors.ts';
import {
  anything,
  count,
  flag,
  type Guarded,
  list,
  mapOf,
  moment,
  nullable,
  number,
  optional,
  record,
  text,
} from '../core/guards.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import type { ItemCounts } from './contracts.ts';
import type { SegmentGroup } from './segment-contracts.ts';

const counts = record({
  read: number,
  written: number,
  rejected: number,
  compared: number,
  missing: number,
  extra: number,
  different: number,
});

const anyRecord = mapOf(anything);

const checkpointObject = record({
  table: text,
  as: text,
  total: count,
  done: flag,
  /** Progress by segment number: `done`, or the position after which it goes on. */
  segments: mapOf(
    record({
      done: flag,
      after: nullable(anyRecord),
      /** Sum of the source items' checksums: tells whether a segment is read later as it was read before. */
      fingerprint: number,
    }),
  ),
  items: counts,
  /** Up to 20 keys of items that are missing, extra or different, for a person. */
  examples: list(record({ problem: text, key: anyRecord })),
  /** Items worked off by a moment, one sample a save; the curve of a run is added up from them. */
  samples: list(record({ at: moment, items: number })),
  /** Set when the child failed for good, cleared by the next progress. */
  failure: optional(record({ error: text, cause: text })),
});
/** How far the segments of a group are: everything before it is written and acknowledged. */
export type Checkpoint = Guarded<typeof checkpointObject>;

/** Which verb's checkpoints are meant. */
export type Stage = 'import' | 'verify';

/** All counts at zero. */
export const noItems: ItemCounts = {
  read: 0,
  written: 0,
  rejected: 0,
  compared: 0,
  missing: 0,
  extra: 0,
  different: 0,
};

/** Keys shown to a person, of all that were counted. */
export const examplesShown = 20;

/** Key of a group's checkpoint: its destination table's id and its first segment tell it apart. */
export function checkpointKey(promotionId: string, stage: Stage, run: string, group: SegmentGroup): string {
  return `${checkpointPrefix(promotionId, stage, run, group)}${group.total}-${group.segments[0]}.json`;
}

type TableOf = Pick<SegmentGroup, 'as' | 'tableId'>;

function checkpointPrefix(promotionId: string, stage: Stage, run: string, { as, tableId }: TableOf): string {
  return keys.work(promotionId, 'dynamodb', stage, `checkpoints/${run}${as}/${tableId || 'table'}-`);
}

/** Reads all checkpoints of a destination table that outlive a run, also those that no list of segments names any more. */
export async function readCheckpointsOf(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  table: TableOf,
): Promise<Checkpoint[]> {
  const found = await artefacts.list(checkpointPrefix(promotionId, stage, '', table));
  return await eachOf(found, 16, async (key) =>
    readOwn(checkpointObject, key, (await readRequired(artefacts, key)).text),
  );
}

/** Reads a checkpoint; a group that was not begun has an empty one. */
export async function readCheckpoint(artefacts: Artefacts, key: string, group: SegmentGroup): Promise<Checkpoint> {
  const found = await artefacts.read(key);
  if (found) return readOwn(checkpointObject, key, found.text);
  const { table, as, total } = group;
  return { table, as, total, done: false, segments: {}, items: { ...noItems }, examples: [], samples: [] };
}

/** Reads the checkpoints of all groups, in their order. */
export async function readCheckpoints(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
  groups: readonly SegmentGroup[],
): Promise<Checkpoint[]> {
  return await eachOf(groups, 16, (group) =>
    readCheckpoint(artefacts, checkpointKey(promotionId, stage, run, group), group),
  );
}

/** Adds up the counts of checkpoints. */
export function sumItems(all: readonly Pick<Checkpoint, 'items'>[]): ItemCounts {
  const sum = { ...noItems };
  for (const { items } of all) for (const name of Object.keys(sum) as (keyof ItemCounts)[]) sum[name] += items[name];
  return sum;
}

/** True for a failure that another round cannot mend: a final name of ours. */
export function isFinal(failure: Checkpoint['failure']): boolean {
  const name = errorNames.find((known) => known === failure?.error);
  return name !== undefined && !isRetried({ name });
}
