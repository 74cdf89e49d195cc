import { randomBytes } from 'node:crypto';
import { ServiceError } from '../../../service.ts';
import { validation } from '../names.ts';
import type { Asked } from '../region.ts';
import type { Backup } from './backups.ts';
import type { ExportJob } from './exports.ts';
import type { ImportJob } from './imports.ts';

/** Modelled durations in milliseconds; the real ones take minutes to hours. */
export const TRANSFER_DURATIONS = {
  /** Until the bucket of an export is tried. */
  exportStart: 500,
  exportData: 4000,
  importData: 5000,
  backup: 1500,
  restore: 4000,
} as const;

/** Everything between tables and their copies in one account and region, each by its ARN. */
export interface Transfers {
  readonly exports: Map<string, ExportJob>;
  readonly imports: Map<string, ImportJob>;
  readonly backups: Map<string, Backup>;
}

export const createTransfers = (): Transfers => ({ exports: new Map(), imports: new Map(), backups: new Map() });

/** Why an export or import failed, as its description tells it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

const FAILURES: Readonly<Record<string, string>> = { NoSuchBucket: 'S3NoSuchBucket', AccessDenied: 'S3AccessDenied' };

/** The failure behind an error of S3; both names in the table are recorded, what others are called is not known. */
export const failureOf = ({ code, message }: ServiceError): Failure => ({ code: FAILURES[code] ?? 'UNKNOWN', message });

export type JobKind = 'export' | 'import' | 'backup';

/** ARN of a new job: below its table, the moment in 14 digits and eight random ones. `now` is in milliseconds. */
export function jobArn(tableArn: string, kind: JobKind, now: number): string {
  return `${tableArn}/${kind}/${String(now).padStart(14, '0')}-${randomBytes(4).toString('hex')}`;
}

const JOB_ARN = /^arn:aws:dynamodb:([a-z0-9-]+):(\d{12}):table\/[a-zA-Z0-9_.-]{3,255}\/(export|import|backup)\/[^/]+$/;
const NAMES: Readonly<Record<JobKind, string>> = { export: 'Export', import: 'Import', backup: 'Backup' };

/**
 * The job with that ARN. Throws ValidationException for what is no ARN of the kind, AccessDeniedException for one of
 * another account or region, and `ExportNotFoundException`, `ImportNotFoundException` or `BackupNotFoundException`.
 */
export function findJob<T>({ region: { place } }: Asked, jobs: ReadonlyMap<string, T>, kind: JobKind, arn: string): T {
  const [, region, account, named] = JOB_ARN.exec(arn) ?? [];
  if (named !== kind) throw validation(`Invalid ${NAMES[kind]} ARN: ${arn}`);
  if (region !== place.region || account !== place.account) {
    throw new ServiceError('AccessDeniedException', `Access is denied to ${arn}`);
  }
  const job = jobs.get(arn);
  if (!job) throw new ServiceError(`${NAMES[kind]}NotFoundException`, `${NAMES[kind]} not found: ${arn}`);
  return job;
}

/** What makes a repetition of a call known. */
export interface Repeatable {
  readonly token: string;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch; null while it goes on. */
  readonly endedAt: number | null;
}

const TOKEN_LIFE = 8 * 60 * 60 * 1000;

/** The job that a client token stands for: valid for eight hours after the job has ended. */
export function findRepeated<T extends Repeatable>(jobs: Iterable<T>, token: string, now: number): T | undefined {
  return [...jobs].find((job) => job.token === token && now - (job.endedAt ?? now) < TOKEN_LIFE);
}

/** An input without its client token as text that does not depend on the order of members. */
export function fingerprintOf(input: object): string {
  const { ClientToken: _token, ...rest } = input as Record<string, unknown>;
  return JSON.stringify(sorted(rest));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

/** Refuses a client token that stood for something else; `code` is the conflict's name in the operation's model. */
export function refuseConflict(job: Repeatable, fingerprint: string, code: string): void {
  if (job.fingerprint === fingerprint) return;
  throw new ServiceError(code, 'Duplicate request detected with conflicting parameters');
}

/** A page in the given order, with the token of the next one: the key of the page's last element. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (element: T) => string,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): { readonly page: readonly T[]; readonly next: string | null } {
  const last = after === undefined ? -1 : all.findIndex((element) => keyOf(element) === after);
  if (after !== undefined && last === -1) throw validation(`Invalid NextToken: ${after}`);
  const page = all.slice(last + 1, last + 1 + limit);
  const end = page.at(-1);
  return { page, next: end !== undefined && last + 1 + limit < all.length ? keyOf(end) : null };
}
