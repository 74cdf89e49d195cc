import { eachOf } from '../core/artefacts.ts';
import { bundleSchemaVersion, findManifest, type Manifest, writeBundleFile } from '../core/bundle.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { sameJson } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { assertLock, joinLock } from '../core/lock.ts';
import { toolIdentity } from '../core/tool.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import { assertMapping } from './names.ts';
import { probeSize } from './probe.ts';
import { readTable } from './read-table.ts';
import { holderOf, readRun, tableClient } from './run.ts';

/** Four calls a table, eight tables at a time: 2,500 tables, the default quota, take under two minutes at 80 ms a call. */
const width = 8;

/** Writes the definition of every requested table into the bundle. Reads the source, changes nothing in it. */
export async function exportTables(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts, environments } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  await joinLock(artefacts, holder, input.execution);
  const client = await tableClient(surroundings, run, 'source');

  const mappings = assertMapping(run.request);
  const states = await eachOf(mappings, width, ({ table }) => readTable(client, table));
  const absent = mappings.flatMap(({ table }, index) => (states[index] ? [] : [{ table, index }]));
  if (absent.length > 0) throw tablesMissing(absent, run.source);

  await assertLock(artefacts, holder);
  const previous = await findManifest(artefacts, run.promotionId, 'dynamodb');
  const target = { promotionId: run.promotionId, kind: 'dynamodb', previous } as const;
  const files = await eachOf(mappings, width, async ({ table }, index) => {
    const state = states[index];
    if (!state) throw tablesMissing([{ table, index }], run.source);
    const path = `tables/${table}.json`;
    const hash = await writeBundleFile(artefacts, target, path, state.definition);
    const { items, bytes } = state.statistics;
    const statistics = items > 0 ? { items, bytes, atLeast: 0 } : { ...(await probeSize(client, table)) };
    return { path, asset: table, sha256: hash, statistics };
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

function tablesMissing(absent: readonly { table: string; index: number }[], environment: string): PromotionError {
  const places = absent.map(({ table, index }) => `/kinds/dynamodb/tables/${index}: there is no table "${table}"`);
  const pointer = `/kinds/dynamodb/tables/${absent[0]?.index ?? 0}`;
  return new PromotionError('Promotion.Config', {
    code: 'TableNotFound',
    message: `${places.slice(0, 5).join('; ')}${places.length > 5 ? ` and ${places.length - 5} more` : ''} in environment "${environment}"`,
    pointer,
    count: absent.length,
    resolution: 'correct the names, or create the tables in the source',
  });
}
