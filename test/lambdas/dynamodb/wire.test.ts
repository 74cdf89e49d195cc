import { crc32 } from 'node:zlib';
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { classify } from '../../../lambdas/core/retry.ts';
import { canonicalItem, fromJson, toJson } from '../../../lambdas/dynamodb/attributes.ts';
import { openSdkTable } from '../../../lambdas/dynamodb/sdk-engine.ts';
import { assumeAgain, guardWire } from '../../../lambdas/dynamodb/wire.ts';
import { breakNames } from '../../support/broken-names.ts';
import { awsError, type ScriptedDynamoDb, startScriptedDynamoDb } from '../../support/scripted-dynamodb.ts';

let server: ScriptedDynamoDb;
beforeAll(async () => {
  server = await startScriptedDynamoDb();
  guardWire(server.client);
});
afterAll(() => server.close());

const item = '{"pk":{"S":"a"},"__proto__":{"S":"__proto__"},"m":{"M":{"__proto__":{"N":"1"},"x":{"S":"ü"}}}}';

describe('an attribute that is called __proto__', () => {
  it('comes back from a scan and goes out in a write, at the top and within', async () => {
    server.script(() => ({ status: 200, body: `{"Count":1,"ScannedCount":1,"Items":[${item}]}` }));
    const { Items = [] } = await server.client.send(new ScanCommand({ TableName: 't' }));
    server.script(() => ({ status: 200, body: '{"UnprocessedItems":{}}' }));
    const [Item] = Items;
    await server.client.send(new BatchWriteItemCommand({ RequestItems: { t: [{ PutRequest: { Item } }] } }));
    expect(server.calls.at(-1)?.text).toContain(item);
  });

  it('counts in a comparison and survives a checkpoint', async () => {
    server.script(() => ({ status: 200, body: `{"Count":1,"ScannedCount":1,"Items":[${item}]}` }));
    const { Items = [] } = await server.client.send(new ScanCommand({ TableName: 't' }));
    const [found = {}] = Items;
    expect(Object.keys(found)).toHaveLength(3);
    expect(canonicalItem(fromJson(toJson(found)))).toBe(canonicalItem(found));
    const { [Object.keys(found)[1] ?? '']: _, ...without } = found;
    expect(canonicalItem(without)).not.toBe(canonicalItem(found));
  });
});

describe('an attribute whose name has an escape', () => {
  it('comes back from a scan as it is where JSON.parse takes it for another', async () => {
    const odd = '{"pk":{"S":"a\\n"},"\\"":{"S":"quote"},"m":{"M":{"\\u0001":{"N":"1"}}}}';
    server.script(() => ({ status: 200, body: `{"Count":1,"ScannedCount":1,"Items":[${odd}]}` }));
    const { client } = server;
    breakNames();
    try {
      const { items } = await openSdkTable(client, { table: 't', remaining: () => 1_000, batchesInFlight: 1 }).page({
        ...{ segment: 0, total: 1, after: null, consistent: true },
      });
      expect(items.map(String)).toEqual([odd]);
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe('the checksum of an answer', () => {
  const body = '{"Count":0,"ScannedCount":0,"Items":[]}';
  const scan = () => server.client.send(new ScanCommand({ TableName: 't' }));

  it('lets an answer pass that arrived as it was sent', async () => {
    server.script(() => ({ body, headers: { 'x-amz-crc32': String(crc32(body)) } }));
    expect((await scan()).Items).toEqual([]);
  });

  it('turns any other into one that is asked for again', async () => {
    server.script(() => ({ body, headers: { 'x-amz-crc32': '12345' } }));
    const error = await scan().catch((caught: unknown) => caught);
    expect(String(error)).toContain('12345');
    expect(classify(error)).toBe('transient');
  });
});

describe('a session that has run out', () => {
  const assumed = (keys: string[]) => {
    const asked: string[] = [];
    const client = new DynamoDBClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: async () => {
        const accessKeyId = keys[Math.min(asked.length, keys.length - 1)] ?? '';
        asked.push(accessKeyId);
        return { accessKeyId, secretAccessKey: 's', sessionToken: 't', expiration: new Date(Date.now() + 3_600_000) };
      },
    });
    return { client: assumeAgain(client), asked };
  };

  it('is assumed once more although its expiration lies ahead, and the call is made again', async () => {
    const { client, asked } = assumed(['OLD', 'NEW']);
    server.script((_call, index) =>
      index === 0 ? awsError('ExpiredTokenException') : { body: '{"Count":0,"ScannedCount":0,"Items":[]}' },
    );
    expect((await client.send(new ScanCommand({ TableName: 't' }))).Items).toEqual([]);
    expect(asked).toEqual(['OLD', 'NEW']);
  });

  it('is an error when the new one has run out too', async () => {
    const { client } = assumed(['OLD']);
    server.script(() => awsError('ExpiredTokenException'));
    await expect(client.send(new ScanCommand({ TableName: 't' }))).rejects.toThrow(/ExpiredToken/);
    expect(server.calls).toHaveLength(2);
  });
});
