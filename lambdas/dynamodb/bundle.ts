import { eachOf } from '../core/artefacts.ts';
import { type BundleFile, readBundleFile, requireManifest } from '../core/bundle.ts';
import type { Finding } from '../core/contracts.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { type TableDefinition, tableDefinition } from './definition.ts';
import { assertMapping, type Mapping } from './names.ts';
import type { Run } from './run.ts';

/** A requested table with what the bundle says of it. */
export interface BundledTable extends Mapping {
  readonly file: BundleFile<TableDefinition>;
}

/** Reads the bundle's file of every requested table; a table that the bundle lacks is `Promotion.Config`. */
export async function readBundle(
  { artefacts }: Pick<Surroundings, 'artefacts'>,
  run: Run,
): Promise<{ tables: BundledTable[]; findings: Finding[] }> {
  const manifest = await requireManifest(artefacts, run.bundle, 'dynamodb', run.source);
  const mappings = assertMapping(run.request);
  const tables = await eachOf(mappings, 16, async ({ table, as }, index) => {
    const entry = manifest.files.find(({ asset }) => asset === table);
    if (entry) return { table, as, file: await readBundleFile(artefacts, manifest, entry, tableDefinition) };
    const pointer = `/kinds/dynamodb/tables/${index}`;
    throw new PromotionError('Promotion.Config', {
      code: 'TableNotInBundle',
      message: `${pointer}: bundle "${run.bundle}" has no table "${table}"`,
      pointer,
      resolution: 'export it, or leave it out',
    });
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
