import type { ItemReader } from './definition.ts';
import { asFailure, StateFailure } from './failure.ts';
import { type Frame, queryCount, queryTemplate } from './frame.ts';
import { isObject, type Json } from './json.ts';
import { refuseUnknown, textMember } from './service-call.ts';

/** Where the items of a Map Run lie, all expressions evaluated. */
export interface ItemSource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly inputType: 'JSON' | 'JSONL';
  /** JSON Pointer to the array inside a JSON object; null for the whole object. */
  readonly pointer: string | null;
  readonly maxItems: number;
}

/** Most items of one Map Run. */
const ITEM_LIMIT = 100_000_000;

const readerFailed = (cause: string) => new StateFailure('States.ItemReaderFailed', cause);

/** Evaluates the fields of an ItemReader. */
export async function itemSource(frame: Frame, reader: ItemReader): Promise<ItemSource> {
  const place = await queryTemplate(frame, reader.Arguments, 'ItemReader/Arguments');
  refuseUnknown(place, ['Bucket', 'Key', 'VersionId'], 's3:getObject');
  const { InputType, ItemsPointer, MaxItems } = reader.ReaderConfig;
  const maxItems = await queryCount(frame, MaxItems, 'ItemReader/ReaderConfig/MaxItems');
  const versionId = isObject(place) ? place.VersionId : undefined;
  return {
    bucket: textMember(place, 'Bucket', 's3:getObject'),
    key: textMember(place, 'Key', 's3:getObject'),
    versionId: versionId === undefined ? null : textMember(place, 'VersionId', 's3:getObject'),
    inputType: InputType,
    pointer: ItemsPointer ?? null,
    // Zero stands for all items, as recordings of the service show.
    maxItems: maxItems || ITEM_LIMIT,
  };
}

function followPointer(value: Json, pointer: string): Json | undefined {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>((at, part) => {
      if (Array.isArray(at)) return at[Number(part)];
      return isObject(at) ? at[part] : undefined;
    }, value);
}

/** Reads the items out of the object's text. Throws `States.ItemReaderFailed`. */
export function parseItems(text: string, source: ItemSource): Json[] {
  if (source.inputType === 'JSONL') {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.slice(0, source.maxItems).map((line, index) => {
      try {
        return JSON.parse(line);
      } catch {
        throw readerFailed(`Unable to parse JSON at line ${index + 1} of the JSONL object.`);
      }
    });
  }
  let content: Json;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw readerFailed(`Unable to parse the JSON object: ${(error as Error).message}`);
  }
  const items = source.pointer === null ? content : followPointer(content, source.pointer);
  if (!Array.isArray(items)) throw readerFailed('Attempting to map over non-iterable node.');
  return items.slice(0, source.maxItems);
}

/** Reads the items of a Map Run from S3 in the role's name. Throws `States.ItemReaderFailed`. */
export async function readItems(frame: Frame, source: ItemSource): Promise<Json[]> {
  const { ports, roleArn } = frame.scope.run;
  const { bucket, key, versionId } = source;
  const action = versionId === null ? 's3:GetObject' : 's3:GetObjectVersion';
  let body: Buffer;
  try {
    ports.authorize({ roleArn, action, resource: `arn:aws:s3:::${bucket}/${key}` });
    body = await ports.getObject({ bucket, key, versionId, roleArn });
  } catch (error) {
    const cause = asFailure(error)?.causeText;
    if (cause) throw readerFailed(cause);
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== 'string') throw error;
    throw readerFailed(`${message} (Service: S3, Error Code: ${code})`);
  }
  return parseItems(body.toString('utf8'), source);
}
