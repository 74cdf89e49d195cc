import { type BundleFile, type Manifest, readBundleFile, requireManifest } from '../core/bundle.ts';
import type { Finding } from '../core/contracts.ts';
import { eachOf } from '../core/each-of.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { type TableDefinition, tableDefinition } from './definition.ts';
import { assertMapping, type Mapping } from './names.ts';
import type { Run } from './run.ts';
import { entryWords, selectTables } from './selection.ts';

/** A requested table with what the bundle says of it. */
export interface BundledTable extends Mapping {
  readonly file: BundleFile<TableDefinition>;
}

type Reading = Pick<Surroundings, 'artefacts'>;

/**
 * Reads the bundle's file of every requested table. Prefixes and tags select among the tables that the manifest lists,
 * by the names and tags that they had at the source; so they do in another promotion's bundle. What the bundle lacks is
 * `Promotion.Config`.
 */
export async function readBundle(
  { artefacts }: Reading,
  run: Run,
): Promise<{ tables: BundledTable[]; findings: Finding[] }> {
  const manifest = await requireManifest(artefacts, run.bundle, 'dynamodb', run.source);
  const candidates = manifest.files.map(({ asset, tags = [] }) => ({ table: asset, tags }));
  const { selected, unmatched } = selectTables(run.request, candidates);
  const [without] = unmatched;
  if (without !== undefined) throw notInBundle(run, without, entryWords(run.request.tables[without]));
  const mappings = assertMapping(run.request, selected);
  const tables = await eachOf(mappings, 16, async (mapping) => {
    const file = await readDefinition(artefacts, manifest, mapping.table);
    if (!file) throw notInBundle(run, mapping.entry, `table "${mapping.table}"`);
    return { ...mapping, file };
  });
  const edited = tables.flatMap(({ table, file }) =>
    file.edited
      ? [{ code: 'BundleEdited', asset: table, message: `the bundle's file of ${table} was edited since the export` }]
      : [],
  );
  const wanted = new Set(mappings.map(({ table }) => table));
  const exported = manifest.findings.filter(({ asset }) => asset === undefined || wanted.has(asset));
  return { tables, findings: [...exported, ...edited] };
}

async function readDefinition(
  artefacts: Surroundings['artefacts'],
  manifest: Manifest,
  table: string,
): Promise<BundleFile<TableDefinition> | null> {
  const entry = manifest.files.find(({ asset }) => asset === table);
  return entry ? await readBundleFile(artefacts, manifest, entry, tableDefinition) : null;
}

function notInBundle(run: Run, entry: number, what: string): PromotionError {
  const pointer = `/kinds/dynamodb/tables/${entry}`;
  return new PromotionError('Promotion.Config', {
    code: 'TableNotInBundle',
    message: `${pointer}: bundle "${run.bundle}" has no ${what}`,
    pointer,
    resolution: 'export it, or leave it out',
  });
}
