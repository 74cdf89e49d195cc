import { createHash } from 'node:crypto';
import type { ExportDescription } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Artefacts } from '../../core/artefacts.ts';
import { eachOf } from '../../core/each-of.ts';
import { parseJson } from '../../core/json.ts';

/** What an export wrote: where its data lies, and how many items that are. */
export interface Exported {
  readonly arn: string;
  /** Key prefix of the data files, and of nothing else. */
  readonly data: string;
  readonly items: number;
}

/** An export is of no use, and why. */
export interface Damage {
  readonly damage: string;
}

/** Members of `manifest-summary.json` that are looked at ("DynamoDB table export output format", developer guide). */
const summary = z.object({
  exportArn: z.string(),
  tableArn: z.string(),
  itemCount: z.int().nonnegative(),
  billedSizeBytes: z.int().nonnegative(),
  outputFormat: z.literal('ION'),
});

/** One line of `manifest-files.json`. */
const dataFile = z.object({
  itemCount: z.int().nonnegative(),
  md5Checksum: z.string(),
  etag: z.string(),
  dataFileS3Key: z.string(),
});
type DataFile = z.infer<typeof dataFile>;

/**
 * Tables up to that size have the bytes of their data files compared with the MD5 of the manifest: eight tables at once
 * fit a worker's memory, in seconds. In larger ones the entity tag has to do: S3 made it when the file was written, having
 * checked the upload, and makes another for any other upload, so that it proves the object to be the one of the manifest.
 */
const bytesReadWhole = 16 * 1024 * 1024;

/**
 * Proves that everything which a completed export says to have written lies in the bucket, and nothing else beside it:
 * an import takes whatever it finds. Answers what is wrong, in words, for a person.
 */
export async function checkExport(
  artefacts: Pick<Artefacts, 'read' | 'bytes' | 'listed'>,
  prefix: string,
  { ExportArn: arn = '', TableArn, ItemCount }: ExportDescription,
): Promise<Exported | Damage> {
  const folder = `${prefix}/AWSDynamoDB/${arn.slice(arn.lastIndexOf('/') + 1)}/`;
  const summaryText = await confirmed(() => readChecked(artefacts, `${folder}manifest-summary`));
  if (typeof summaryText !== 'string') return summaryText;
  const told = summary.safeParse(parseJson(summaryText));
  if (!told.success) return damaged(`${folder}manifest-summary.json is none: ${z.prettifyError(told.error)}`);
  const { exportArn, tableArn, itemCount, billedSizeBytes } = told.data;
  if (exportArn !== arn || tableArn !== TableArn) return damaged(`${folder} holds export ${exportArn} of ${tableArn}`);

  const filesText = await confirmed(() => readChecked(artefacts, `${folder}manifest-files`));
  if (typeof filesText !== 'string') return filesText;
  const files: DataFile[] = [];
  for (const line of filesText.split('\n').filter((text) => text !== '')) {
    const file = dataFile.safeParse(parseJson(line));
    if (!file.success) return damaged(`${folder}manifest-files.json is none: ${z.prettifyError(file.error)}`);
    files.push(file.data);
  }
  const sum = files.reduce((total, file) => total + file.itemCount, 0);
  if (sum !== itemCount || (ItemCount !== undefined && ItemCount !== itemCount)) {
    return damaged(`its files hold ${sum} items, its summary says ${itemCount}, dynamodb ${ItemCount ?? 'nothing'}`);
  }
  const data = `${folder}data/`;
  const problem =
    (await compareListing(artefacts, folder, files)) ??
    (billedSizeBytes <= bytesReadWhole ? await compareBytes(artefacts, folder, files) : null);
  return problem ?? { arn, data, items: itemCount };
}

const damaged = (damage: string): Damage => ({ damage });

/** Times that something is looked at before it counts as damaged. */
const looks = 3;

/**
 * Objects of the service need have no checksum that the client of S3 can compute, so what was cut on the way looks like
 * damage of the export, which would end the run: it is believed when each look finds it.
 */
async function confirmed<T>(look: () => Promise<T | Damage>): Promise<T | Damage> {
  let found = await look();
  for (let done = 1; done < looks && isDamage(found); done += 1) found = await look();
  return found;
}

function isDamage(found: unknown): found is Damage {
  return typeof found === 'object' && found !== null && 'damage' in found;
}

/** The text of `<name>.json`, if its MD5 is the one that `<name>.md5` holds in Base64. */
async function readChecked({ read }: Pick<Artefacts, 'read'>, name: string): Promise<string | Damage> {
  const [found, checksum] = await Promise.all([read(`${name}.json`), read(`${name}.md5`)]);
  if (!found || !checksum) return damaged(`${name}.${found ? 'md5' : 'json'} is not there`);
  const md5 = md5Of(Buffer.from(found.text));
  if (md5 === checksum.text.trim()) return found.text;
  return damaged(`${name}.json has the MD5 ${md5}, but ${checksum.text.trim().slice(0, 60)} stands in ${name}.md5`);
}

/** Each file of the manifest is there as it was written, and no other. */
async function compareListing(
  { listed }: Pick<Artefacts, 'listed'>,
  folder: string,
  files: readonly DataFile[],
): Promise<Damage | null> {
  const there = new Map((await listed(`${folder}data/`)).map(({ key, etag }) => [key, bare(etag)]));
  for (const file of files) {
    const key = keyOf(folder, file);
    const etag = there.get(key);
    if (etag === undefined) return damaged(`data file ${key} with ${file.itemCount} items is not there`);
    if (etag !== bare(file.etag)) return damaged(`data file ${key} has the entity tag ${etag}, not ${file.etag}`);
    there.delete(key);
  }
  const [foreign] = there.keys();
  return foreign === undefined ? null : damaged(`${foreign} is none of its data files`);
}

async function compareBytes(
  { bytes }: Pick<Artefacts, 'bytes'>,
  folder: string,
  files: readonly DataFile[],
): Promise<Damage | null> {
  async function compare(file: DataFile): Promise<Damage | null> {
    const key = keyOf(folder, file);
    const body = await bytes(key);
    if (!body) return damaged(`data file ${key} with ${file.itemCount} items is not there`);
    const md5 = md5Of(body);
    return md5 === file.md5Checksum ? null : damaged(`data file ${key} has the MD5 ${md5}, not ${file.md5Checksum}`);
  }
  const problems = await eachOf(files, 2, (file) => confirmed(() => compare(file)));
  return problems.find((problem) => problem !== null) ?? null;
}

/** The developer guide's sample of a manifest leaves the prefix out of the keys; what follows it is the same. */
function keyOf(folder: string, { dataFileS3Key }: DataFile): string {
  const inner = folder.slice(folder.lastIndexOf('AWSDynamoDB/'));
  const at = dataFileS3Key.lastIndexOf(inner);
  return at === -1 ? dataFileS3Key : `${folder}${dataFileS3Key.slice(at + inner.length)}`;
}

/** S3 writes entity tags in quotes, DynamoDB without. */
const bare = (etag: string) => etag.replaceAll('"', '');

const md5Of = (body: Buffer) => createHash('md5').update(body).digest('base64');
