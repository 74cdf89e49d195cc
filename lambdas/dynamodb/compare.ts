import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Surroundings } from '../core/handler.ts';
import { sha256 } from '../core/json.ts';
import { canonicalItem, type Item, keyOf, toJson } from './attributes.ts';
import { type Checkpoint, checkpointKey, readCheckpoint } from './checkpoint.ts';
import type { SegmentGroup, SegmentInput } from './contracts.ts';
import { failureOf } from './copy.ts';
import { keyProjection, readItems, scanPage } from './items.ts';
import { tableKeyNames } from './read-table.ts';
import { holderOf, readRun } from './run.ts';
import { segmentClients } from './session.ts';
import { type PageResult, walk } from './walk.ts';

/** Every comparison is made anew, so its checkpoints belong to one run. */
export function verifyRun(promotionExecution: string): string {
  return `${sha256(promotionExecution).slice(0, 12)}/`;
}

/**
 * Compares one group of segments both ways: every source item is looked up in the destination and compared whole, and
 * every destination key is looked up in the source. Segments of the two tables need not hold the same keys for that.
 */
export async function compareSegments(input: SegmentInput, surroundings: Surroundings): Promise<{ more: boolean }> {
  const { artefacts, remaining } = surroundings;
  const { group } = input;
  const run = await readRun(surroundings, input.request);
  const key = checkpointKey(run.promotionId, 'verify', verifyRun(input.promotionExecution), group);
  const checkpoint = await readCheckpoint(artefacts, key, group);
  if (input.failure) {
    await artefacts.write(key, { ...checkpoint, failure: failureOf(input.failure) });
    return { more: false };
  }
  if (checkpoint.done) return { more: false };

  const { source, destination } = await segmentClients(surroundings, run, group, false);
  const keyNames = await tableKeyNames(source, group.table);
  const sides: Record<string, (segment: number, after: Item | null) => Promise<PageResult>> = {
    source: (segment, after) => fromSource({ source, destination, group, keyNames, remaining }, segment, after),
    destination: (segment, after) =>
      fromDestination({ source, destination, group, keyNames, remaining }, segment, after),
  };
  const page = async (step: string, segment: number, after: Item | null) => {
    const side = sides[step];
    if (!side) throw new Error(`a comparison has no step "${step}"`);
    return await side(segment, after);
  };
  const holder = holderOf(run, input.promotionExecution);
  return await walk(checkpoint, group, { steps: Object.keys(sides), page }, { artefacts, key, holder, remaining });
}

interface Comparison {
  readonly source: DynamoDBClient;
  readonly destination: DynamoDBClient;
  readonly group: SegmentGroup;
  readonly keyNames: readonly string[];
  readonly remaining: () => number;
}

async function fromSource(
  { source, destination, group, keyNames, remaining }: Comparison,
  segment: number,
  after: Item | null,
): Promise<PageResult> {
  const { items, next } = await scanPage(source, { TableName: group.table, ...part(group, segment, after) });
  const keys = items.map((item) => keyOf(item, keyNames));
  const options = { keyNames, consistent: true, keysOnly: false };
  const present = await readItems(destination, group.as, keys, options, remaining);
  const problems = items.flatMap((item) => {
    const key = keyOf(item, keyNames);
    const other = present.get(canonicalItem(key));
    if (!other) return [problem('missing', key)];
    return canonicalItem(other) === canonicalItem(item) ? [] : [problem('different', key)];
  });
  const missing = problems.filter(({ problem }) => problem === 'missing').length;
  return {
    next,
    items: { compared: items.length, missing, different: problems.length - missing },
    examples: problems,
  };
}

async function fromDestination(
  { source, destination, group, keyNames, remaining }: Comparison,
  segment: number,
  after: Item | null,
): Promise<PageResult> {
  const { items, next } = await scanPage(destination, {
    TableName: group.as,
    ...part(group, segment, after),
    ...keyProjection(keyNames),
  });
  const keys = items.map((item) => keyOf(item, keyNames));
  const options = { keyNames, consistent: true, keysOnly: true };
  const present = await readItems(source, group.table, keys, options, remaining);
  const extra = keys.filter((key) => !present.has(canonicalItem(key)));
  return { next, items: { extra: extra.length }, examples: extra.map((key) => problem('extra', key)) };
}

/** Both sides are read strongly: a comparison right after the copy must see all of it. */
function part(group: SegmentGroup, segment: number, after: Item | null) {
  const start = after ? { ExclusiveStartKey: after } : {};
  return { Segment: segment, TotalSegments: group.total, ConsistentRead: true, ...start };
}

function problem(name: string, key: Item): Checkpoint['examples'][number] {
  return { problem: name, key: toJson(key) as Record<string, unknown> };
}
