import * as z from 'zod';
import { type Artefacts, ConditionFailed } from '../core/artefacts.ts';
import { PromotionError } from '../core/errors.ts';
import { sameJson, sha256 } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import { type Checkpoint, isFinal, readCheckpoints, type Stage } from './checkpoint.ts';
import type { Round } from './contracts.ts';
import { type LimitedTable, shareLimits } from './limits.ts';
import type { Run } from './run.ts';
import { type SegmentGroup, segmentGroup } from './segment-contracts.ts';
import { groupSegments, interleaveTables, segmentCount } from './segments.ts';

/** Rounds after the first; what is left then is reported with its errors. */
const laterRounds = 3;

const frozenSchema = z.record(
  z.string(),
  z.strictObject({ tableId: z.string(), total: z.int().positive(), at: z.int().nonnegative() }),
);

/** A table whose segments are wanted. */
export interface SegmentedTable
  extends Omit<SegmentGroup, 'segments' | 'total' | 'at' | 'limits'>,
    Pick<LimitedTable, 'source' | 'destination'> {
  readonly bytes: number;
}

/** The groups of all tables in the order in which they are begun, and how many of them at once. */
export interface SegmentList {
  readonly groups: readonly SegmentGroup[];
  readonly concurrency: number;
}

/**
 * Splits tables into groups of segments. The number of segments is decided once in a promotion and kept in
 * `import/segments.json`, because a scan position is valid for one number only.
 */
export async function freezeSegments(
  artefacts: Artefacts,
  run: Run,
  tables: readonly SegmentedTable[],
  { readsDestination }: { readsDestination: boolean },
): Promise<SegmentList> {
  const key = keys.work(run.promotionId, 'dynamodb', 'import', 'segments.json');
  const present = await artefacts.read(key);
  const frozen = present ? readOwn(frozenSchema, key, present.text) : {};
  const { segments, concurrency, limits } = run.request;
  const at = Math.floor(Date.now() / 1000);
  const all = new Map(Object.entries(frozen));
  for (const { as, tableId, bytes } of tables) {
    if (all.get(as)?.tableId === tableId) continue;
    all.set(as, { tableId, total: segmentCount(segments, bytes, concurrency), at });
  }
  const wanted = Object.fromEntries(all);
  try {
    if (!sameJson(wanted, frozen)) {
      await artefacts.write(key, wanted, present ? { etag: present.etag } : { absent: true });
    }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new PromotionError(
      'Promotion.Transient',
      { code: 'SegmentsChanged', message: `${key} was written at the same time` },
      error,
    );
  }
  const change = await asideIfLarge(artefacts, run, tables);
  const grouped = tables.map(({ bytes: _, source, destination, ...table }) => {
    const { total = 1, at: since = at } = all.get(table.as) ?? {};
    const groups = groupSegments({ ...table, total, at: since, limits: {}, change: change ?? table.change });
    return { groups, limited: { as: table.as, groups: groups.length, source, destination } };
  });
  const shares = shareLimits(
    limits,
    grouped.map(({ limited }) => limited),
    { concurrency, readsDestination },
  );
  const groups = interleaveTables(
    grouped.map(({ groups, limited }) =>
      groups.map((group) => ({ ...group, limits: shares.tables.get(limited.as) ?? {} })),
    ),
  );
  return { groups, concurrency: shares.concurrency };
}

/** A list has 4,096 lines and more; what is longer than this stands once beside it. */
const charactersInline = 1_000;

/** All tables of a run are changed alike: a change that is too long for every line becomes an object of its own. */
async function asideIfLarge(
  artefacts: Artefacts,
  { promotionId }: Run,
  [first]: readonly SegmentedTable[],
): Promise<SegmentGroup['change'] | null> {
  const text = JSON.stringify(first?.change ?? null);
  if (text.length <= charactersInline) return null;
  const key = keys.work(promotionId, 'dynamodb', 'import', `segments/change-${sha256(text).slice(0, 12)}.json`);
  const { versionId } = await artefacts.write(key, text);
  return { key, ...(versionId ? { versionId } : {}) };
}

