import type * as z from 'zod';
import { eachOf } from '../core/artefacts.ts';
import type { Surroundings } from '../core/handler.ts';
import { openJournal } from '../core/journal.ts';
import { sameJson } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { assertLock, joinLock } from '../core/lock.ts';
import { type BundledTable, readBundle } from './bundle.ts';
import { type Checkpoint, sumItems } from './checkpoint.ts';
import type { Progress, Round, verifyInput, WorkerInput } from './contracts.ts';
import { type Difference, differences, schemaDifferences } from './definition.ts';
import { lastOf } from './ownership.ts';
import { readTable, type TableState } from './read-table.ts';
import { collectRound, freezeSegments, readProgress, writeRound } from './rounds.ts';
import { holderOf, type Run, readRun, tableClient } from './run.ts';
import { scopeOf } from './segment-worker.ts';
import type { VerifiedAsset } from './verify-file.ts';

/** Begins a comparison, or goes on after a round of it. */
export async function verify(
  { round, ...input }: z.infer<typeof verifyInput>,
  surroundings: Surroundings,
): Promise<Progress & Round> {
  return round === undefined
    ? await startVerification(input, surroundings)
    : await collectVerification({ ...input, round }, surroundings);
}

/** Before the comparison of the items: lists the segments of every table that is there. */
async function startVerification(input: WorkerInput, surroundings: Surroundings): Promise<Progress & Round> {
  const { run, tables } = await open(input, surroundings);
  const present = tables.flatMap(({ table, state }) =>
    state ? [{ table: table.table, as: table.as, tableId: state.id, bytes: table.file.statistics.bytes ?? 0 }] : [],
  );
  const groups = await freezeSegments(surroundings.artefacts, run, present);
  const scope = scopeOf(input.promotionExecution);
  const round = await writeRound(surroundings.artefacts, run.promotionId, 'verify', scope, groups, 0);
  return { more: false, waitSeconds: 0, ...round };
}

/** After a round of comparisons: another round for what is open, else the verdict on every table in `verify/result.json`. */
async function collectVerification(
  input: WorkerInput & { round: number },
  surroundings: Surroundings,
): Promise<Progress & Round> {
  const { artefacts } = surroundings;
  const scope = scopeOf(input.promotionExecution);
  const round = await collectRound(artefacts, input.promotionId, 'verify', scope, input.round);
  if (round.segments) return { more: false, waitSeconds: 0, ...round };

  const { run, tables } = await open(input, surroundings);
  const progress = await readProgress(artefacts, run.promotionId, 'verify', scope);
  const assets = tables.map(({ table, state, made }) => verdict(run, table, state, made, progress.get(table.as) ?? []));
  await artefacts.write(keys.work(run.promotionId, 'dynamodb', 'verify', 'result.json'), { assets });
  return { more: false, waitSeconds: 0, ...round };
}

interface Opened {
  readonly table: BundledTable;
  readonly state: TableState | null;
  /** True when this promotion created the table, so that its settings are ours to compare too. */
  readonly made: boolean;
}

async function open(input: WorkerInput, surroundings: Surroundings): Promise<{ run: Run; tables: Opened[] }> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  await joinLock(artefacts, holder, input.execution);
  await assertLock(artefacts, holder);
  const [bundle, journal, client] = await Promise.all([
    readBundle(surroundings, run),
    openJournal(artefacts, { ...run, kind: 'dynamodb', execution: input.promotionExecution }),
    tableClient(surroundings, run, 'destination'),
  ]);
  const tables = await eachOf(bundle.tables, 8, async (table) => {
    const begun = lastOf(journal.of(table.as), ['create', 'adopt', 'update']);
    return { table, state: await readTable(client, table.as), made: begun === undefined || begun.step === 'create' };
  });
  return { run, tables };
}

function verdict(
  run: Run,
  { table, as, file }: BundledTable,
  state: TableState | null,
  made: boolean,
  checkpoints: readonly Checkpoint[],
): VerifiedAsset {
  const items = sumItems(checkpoints);
  const examples = checkpoints.flatMap((checkpoint) => checkpoint.examples).slice(0, 20);
  const shown: Difference[] = state ? (made ? differences : schemaDifferences)(file.content, state.definition) : [];
  const open = checkpoints.filter(({ done }) => !done);
  // Merging leaves what the destination had before.
  const surplus = run.request.existing === 'merge' && !made ? 0 : items.extra;
  const wrong = [
    ...(state ? [] : ['the table is not there']),
    ...(state && checkpoints.length === 0 ? ['nothing was compared'] : []),
    ...(open.length > 0
      ? [`${open.length} groups of segments could not be compared: ${open[0]?.failure?.error ?? ''}`]
      : []),
    ...(shown.length > 0 ? [`${shown.length} differences in the definition`] : []),
    ...(items.missing > 0 ? [`${counted(items.missing)} missing`] : []),
    ...(items.different > 0 ? [`${counted(items.different)} different`] : []),
    ...(surplus > 0 ? [`${counted(surplus)} too many`] : []),
  ];
  return {
    asset: table,
    destination: as,
    verified: sameJson(wrong, []),
    items: { ...items },
    differences: shown,
    examples,
    reason: wrong.length > 0 ? wrong.join(', ') : equalWords(items.extra),
  };
}

function counted(items: number): string {
  return items === 1 ? '1 item' : `${items} items`;
}

function equalWords(extra: number): string {
  if (extra === 0) return 'the definition and every item are equal';
  return `every source item is there and equal; ${counted(extra)} besides were there before and are left`;
}
