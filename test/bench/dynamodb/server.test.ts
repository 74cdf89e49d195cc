import { crc32 } from 'node:zlib';
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { itemsPerPage, makeItem } from '../../../bench/dynamodb/dataset.ts';
import { type CannedServer, type ServerOptions, startCannedServer } from '../../../bench/dynamodb/server.ts';
import { caller } from '../../../bench/dynamodb/variants/contract.ts';

const servers: CannedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(options: ServerOptions = {}) {
  const server = await startCannedServer(options);
  servers.push(server);
  const client = new DynamoDBClient({ ...caller, endpoint: server.endpoint });
  const scan = (table: string, after?: ScanCommandOutput['LastEvaluatedKey']) =>
    client.send(new ScanCommand({ TableName: table, Segment: 0, TotalSegments: 4, ExclusiveStartKey: after }));
  const write = (items: ScanCommandOutput['Items']) =>
    client.send(
      new BatchWriteItemCommand({ RequestItems: { copy: (items ?? []).map((Item) => ({ PutRequest: { Item } })) } }),
    );
  return { server, scan, write };
}

const post = (endpoint: string, operation: string, body: object) =>
  fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
    body: JSON.stringify(body),
  });

describe('a canned server', () => {
  it('answers pages of items with the checksum of their bytes', async () => {
    const { server } = await start();
    const answer = await post(server.endpoint, 'Scan', { TableName: 'small', Segment: 2 });
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('x-amz-crc32')).toBe(String(crc32(body)));
    const { Items, Count, ScannedCount, LastEvaluatedKey } = JSON.parse(body.toString());
    expect(Items[3]).toEqual(makeItem('small', 3));
    expect([Count, ScannedCount, Items.length]).toEqual(Array(3).fill(itemsPerPage.small));
    expect(LastEvaluatedKey.pk.S).toBe('segment-2');
  });

  it('goes on where a page ended, and ends the segment after the pages that were asked for', async () => {
    const { scan } = await start({ pagesPerSegment: 2 });
    const first = await scan('small');
    const second = await scan('small', first.LastEvaluatedKey);
    expect(second.Items?.[0]?.pk?.S).not.toBe(first.Items?.[0]?.pk?.S);
    expect(second.LastEvaluatedKey).toBeUndefined();
  });

  it('counts what came since it was last asked', async () => {
    const { server, scan, write } = await start();
    const { Items = [] } = await scan('mixed');
    await write(Items.slice(0, 25));
    await write(Items.slice(25, 32));
    expect(server.tally()).toMatchObject({ pages: 1, batches: 2, items: 32, wrong: null });
    const answer = await fetch(`${server.endpoint}/tally`);
    expect(await answer.json()).toMatchObject({ pages: 0, batches: 0, items: 0 });
  });

  it('takes the time that it is told to take', async () => {
    const { scan, write } = await start({ scanDelay: 80, writeDelay: 40 });
    const began = performance.now();
    const { Items = [] } = await scan('small');
    expect(performance.now() - began).toBeGreaterThan(79);
    const then = performance.now();
    await write(Items.slice(0, 1));
    expect(performance.now() - then).toBeGreaterThan(39);
  });

  it('refuses what it does not know by name', async () => {
    const { server } = await start();
    const answer = await post(server.endpoint, 'DeleteTable', {});
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ __type: 'UnknownOperationException', message: 'DeleteTable' });
  });
});
