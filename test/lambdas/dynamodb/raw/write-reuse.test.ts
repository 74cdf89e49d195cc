import { expect, it, vi } from 'vitest';
import { openRawTable } from '../../../../lambdas/dynamodb/raw/raw-engine.ts';
import { awsError } from '../../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../../support/scripted-suite.ts';

/** Bodies that were given back to be used again. */
const reused: string[] = [];
vi.mock('../../../../lambdas/dynamodb/raw/bodies.ts', async (original) => {
  const real = await original<typeof import('../../../../lambdas/dynamodb/raw/bodies.ts')>();
  const writeBodies: typeof real.writeBodies = (...of) => {
    const bodies = real.writeBodies(...of);
    const reuse = (body: Buffer) => {
      reused.push(body.toString());
      bodies.reuse(body);
    };
    return { ...bodies, reuse };
  };
  return { ...real, writeBodies };
});

const dynamodb = scriptedDynamoDb();

it('gives back a body that was sent once and carried out, not one of which an attempt was lost or a part is left', async () => {
  const put = (id: string) => `{"PutRequest":{"Item":{"id":{"S":"${id}"}}}}`;
  const seen = new Set<string>();
  dynamodb.script(({ text }) => {
    const isAgain = seen.has(text);
    seen.add(text);
    if (text.includes('lost') && !isAgain) return awsError('InternalServerError', 500);
    const isLeft = text.includes('left') && !isAgain;
    return { body: { UnprocessedItems: isLeft ? { orders: [JSON.parse(put('left'))] } : {} } };
  });
  const table = await openRawTable(dynamodb.client, { table: 'orders', remaining: () => 60_000, batchesInFlight: 1 });
  for (const id of ['sound', 'lost', 'left']) await table.write([Buffer.from(`{"id":{"S":"${id}"}}`)]);
  const bodyOf = (id: string) => `{"RequestItems":{"orders":[${put(id)}]}}`;
  // What was left is sent a second time by a call of its own, which is given back.
  expect(reused).toEqual([bodyOf('sound'), bodyOf('left')]);
});
