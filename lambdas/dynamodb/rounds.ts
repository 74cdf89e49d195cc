import * as z from 'zod';
import { type Artefacts, ConditionFailed } from '../core/artefacts.ts';
import { PromotionError } from '../core/errors.ts';
import { sameJson } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import { type Checkpoint, isFinal, readCheckpoints, type Stage } from './checkpoint.ts';
import { type Round, type SegmentGroup, segmentGroup } from './contracts.ts';
import type { Run } from './run.ts';
import { groupSegments, segmentCount } from './segments.ts';

/** Children of the first round at once; each later round has half of it, because throttling is the usual reason for one. */
const firstConcurrency = 20;
/** Rounds after the first; what is left then is reported with its errors. */
const laterRounds = 3;

const frozenSchema = z.record(z.string(), z.strictObject({ tableId: z.string(), total: z.int().positive() }));

/** A table whose segments are wanted. */
export interface SegmentedTable {
  readonly table: string;
  readonly as: string;
  readonly tableId: string;
  readonly bytes: number;
}

/**
 * Splits tables into groups of segments. The number of segments is decided once in a promotion and kept in
 * `import/segments.json`, because a scan position is valid for one number only.
 */
export async function freezeSegments(
  artefacts: Artefacts,
  run: Run,
  tables: readonly SegmentedTable[],
): Promise<SegmentGroup[]> {
  const key = keys.work(run.promotionId, 'dynamodb', 'import', 'segments.json');
  const present = await artefacts.read(key);
  const frozen = present ? readOwn(frozenSchema, key, present.text) : {};
  const all = { ...frozen };
  for (const { as, tableId, bytes } of tables) {
    if (all[as]?.tableId !== tableId) all[as] = { tableId, total: segmentCount(run.request.segments, bytes) };
  }
  try {
    if (!sameJson(all, frozen)) await artefacts.write(key, all, present ? { etag: present.etag } : { absent: true });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new PromotionError(
      'Promotion.Transient',
      { code: 'SegmentsChanged', message: `${key} was written at the same time` },
      error,
    );
  }
  return tables.flatMap(({ table, as, tableId }) => groupSegments({ table, as, tableId, total: all[as]?.total ?? 1 }));
}

/** Key of the list of all groups of a stage; the rounds after the first are made from it. */
function groupsKey(promotionId: string, stage: Stage, run: string): string {
  return keys.work(promotionId, 'dynamodb', stage, `segments/${run}all.jsonl`);
}

/** Writes the list that a round of the Distributed Map reads: all groups that are not done. */
export async function writeRound(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
  groups: readonly SegmentGroup[],
  round: number,
): Promise<Round> {
  if (round === 0) await artefacts.write(groupsKey(promotionId, stage, run), lines(groups));
  const checkpoints = await readCheckpoints(artefacts, promotionId, stage, run, groups);
  return await listRound(
    artefacts,
    promotionId,
    stage,
    run,
    groups.filter((_, index) => !checkpoints[index]?.done),
    round,
  );
}

/** Looks at all checkpoints after a round: what may still succeed is listed for the next one. */
export async function collectRound(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
  round: number,
): Promise<Round> {
  const groups = await readGroups(artefacts, promotionId, stage, run);
  const checkpoints = await readCheckpoints(artefacts, promotionId, stage, run, groups);
  const left = groups.filter((_, index) => !checkpoints[index]?.done && !isFinal(checkpoints[index]?.failure));
  return await listRound(artefacts, promotionId, stage, run, round >= laterRounds ? [] : left, round + 1);
}

/** All groups of a stage with their checkpoints. */
export async function readProgress(
  artefacts: Artefacts,
  promotionId: string,
  stage: Stage,
  run: string,
): Promise<Map<string, Checkpoint[]>> {
  const groups = await readGroups(artefacts, promotionId, stage, run);
  const checkpoints = await readCheckpoints(artefacts, promotionId, stage, run, groups);
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
  round: number,
): Promise<Round> {
  const concurrency = Math.max(1, Math.floor(firstConcurrency / 2 ** round));
  if (groups.length === 0) return { segments: null, concurrency, round };
  const key = keys.work(promotionId, 'dynamodb', stage, `segments/${run}round-${round}.jsonl`);
  const { etag: _, ...pointer } = await artefacts.write(key, lines(groups));
  return { segments: { ...pointer, count: groups.length }, concurrency, round };
}

function lines(groups: readonly SegmentGroup[]): string {
  return groups.map((group) => `${JSON.stringify(group)}\n`).join('');
}
