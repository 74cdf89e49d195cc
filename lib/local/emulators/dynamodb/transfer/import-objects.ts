import { gunzipSync } from 'node:zlib';
import type { Region } from '../region.ts';
import type { ImportFault } from './faults.ts';
import { readIonRecords } from './ion-read.ts';
import { type Item, loadItems } from './items.ts';
import { type Records, readJsonRecords } from './json-records.ts';
import type { Storage } from './storage.ts';

/** Counts of an import; bytes are those of the objects, uncompressed. */
export interface Counts {
  readonly bytes: number;
  readonly processed: number;
  readonly imported: number;
  readonly errors: number;
}

export const NOTHING: Counts = { bytes: 0, processed: 0, imported: 0, errors: 0 };

export interface ObjectImport {
  readonly region: Region;
  /** Name of a table that the engine knows. */
  readonly table: string;
  readonly storage: Storage;
  readonly key: string;
  readonly format: string;
  /** @default - `NONE` */
  readonly compression: string | undefined;
  readonly fault: ImportFault | null;
}

/** Loads one object. What is no record ends it, what the table refuses does not; throws the ServiceError of S3. */
export async function importObject(asked: ObjectImport): Promise<Counts> {
  const { region, table, storage, key, format, compression, fault } = asked;
  const content = uncompressed(await storage.get(key), compression);
  if (!content) return { ...NOTHING, processed: 1, errors: 1 };
  const read: (text: string) => Records<Item> = format === 'ION' ? readIonRecords : readJsonRecords;
  const { items: all, malformed } = read(content.toString());
  const items = fault === 'failHalfWay' ? all.slice(0, all.length / 2) : all;
  const refused = await loadItems(region, table, items);
  const broken = malformed ? 1 : 0;
  return {
    bytes: content.length,
    processed: items.length + broken,
    imported: items.length - refused,
    errors: refused + broken,
  };
}

/** Null for what was not compressed as the import says. */
function uncompressed(body: Buffer, compression = 'NONE'): Buffer | null {
  if (compression === 'NONE' || body.length === 0) return body;
  try {
    return gunzipSync(body);
  } catch (error) {
    if (/^Z_/.test(String((error as NodeJS.ErrnoException).code))) return null;
    throw error;
  }
}

export const added = (left: Counts, right: Counts): Counts => ({
  bytes: left.bytes + right.bytes,
  processed: left.processed + right.processed,
  imported: left.imported + right.imported,
  errors: left.errors + right.errors,
});