/** Key of the list of all groups of a stage; the rounds after the first are made from it. */
function groupsKey(promotionId: string, stage: Stage, run: string): string {
  return keys.work(promotionId, 'dynamodb', stage, `segments/${run}all.jsonl`);
}

/**
 * Writes the list that the first round of the Distributed Map reads: all groups that are not done. Where none is, that
 * is the list of all groups itself.
 */
export async function writeFirstRound(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
  { groups, concurrency }: SegmentList,
): Promise<Round> {
  const { etag: _, ...pointer } = await artefacts.write(groupsKey(promotionId, stage, run), lines(groups));
  // Checkpoints of a run of their own are not there before it begins; this is asked once, before its first child.
  const checkpoints = run === '' ? await readCheckpoints(artefacts, promotionId, stage, run, groups) : [];
  const left = groups.filter((_, index) => !checkpoints[index]?.done);
  if (left.length > 0 && left.length === groups.length) {
    return { segments: { ...pointer, count: groups.length }, concurrency, round: 0 };
  }
  return await listRound(artefacts, promotionId, stage, run, left, { round: 0, concurrency });
}

/** A round, and what was read of all groups to find it. */
export interface Collected {
  readonly round: Round;
  readonly progress: Progress;
}

/** Checkpoints of all groups by destination table. */
export type Progress = Map<string, Checkpoint[]>;

/** Looks at all checkpoints after a round: what may still succeed is listed for the next one. */
export async function collectRound(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
  { round, concurrency }: { round: number; concurrency: number },
): Promise<Collected> {
  const groups = await readGroups(artefacts, promotionId, stage, run);
  const checkpoints = await readCheckpoints(artefacts, promotionId, stage, run, groups);
  const left = groups.filter((_, index) => !checkpoints[index]?.done && !isFinal(checkpoints[index]?.failure));
  // Throttling is the usual reason for another round.
  const next = { round: round + 1, concurrency: Math.max(1, Math.floor(concurrency / 2)) };
  const due = round >= laterRounds ? [] : left;
  return {
    round: await listRound(artefacts, promotionId, stage, run, due, next),
    progress: progressOf(groups, checkpoints),
  };
}

/** All groups of a stage with their checkpoints. */
export async function readProgress(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
): Promise<Progress> {
  const groups = await readGroups(artefacts, promotionId, stage, run);
  return progressOf(groups, await readCheckpoints(artefacts, promotionId, stage, run, groups));
}

function progressOf(groups: readonly SegmentGroup[], checkpoints: readonly Checkpoint[]): Progress {
  const byTable = new Map<string, Checkpoint[]>();
  groups.forEach(({ as }, index) => {
    const checkpoint = checkpoints[index];
    if (checkpoint) byTable.set(as, [...(byTable.get(as) ?? []), checkpoint]);
  });
  return byTable;
}

async function readGroups(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
): Promise<SegmentGroup[]> {
  const key = groupsKey(promotionId, stage, run);
  const found = await artefacts.read(key);
  const texts = (found?.text ?? '').split('\n').filter((line) => line !== '');
  return texts.map((line) => readOwn(segmentGroup, key, line));
}

async function listRound(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
  groups: readonly SegmentGroup[],
  { round, concurrency }: { round: number; concurrency: number },
): Promise<Round> {
  if (groups.length === 0) return { segments: null, concurrency, round };
  const key = keys.work(promotionId, 'dynamodb', stage, `segments/${run}round-${round}.jsonl`);
  const { etag: _, ...pointer } = await artefacts.write(key, lines(groups));
  return { segments: { ...pointer, count: groups.length }, concurrency, round };
}

function lines(groups: readonly SegmentGroup[]): string {
  return groups.map((group) => `${JSON.stringify(group)}\n`).join('');
}
