import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Surroundings } from '../core/handler.ts';
import { canonicalItem, type Item, keyOf, toJson } from './attributes.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { SegmentGroup, SegmentInput } from './contracts.ts';
import { keyProjection, readItems, scanPage } from './items.ts';
import { tableKeyNames } from './read-table.ts';
import type { Run } from './run.ts';
import { scopeOf, workOnSegments } from './segment-worker.ts';
import { segmentClients } from './session.ts';
import type { PageResult, Walk } from './walk.ts';

/**
 * Compares one group of segments both ways: every source item is looked up in the destination and compared whole, and
 * every destination key is looked up in the source. Segments of the two tables need not hold the same keys for that.
 */
export async function compareSegments(input: SegmentInput, surroundings: Surroundings): Promise<{ more: boolean }> {
  return await workOnSegments(input, surroundings, {
    stage: 'verify',
    scope: scopeOf(input.promotionExecution),
    open: (run) => openComparison(run, input.group, surroundings),
  });
}

async function openComparison(run: Run, group: SegmentGroup, surroundings: Surroundings): Promise<Walk> {
  const { source, destination } = await segmentClients(surroundings, run, group, false);
  const keyNames = await tableKeyNames(source, group.table);
  const comparison = { source, destination, group, keyNames, remaining: surroundings.remaining };
  return {
    steps: ['source', 'destination'],
    page: (step, segment, after) => (step === 'source' ? fromSource : fromDestination)(comparison, segment, after),
  };
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
