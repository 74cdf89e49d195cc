import { BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalItem, fromJson, toJson } from '../../../lambdas/dynamodb/attributes.ts';
import { keepReservedName } from '../../../lambdas/dynamodb/reserved-name.ts';
import { type ScriptedDynamoDb, startScriptedDynamoDb } from '../../support/scripted-dynamodb.ts';

let server: ScriptedDynamoDb;
beforeAll(async () => {
  server = await startScriptedDynamoDb();
  keepReservedName(server.client);
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
