import { bundleSchemaVersion, findManifest, type Manifest, writeBundleFile } from '../core/bundle.ts';
import { eachOf } from '../core/each-of.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { sameJson } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { joinLock } from '../core/lock.ts';
import { toolIdentity } from '../core/tool.ts';
import { tablePath } from './bundle.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import { assertMapping } from './names.ts';
import { probeSize } from './probe.ts';
import { readWholeTable } from './read-table.ts';
import { holderOf, type Run, readRun } from './run.ts';
import { asksForTags, entryWords, selectTables } from './selection.ts';
import { listCandidates } from './source-tables.ts';
import { tableArn } from './table-arn.ts';
import { tableClients } from './table-clients.ts';

/**
 * Eight or nine calls a table, most of them at once, eight tables at a time. The slowest is the listing of insights, of
 * which the service takes five a second: 1,000 tables take somewhat over three minutes.
 */
const width = 8;

/** Writes the definition of every requested table into the bundle. Reads the source, changes nothing in it. */
export async function exportTables(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts, environments } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  const settingClients = await tableClients(surroundings, run, 'source');
  const client = settingClients.dynamodb;

  const candidates = await listCandidates(client, run.request, (table) => tableArn(environments, run.source, table));
  const { selected, unmatched } = selectTables(run.request, candidates);
  if (unmatched.length > 0) throw tablesMissing(run, unmatched);
  const mappings = assertMapping(run.request, selected);
  const states = await eachOf(mappings, width, ({ table }) => readWholeTable(settingClients, table));
  const absent = mappings.filter((_, index) => !states[index]);
  if (absent.length > 0) {
    throw tablesMissing(
      run,
      absent.map(({ entry }) => entry),
    );
  }

  await joinLock(artefacts, holder, input.execution);
  const previous = await findManifest(artefacts, run.promotionId, 'dynamodb');
  const target = { promotionId: run.promotionId, kind: 'dynamodb', previous } as const;
  const files = await eachOf(mappings, width, async ({ table, entry }, index) => {
    const state = states[index];
    if (!state) throw tablesMissing(run, [entry]);
    const path = tablePath(table);
    const hash = await writeBundleFile(artefacts, target, path, state.definition);
    const { items, bytes } = state.statistics;
    const statistics = items > 0 ? { items, bytes, atLeast: 0 } : { ...(await probeSize(client, table)) };
    const tags = candidates.find((candidate) => candidate.table === table && asksForTags(run.request))?.tags;
    return { path, asset: table, sha256: hash, statistics, tags: [...(tags ?? state.definition.tags)] };
  });

  const source = environments.environments[run.source];
  const manifest: Manifest = {
    schemaVersion: bundleSchemaVersion,
    tool: toolIdentity,
    promotionId: run.promotionId,
    kind: 'dynamodb',
    source: { environment: run.source, account: source?.account ?? '', region: source?.region ?? '' },
    exportedAt: new Date().toISOString(),
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    findings: states.flatMap((state) => state?.findings ?? []),
  };
  if (!previous || !sameJson({ ...previous, exportedAt: '' }, { ...manifest, exportedAt: '' })) {
    await artefacts.write(keys.manifest(run.promotionId, 'dynamodb'), manifest);
  }
  return { more: false, waitSeconds: 0 };
}

/** `entries` are indexes in `tables` of the input. */
function tablesMissing({ request, source }: Run, entries: readonly number[]): PromotionError {
  const places = entries.map(
    (entry) => `/kinds/dynamodb/tables/${entry}: there is no ${entryWords(request.tables[entry])}`,
  );
  const pointer = `/kinds/dynamodb/tables/${entries[0] ?? 0}`;
  return new PromotionError('Promotion.Config', {
    code: 'TableNotFound',
    message: `${places.slice(0, 5).join('; ')}${places.length > 5 ? ` and ${places.length - 5} more` : ''} in environment "${source}"`,
    pointer,
    count: entries.length,
    resolution: 'correct the names, or create the tables in the source',
  });
}
