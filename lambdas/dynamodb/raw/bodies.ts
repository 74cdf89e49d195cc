import type { PageRequest } from '../engine.ts';

/** Limits of one call (API reference): 25 requests a write, 100 keys a read. */
export const writesPerBatch = 25;
export const keysPerBatch = 100;

/**
 * Bytes of one body. The service takes 16 MB; 25 items of 400 KB are 10 MB, so only escapes reach that (a control
 * character is six bytes of JSON). A quarter of it keeps a body that has to be sent again small.
 */
export const bytesPerBatch = 4 * 1024 * 1024;

/** Room of the memory that is used again, for 25 items of 5 KB; larger bodies are rare and get their own. */
const roomKept = 128 * 1024;

/** The two kinds of requests of a BatchWriteItem. */
export type WriteForm = 'PutRequest' | 'DeleteRequest';

/** Builds bodies of BatchWriteItem for one table around items or keys that are JSON already. */
export function writeBodies(table: string, form: WriteForm, capacity: boolean) {
  const inner = form === 'PutRequest' ? 'Item' : 'Key';
  const head = Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[{"${form}":{"${inner}":`);
  const between = Buffer.from(`}},{"${form}":{"${inner}":`);
  const tail = Buffer.from(capacity ? '}}]},"ReturnConsumedCapacity":"INDEXES"}' : '}}]}}');
  const sizeOf = (items: readonly Buffer[]) => {
    let size = head.length + tail.length - between.length;
    for (const item of items) size += item.length + between.length;
    return size;
  };
  const spare: ArrayBufferLike[] = [];
  const room = (size: number) =>
    size > roomKept ? Buffer.allocUnsafe(size) : Buffer.from(spare.pop() ?? new ArrayBuffer(roomKept), 0, size);
  const build = (items: readonly Buffer[]) => {
    const body = room(sizeOf(items));
    let at = 0;
    let before = head;
    for (const item of items) {
      body.set(before, at);
      at += before.length;
      body.set(item, at);
      at += item.length;
      before = between;
    }
    body.set(tail, at);
    return body;
  };
  /**
   * Takes back a body that nobody reads any more, the connection neither. New memory for each batch costs a seventh of
   * the copy's processor time (measured), because the collector runs whenever some of it has been given out.
   */
  const reuse = (body: Buffer) => {
    if (body.buffer.byteLength === roomKept) spare.push(body.buffer);
  };
  return { sizeOf, build, reuse };
}

/** Cuts a list into batches by number and bytes; one that is too large for all others goes alone. */
export function inBatches(items: readonly Buffer[], count: number, bytes: number): Buffer[][] {
  const batches: Buffer[][] = [];
  let batch: Buffer[] = [];
  let size = 0;
  for (const item of items) {
    if (batch.length === count || (batch.length > 0 && size + item.length > bytes)) {
      batches.push(batch);
      batch = [];
      size = 0;
    }
    batch.push(item);
    size += item.length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Body of a Scan of one segment. */
export function scanBody(table: string, request: PageRequest, capacity: boolean): Buffer {
  return asJson({
    TableName: table,
    Segment: request.segment,
    TotalSegments: request.total,
    ConsistentRead: request.consistent,
    ...(request.after ? { ExclusiveStartKey: request.after } : {}),
    ...request.restriction,
    ...(request.countOnly ? { Select: 'COUNT' } : {}),
    ...(request.limit ? { Limit: request.limit } : {}),
    ...(capacity ? { ReturnConsumedCapacity: 'TOTAL' } : {}),
  });
}

/** Body of a BatchGetItem with keys that are JSON already; of `keysOnly` only these attributes are answered. */
export function readBody(
  table: string,
  keys: readonly Buffer[],
  keysOnly: readonly string[] | undefined,
  capacity: boolean,
): Buffer {
  const projection = keysOnly
    ? {
        ProjectionExpression: keysOnly.map((_, index) => `#k${index}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(keysOnly.map((name, index) => [`#k${index}`, name])),
      }
    : {};
  const rest = JSON.stringify({ ConsistentRead: true, ...projection }).slice(1);
  const list = keys.map((key) => key.toString()).join(',');
  const tail = capacity ? ',"ReturnConsumedCapacity":"TOTAL"}' : '}';
  return Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:{"Keys":[${list}],${rest}}${tail}`);
}

/** Body of a PutItem that the service carries out only where there is no item of that key. */
export function putAbsentBody(table: string, item: Buffer, keyName: string, capacity: boolean): Buffer {
  const rest = JSON.stringify({
    TableName: table,
    ConditionExpression: 'attribute_not_exists(#k)',
    ExpressionAttributeNames: { '#k': keyName },
    ...(capacity ? { ReturnConsumedCapacity: 'INDEXES' } : {}),
  }).slice(1);
  return Buffer.concat([Buffer.from('{"Item":'), item, Buffer.from(`,${rest}`)]);
}

/** A value as the bytes of its JSON. */
export function asJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
