import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ArtefactPointer } from './contracts.ts';
import { PromotionError } from './errors.ts';
import { sha256, stableJson } from './json.ts';
import { allPages } from './paging.ts';
import { attempt, errorCode, named, ShapeError } from './retry.ts';

/** An object as read: its text, its pointer (with the version read) and its ETag for a conditional write. */
export interface Artefact {
  readonly text: string;
  readonly pointer: ArtefactPointer;
  readonly etag: string;
}

/** When a write may happen: only if there is no object yet, or only if the object is still the one that was read. */
export type WriteCondition = { readonly absent: true } | { readonly etag: string };

/** The artefact bucket, as far as workers use it. */
export interface Artefacts {
  /** The newest version, or the one given; null when there is no such object. */
  read(key: string, versionId?: string): Promise<Artefact | null>;
  /** Writes JSON (two spaces, members in alphabetical order) or, given a text, that text. */
  write(key: string, content: unknown, condition?: WriteCondition): Promise<ArtefactPointer & { etag: string }>;
  /** All keys under a prefix, in order, every page. */
  list(prefix: string): Promise<string[]>;
}

/** Thrown by a conditional write that lost; whoever writes decides what it means. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
}

/** Opens the bucket with the worker's own role. */
export function openArtefacts(s3: S3Client, bucket: string): Artefacts {
  async function read(key: string, versionId?: string): Promise<Artefact | null> {
    try {
      return await attempt(async () => {
        const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
        if (!answer.Body || !answer.ETag) throw new ShapeError(`s3 answered without an object for ${key}`);
        const text = await answer.Body.transformToString();
        const pointer = {
          bucket,
          key,
          sha256: sha256(text),
          ...(answer.VersionId ? { versionId: answer.VersionId } : {}),
        };
        return { text, pointer, etag: answer.ETag };
      });
    } catch (error) {
      if (errorCode(error) === 'NoSuchKey') return null;
      throw named(error, `reading s3://${bucket}/${key}`);
    }
  }

  async function write(key: string, content: unknown, condition?: WriteCondition) {
    const text = typeof content === 'string' ? content : stableJson(content);
    const guard = condition && ('absent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.etag });
    try {
      const answer = await attempt(
        () =>
          s3.send(
            new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: contentType(key), ...guard }),
          ),
        { check: ({ ETag }) => (ETag ? null : `s3 answered without an ETag for ${key}`) },
      );
      const version = answer.VersionId ? { versionId: answer.VersionId } : {};
      return { bucket, key, sha256: sha256(text), ...version, etag: answer.ETag ?? '' };
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

  async function list(prefix: string): Promise<string[]> {
    const what = `listing s3://${bucket}/${prefix}`;
    return await allPages(what, async (token) => {
      const page = await attempt(
        () => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })),
        {
          check: ({ KeyCount, IsTruncated, NextContinuationToken }) =>
            KeyCount === undefined || (IsTruncated && !NextContinuationToken) ? 's3 answered half a listing' : null,
        },
      ).catch((error: unknown) => {
        throw named(error, what);
      });
      const items = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
      return { items, next: (page.IsTruncated && page.NextContinuationToken) || null };
    });
  }

  return { read, write, list };
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

/** Runs `task` over all items, at most `width` at a time; after an error nothing new is begun, and it is thrown when those under way have ended. */
export async function eachOf<T, R>(
  items: readonly T[],
  width: number,
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await task(items[index] as T, index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
  return results;
}

function contentType(key: string): string {
  if (key.endsWith('.html')) return 'text/html; charset=utf-8';
  if (key.endsWith('.md')) return 'text/markdown; charset=utf-8';
  return key.endsWith('.jsonl') ? 'application/x-ndjson' : 'application/json';
}
