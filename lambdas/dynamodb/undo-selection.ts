import * as z from 'zod';
import { readRequired } from '../core/artefacts.ts';
import { findManifest } from '../core/bundle.ts';
import type { Surroundings } from '../core/handler.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import { candidatesOf, notInBundle, selectBundled } from './bundle.ts';
import { type DynamodbRequest, dynamodbRequest, dynamodbRequestFile } from './contracts.ts';
import { assertMapping } from './names.ts';
import type { Run } from './run.ts';
import { type Candidate, selectTables } from './selection.ts';

/** The request of the promotion that is undone; it may have had other kinds alone. */
const undoneRequest = dynamodbRequestFile.extend({ kinds: z.object({ dynamodb: dynamodbRequest.optional() }) });

/** A source table of the promotion that is undone, and what it made of its name. */
interface Promoted extends Candidate {
  readonly as: string;
}

const resolution = 'name tables that this promotion has promoted, or leave it out';

/**
 * Which assets of a journal a rollback undoes. Its own promotion's are all that it has, for the input is the same;
 * of another's they are those whose source tables the input selects, by names, prefixes and tags as an import selects
 * them from a bundle. What that promotion lacks is `Promotion.Config`, and so is a destination name, by `as` or
 * `rename`, that it did not give.
 */
export async function selectedAssets(
  surroundings: Pick<Surroundings, 'artefacts'>,
  run: Run,
  assets: readonly string[],
): Promise<readonly string[]> {
  if (run.bundle === run.promotionId) return assets;
  const promoted = new Map((await promotedTables(surroundings, run.bundle, assets)).map((one) => [one.table, one]));
  const selected = selectBundled(run, [...promoted.values()], resolution);
  const said = assertMapping(run.request, selected);
  for (const [index, { table, entry, as }] of selected.entries()) {
    const wanted = said[index]?.as;
    if (as === undefined && run.request.rename === undefined) continue;
    if (wanted === promoted.get(table)?.as) continue;
    throw notInBundle(run, entry, `table "${table}" that became "${wanted}"`, resolution);
  }
  const wanted = new Set(selected.map(({ table }) => promoted.get(table)?.as));
  return assets.filter((asset) => wanted.has(asset));
}

/**
 * The tables of a promotion by its own input: those of its bundle, or of the one that it imported. The names of assets
 * in its journal are those of the destination; one that no bundle tells of any more is led back by the input alone.
 */
async function promotedTables(
  { artefacts }: Pick<Surroundings, 'artefacts'>,
  promotionId: string,
  assets: readonly string[],
): Promise<Promoted[]> {
  const key = keys.request(promotionId);
  const { bundle, kinds } = readOwn(undoneRequest, key, (await readRequired(artefacts, key)).text);
  const request = kinds.dynamodb;
  if (!request) return [];
  const manifest =
    (await findManifest(artefacts, promotionId, 'dynamodb')) ?? (await findManifest(artefacts, bundle, 'dynamodb'));
  const candidates = manifest ? candidatesOf(manifest) : [];
  const known = new Map(candidates.map(({ table, tags }) => [table, tags]));
  const mappings = assertMapping(request, selectTables(request, candidates).selected);
  const promoted = mappings
    .filter(({ table, as }) => known.has(table) || assets.includes(as))
    .map(({ table, as }) => ({ table, as, tags: known.get(table) ?? [] }));
  const told = new Set(promoted.map(({ as }) => as));
  const others = assets.flatMap((as) => {
    const table = told.has(as) ? null : sourceOf(request, as);
    return table === null ? [] : [{ table, as, tags: [] }];
  });
  return [...promoted, ...others];
}

/** The source name that a rule gave this destination name; null where it cannot be said, as of a regular expression. */
function sourceOf({ rename }: DynamodbRequest, as: string): string | null {
  if (rename?.regex) return null;
  if (rename?.map) return Object.entries(rename.map).find(([, to]) => to === as)?.[0] ?? null;
  if (!rename?.prefix) return as;
  const { from, to } = rename.prefix;
  return as.startsWith(to) ? from + as.slice(to.length) : null;
}
