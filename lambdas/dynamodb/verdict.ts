import type { BundledTable } from './bundle.ts';
import { type Checkpoint, examplesShown, sumItems } from './checkpoint.ts';
import type { DynamodbRequest, ItemCounts } from './contracts.ts';
import { type Difference, differences, schemaDifferences, type TableDefinition } from './definition.ts';
import type { TableState } from './read-table.ts';
import type { Run } from './run.ts';
import type { VerifiedAsset } from './verify-file.ts';

/** What is known of a table when all its segments were compared, or could not be. */
export interface Compared {
  readonly run: Pick<Run, 'mode' | 'request'>;
  readonly table: Pick<BundledTable, 'table' | 'as'>;
  readonly wanted: TableDefinition;
  readonly state: TableState | null;
  /** True when this promotion made the table, so that its settings are ours to compare too. */
  readonly made: boolean;
  readonly checkpoints: readonly Checkpoint[];
}

/** The verdict on one table: equal, not equal, or, where nothing was compared because nothing was to be, none. */
export function verdict({ run, table, wanted, state, made, checkpoints }: Compared): VerifiedAsset {
  const { verify: depth, existing, onlyIfAbsent } = run.request;
  const items = comparedItems(depth, checkpoints);
  const shown: Difference[] = state ? (made ? differences : schemaDifferences)(wanted, state.definition) : [];
  const open = checkpoints.filter(({ done }) => !done);
  // Merging leaves what the destination had before, and where only absent items are written, other ones too.
  const kept = existing === 'merge' && !made;
  const surplus = kept ? 0 : items.extra;
  const different = kept && onlyIfAbsent ? 0 : items.different;
  const wrong = [
    ...(state ? [] : ['the table is not there']),
    ...(state && checkpoints.length === 0 && depth !== 'none' ? ['nothing was compared'] : []),
    ...(open.length > 0
      ? [`${open.length} groups of segments could not be compared: ${open[0]?.failure?.error ?? ''}`]
      : []),
    ...(shown.length > 0 ? [`${shown.length} differences in the definition`] : []),
    ...(items.missing > 0 ? [`${counted(items.missing)} missing`] : []),
    ...(different > 0 ? [`${counted(different)} different`] : []),
    ...(surplus > 0 ? [`${counted(surplus)} too many`] : []),
  ];
  return {
    asset: table.table,
    destination: table.as,
    verified: wrong.length > 0 ? false : depth === 'none' ? null : true,
    items: { ...items },
    differences: shown,
    examples: checkpoints.flatMap((checkpoint) => checkpoint.examples).slice(0, examplesShown),
    reason: wrong.length > 0 ? wrong.join(', ') : rightWords(depth, items),
  };
}

/** By number alone, it is only known how many are too few or too many. */
function comparedItems(depth: DynamodbRequest['verify'], checkpoints: readonly Checkpoint[]): ItemCounts {
  const sum = sumItems(checkpoints);
  if (depth !== 'count') return sum;
  // The destination's number stands as `read` in such checkpoints.
  const surplus = sum.read - sum.compared;
  return { ...sum, read: 0, missing: Math.max(0, -surplus), extra: Math.max(0, surplus) };
}

function counted(items: number): string {
  return items === 1 ? '1 item' : `${items} items`;
}

function rightWords(depth: DynamodbRequest['verify'], { extra, different, compared, written }: ItemCounts): string {
  const repaired = written > 0 ? `; ${counted(written)} repaired` : '';
  if (depth === 'none') return 'the definition is equal; items were not compared, as was asked for';
  if (depth === 'count') return 'the definition and the number of items are equal; items were not compared';
  if (depth === 'sample') {
    return `the definition and a sample of ${counted(compared)} are equal; the others were not compared${repaired}`;
  }
  if (extra === 0 && different === 0) return `the definition and every item are equal${repaired}`;
  const kept = [
    ...(extra > 0 ? [`${counted(extra)} besides`] : []),
    ...(different > 0 ? [`${counted(different)} otherwise`] : []),
  ].join(' and ');
  return `every source item is there; ${kept} may have been there before, and ${extra + different === 1 ? 'is' : 'are'} left${repaired}`;
}
