import { bounded } from './bounded.ts';
import type { ArtefactPointer } from './contracts.ts';
import { PromotionError } from './errors.ts';
import { sha256, stableJson } from './json.ts';
import { allPages } from './paging.ts';
import { attempt, errorCode, named } from './retry.ts';
import type { Bucket, StoredObject } from './wire/s3.ts';

/** An object as read: its text, its pointer (with the version read) and its ETag for a conditional write. */
export interface Artefact {
  readonly text: string;
  readonly pointer: ArtefactPointer;
  readonly etag: string;
}

/** When a write may happen: only if there is no object yet, or only if the object is still the one that was read. */
export type WriteCondition = { readonly absent: true } | { readonly etag: string };

/** One line of a listing; the ETag changes with every write. */
export interface ListedArtefact {
  readonly key: string;
  readonly etag: string;
}

/** The artefact bucket, as far as workers use it. */
export interface Artefacts {
  /**
   * The newest version, or the one given; null when there is no such object. A version never changes, so one that was
   * asked for by its id is kept for later invocations of the process.
   */
  read(key: string, versionId?: string): Promise<Artefact | null>;
  /** The bytes of the newest version of an object that is no text; null when there is none. */
  bytes(key: string): Promise<Buffer | null>;
  /** Writes JSON (two spaces, members in alphabetical order) or, given a text, that text. */
  write(key: string, content: unknown, condition?: WriteCondition): Promise<ArtefactPointer & { etag: string }>;
  /** All keys under a prefix, in order, every page. */
  list(prefix: string): Promise<string[]>;
  /** The same with the ETag of each. */
  listed(prefix: string): Promise<ListedArtefact[]>;
}

/** Thrown by a conditional write that lost; whoever writes decides what it means. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
}

/** Requests of the promotions that a process works for at a time; the largest, with 2,500 tables, has 200 KB. */
const versionsKept = 20;

/** Eight calls wait 0.1+0.2+0.4+0.8+1.6+3.2+5 = 11.3 s at most, which fits into the time kept back for a checkpoint. */
const options = { attempts: 8 };

/** Keeps artefacts in a bucket. */
export function openArtefacts(store: Bucket): Artefacts {
  const bucket = store.name;
  const versions = bounded<Artefact>(versionsKept);
  const pointerTo = (key: string, text: string, versionId: string | null): ArtefactPointer => ({
    bucket,
    key,
    sha256: sha256(text),
    ...(versionId ? { versionId } : {}),
  });

  async function read(key: string, versionId?: string): Promise<Artefact | null> {
    if (versionId === undefined) return await fetch(key);
    const place = `${versionId} ${key}`;
    const found = versions.get(place) ?? (await fetch(key, versionId));
    if (found) versions.set(place, found);
    return found;
  }

  async function fetch(key: string, versionId?: string): Promise<Artefact | null> {
    const found = await stored(key, versionId);
    const text = found?.body.toString('utf8') ?? '';
    return found && { text, pointer: pointerTo(key, text, found.versionId), etag: found.etag };
  }

  async function stored(key: string, versionId?: string): Promise<StoredObject | null> {
    try {
      return await attempt(() => store.get(key, versionId), options);
    } catch (error) {
      if (errorCode(error) === 'NoSuchKey') return null;
      throw named(error, `reading s3://${bucket}/${key}`);
    }
  }

  async function write(key: string, content: unknown, condition?: WriteCondition) {
    const text = typeof content === 'string' ? content : stableJson(content);
    const body = Buffer.from(text);
    const guard = condition && ('absent' in condition ? { ifAbsent: true } : { ifMatch: condition.etag });
    try {
      const put = { contentType: contentType(key), ...guard };
      const { etag, versionId } = await attempt(() => store.put(key, body, put), options);
      return { ...pointerTo(key, text, versionId), etag };
    } catch (error) {
      // With If-Match an object that has gone is answered 404.
      const lost = /^(PreconditionFailed|ConditionalRequestConflict)$/.test(errorCode(error));
      if (!lost && !(guard && errorCode(error) === 'NoSuchKey')) {
        throw named(error, `writing s3://${bucket}/${key}`);
      }
      // The answer of our own write may have been lost and the repetition refused: own content counts as written.
      const present = await read(key);
      if (present && present.text === text) return { ...present.pointer, etag: present.etag };
      throw new ConditionFailed(`s3://${bucket}/${key} was written by someone else`);
    }
  }

  async function listed(prefix: string): Promise<ListedArtefact[]> {
    const what = `listing s3://${bucket}/${prefix}`;
    return await allPages(what, async (token) => {
      const { objects, next } = await attempt(() => store.list(prefix, token), options).catch((error: unknown) => {
        throw named(error, what);
      });
      return { items: objects, next };
    });
  }

  const bytes = async (key: string) => (await stored(key))?.body ?? null;

  return { read, bytes, write, listed, list: async (prefix) => (await listed(prefix)).map(({ key }) => key) };
}

/** Reads what must be there; the error names the key. */
export async function readRequired(artefacts: Artefacts, key: string, versionId?: string): Promise<Artefact> {
  const artefact = await artefacts.read(key, versionId);
  if (artefact) return artefact;
  throw new PromotionError('Promotion.Config', {
    code: 'ArtefactMissing',
    message: `there is no object ${key}`,
    resolution: 'run the mode that writes it first, or name another bundle',
  });
}

function contentType(key: string): string {
  if (key.endsWith('.html')) return 'text/html; charset=utf-8';
  if (key.endsWith('.md')) return 'text/markdown; charset=utf-8';
  return key.endsWith('.jsonl') ? 'application/x-ndjson' : 'application/json';
}
