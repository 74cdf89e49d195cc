import { type BundleFile, type Manifest, readBundleFile, requireManifest } from '../core/bundle.ts';
import type { Finding } from '../core/contracts.ts';
import { eachOf } from '../core/each-of.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { keys } from '../core/keys.ts';
import { type TableDefinition, tableDefinition } from './definition.ts';
import { assertMapping, type Mapping } from './names.ts';
import { unusedNames } from './rename.ts';
import type { Run } from './run.ts';
import { type Candidate, entryWords, type Selected, selectTables } from './selection.ts';

/** A requested table with what the bundle says of it. */
export interface BundledTable extends Mapping {
  readonly file: BundleFile<TableDefinition>;
}

type Reading = Pick<Surroundings, 'artefacts'>;

/** Path below `export/` of the file of a table. */
export const tablePath = (table: string): string => `tables/${table}.json`;

/** A `Promotion.Config` about one place of a table's file in a bundle; `pointer` is one into that file. */
export function bundleInvalid(
  bundle: string,
  table: string,
  pointer: string,
  message: string,
  resolution: string,
): PromotionError {
  const file = keys.bundle(bundle, 'dynamodb', tablePath(table));
  return new PromotionError('Promotion.Config', {
    code: 'BundleInvalid',
    message: `${file} is not valid: ${pointer}: ${message}`,
    pointer,
    resolution,
  });
}

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
  const mappings = assertMapping(run.request, selectBundled(run, candidatesOf(manifest)));
  const tables = await eachOf(mappings, 16, async (mapping) => {
    return { ...mapping, file: await readDefinition(artefacts, manifest, mapping.table) };
  });
  const edited = tables.flatMap(({ table, file }) =>
    file.edited
      ? [{ code: 'BundleEdited', asset: table, message: `the bundle's file of ${table} was edited since the export` }]
      : [],
  );
  const wanted = new Set(mappings.map(({ table }) => table));
  const unused = unusedNames([...wanted], run.request.rename).map((name) => `"${name}"`);
  const list = `${unused.slice(0, 5).join(', ')}${unused.length > 5 ? ` and ${unused.length - 5} more` : ''}`;
  const idle = `rename.map names what is not promoted here: ${list}; correct it if that is a mistake`;
  const renaming = unused.length > 0 ? [{ code: 'RenameUnused', message: idle }] : [];
  const exported = manifest.findings.filter(({ asset }) => asset === undefined || wanted.has(asset));
  return { tables, findings: [...exported, ...edited, ...renaming] };
}

/** The tables of a bundle, with the tags that they had at the source. */
export function candidatesOf(manifest: Manifest): Candidate[] {
  return manifest.files.map(({ asset, tags = [] }) => ({ table: asset, tags }));
}

/** What the input selects of a bundle's tables; what the bundle lacks is `Promotion.Config`, with the place. */
export function selectBundled(
  run: Pick<Run, 'bundle' | 'request'>,
  candidates: readonly Candidate[],
  resolution?: string,
): Selected[] {
  const { selected, unmatched } = selectTables(run.request, candidates);
  const [without] = unmatched;
  if (without !== undefined) throw notInBundle(run, without, entryWords(run.request.tables[without]), resolution);
  const known = new Set(candidates.map(({ table }) => table));
  const absent = selected.find(({ table }) => !known.has(table));
  if (absent) throw notInBundle(run, absent.entry, `table "${absent.table}"`, resolution);
  return selected;
}

async function readDefinition(
  artefacts: Surroundings['artefacts'],
  manifest: Manifest,
  table: string,
): Promise<BundleFile<TableDefinition>> {
  const entry = manifest.files.find(({ asset }) => asset === table) as Manifest['files'][number];
  const file = await readBundleFile(artefacts, manifest, entry, tableDefinition);
  const { TableName } = file.content.table;
  if (TableName === table) return file;
  // Whatever is read of the source is read by the manifest's name: the other would stand in messages and nowhere else.
  throw bundleInvalid(
    manifest.promotionId,
    table,
    '/table/TableName',
    `"${TableName}" is not the exported table "${table}"`,
    'put back the name; what the table becomes is said by "as" and "rename" of the input',
  );
}

/** The refusal of an entry of `tables` for which a bundle has nothing; `what` are its words. */
export function notInBundle(
  { bundle }: Pick<Run, 'bundle'>,
  entry: number,
  what: string,
  resolution = 'export it, or leave it out',
): PromotionError {
  const pointer = `/kinds/dynamodb/tables/${entry}`;
  return new PromotionError('Promotion.Config', {
    code: 'TableNotInBundle',
    message: `${pointer}: bundle "${bundle}" has no ${what}`,
    pointer,
    resolution,
  });
}
