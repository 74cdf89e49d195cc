import { ServiceError } from '../../service.ts';
import { invalidParameter, validation } from './names.ts';

const MAXIMUM_TAGS = 50;
const PAGE = 10;

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Adds or replaces tags after checking all of them. */
export function addTags(tags: Map<string, string>, added: readonly Tag[]): void {
  const keys = added.map(({ Key }) => Key);
  const twice = keys.find((key, position) => keys.indexOf(key) !== position);
  if (twice !== undefined) throw invalidParameter(`Found duplicate tag key: ${twice}`);
  const reserved = keys.find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined) throw invalidParameter(`Tag keys starting with 'aws:' are reserved: ${reserved}`);
  const total = new Set([...tags.keys(), ...keys]).size;
  if (total > MAXIMUM_TAGS) {
    throw invalidParameter(`The number of tags, ${total}, exceeds the limit of ${MAXIMUM_TAGS} for a resource`);
  }
  for (const { Key, Value } of added) tags.set(Key, Value);
}

/** Adds tags on behalf of TagResource, which needs at least one. */
export function tagResource(tags: Map<string, string>, added: readonly Tag[]): void {
  if (added.length === 0) throw validation('Atleast one Tag needs to be provided as Input.');
  addTags(tags, added);
}

export function untagResource(tags: Map<string, string>, keys: readonly string[]): void {
  if (keys.length === 0) throw validation('Atleast one Tag Key needs to be provided as Input.');
  for (const key of keys) tags.delete(key);
}

/** One page of ten tags; the token is the number of tags told so far. */
export function listTags(
  tags: ReadonlyMap<string, string>,
  token: string | undefined,
): { Tags: Tag[]; NextToken?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (!Number.isInteger(start) || start < 0)
    throw new ServiceError('ValidationException', `Invalid NextToken: ${token}`);
  const all = [...tags].map(([Key, Value]) => ({ Key, Value }));
  const end = start + PAGE;
  const page = { Tags: all.slice(start, end) };
  return end < all.length ? { ...page, NextToken: Buffer.from(String(end)).toString('base64') } : page;
}
