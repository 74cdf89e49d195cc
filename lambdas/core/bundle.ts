import * as z from 'zod';
import { type Artefact, type Artefacts, ConditionFailed, readRequired } from './artefacts.ts';
import { type Kind, kinds } from './contracts.ts';
import { PromotionError } from './errors.ts';
import { sha256, stableJson } from './json.ts';
import { jsonOf } from './json-text.ts';
import { keys } from './keys.ts';
import { schemaError } from './problems.ts';

/** Version of the bundle's format; a bundle of another version is refused. */
export const bundleSchemaVersion = 1;

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(bundleSchemaVersion),
  tool: z.strictObject({ name: z.string(), version: z.string(), sdk: z.string() }),
  promotionId: z.string(),
  kind: z.enum(kinds),
  source: z.strictObject({ environment: z.string(), account: z.string(), region: z.string() }),
  exportedAt: z.iso.datetime(),
  /** Path below `export/` of each asset, with the hash of the text that the export wrote. */
  files: z.array(
    z.strictObject({
      path: z.string(),
      asset: z.string(),
      sha256: z.string(),
      statistics: z.record(z.string(), z.number()),
      /** Tags that the asset had at the source, by which a later run selects it; an edited file does not change them. */
      tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
    }),
  ),
  findings: z.array(z.strictObject({ code: z.string(), asset: z.string().optional(), message: z.string() })),
});
/** The list of a bundle's files, and where they came from. */
export type Manifest = z.infer<typeof manifestSchema>;

/** An asset file of a bundle as it is now. */
export interface BundleFile<T> {
  readonly asset: string;
  readonly content: T;
  readonly sha256: string;
  /** True when a person changed the file since the export; legal, and worth a finding. */
  readonly edited: boolean;
  readonly statistics: Readonly<Record<string, number>>;
}

/** The manifest of a bundle, or null when the promotion has exported nothing of that kind. */
export async function findManifest(artefacts: Artefacts, bundle: string, kind: Kind): Promise<Manifest | null> {
  const key = keys.manifest(bundle, kind);
  const found = await artefacts.read(key);
  return found && parseFile(found, manifestSchema, key);
}

/** The manifest of a bundle that must exist and come from `source`; anything else is `Promotion.Config` at `place`. */
export async function requireManifest(
  artefacts: Artefacts,
  bundle: string,
  kind: Kind,
  source: string,
  place: '/bundle' | '/promotionId' = '/bundle',
): Promise<Manifest> {
  const manifest = await findManifest(artefacts, bundle, kind);
  if (!manifest) {
    throw new PromotionError('Promotion.Config', {
      code: 'BundleMissing',
      message: `${place}: there is no bundle "${bundle}" with ${kind}`,
      pointer: place,
      resolution: 'run mode export under that promotion id first, or name another bundle',
    });
  }
  if (manifest.source.environment !== source) {
    throw new PromotionError('Promotion.Config', {
      code: 'BundleSource',
      message: `${place}: bundle "${bundle}" was exported from "${manifest.source.environment}", not from "${source}"`,
      pointer: place,
      resolution: `name "${manifest.source.environment}" as source, or another bundle`,
    });
  }
  return manifest;
}

/** Reads one file of a bundle and checks it, edited or not. */
export async function readBundleFile<T>(
  artefacts: Artefacts,
  manifest: Manifest,
  file: Manifest['files'][number],
  schema: z.ZodType<T>,
): Promise<BundleFile<T>> {
  const artefact = await readRequired(artefacts, keys.bundle(manifest.promotionId, manifest.kind, file.path));
  return {
    asset: file.asset,
    content: parseFile(artefact, schema, artefact.pointer.key),
    sha256: artefact.pointer.sha256,
    edited: artefact.pointer.sha256 !== file.sha256,
    statistics: file.statistics,
  };
}

/**
 * Writes an asset file unless it is there with the same text. A file that a person changed is never overwritten:
 * `Promotion.Conflict`.
 */
export async function writeBundleFile(
  artefacts: Artefacts,
  target: { promotionId: string; kind: Kind; previous: Manifest | null },
  path: string,
  content: unknown,
): Promise<string> {
  const key = keys.bundle(target.promotionId, target.kind, path);
  const text = stableJson(content);
  if (!target.previous && (await writeFirst(artefacts, key, text))) return sha256(text);
  const present = await artefacts.read(key);
  if (present?.text === text) return present.pointer.sha256;
  const known = target.previous?.files.find((file) => file.path === path)?.sha256;
  if (present && known !== undefined && present.pointer.sha256 !== known) {
    throw new PromotionError('Promotion.Conflict', {
      code: 'BundleEdited',
      message: `${key} was edited since it was exported and will not be overwritten`,
      resolution: 'use mode import to apply the edited bundle, or export under another promotion id',
    });
  }
  await artefacts.write(key, text, present ? { etag: present.etag } : { absent: true });
  return sha256(text);
}

/** A first export finds nothing there, as a rule; true when the file is there now with this text. */
async function writeFirst(artefacts: Artefacts, key: string, text: string): Promise<boolean> {
  try {
    await artefacts.write(key, text, { absent: true });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

function parseFile<T>(artefact: Artefact, schema: z.ZodType<T>, key: string): T {
  const resolution = `correct ${key}, or put back the version that the export wrote`;
  let value: unknown;
  try {
    value = jsonOf(artefact.text);
  } catch (error) {
    throw new PromotionError(
      'Promotion.Config',
      {
        code: 'BundleInvalid',
        message: `${key} is not JSON: ${error instanceof Error ? error.message : ''}`,
        resolution,
      },
      error,
    );
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw schemaError(parsed.error, 'BundleInvalid', key, resolution);
  return parsed.data;
}
