import { describe, expect, it } from 'vitest';
import { writeBodies } from '../../../../lambdas/dynamodb/raw/bodies.ts';

const items = (count: number, size: number) =>
  Array.from({ length: count }, (_, index) => Buffer.from(`{"id":{"S":"${index}${'x'.repeat(size)}"}}`));
const sentBy = (body: Buffer) =>
  JSON.parse(body.toString()).RequestItems.orders.map((put: { PutRequest: { Item: object } }) =>
    JSON.stringify(put.PutRequest.Item),
  );

describe('writeBodies', () => {
  it('takes the memory of a body again that was given back, and nothing of what it held', () => {
    const bodies = writeBodies('orders', 'PutRequest', false);
    const first = bodies.build(items(25, 900));
    bodies.reuse(first);
    const second = bodies.build(items(3, 10));
    expect(second.buffer).toBe(first.buffer);
    expect(sentBy(second)).toEqual(items(3, 10).map(String));
  });

  it('never takes the memory of a body that is under way, whatever is given back', () => {
    const bodies = writeBodies('orders', 'PutRequest', false);
    const underway = bodies.build(items(25, 900));
    const done = bodies.build(items(25, 100));
    bodies.reuse(done);
    const next = [bodies.build(items(1, 1)), bodies.build(items(2, 1)), bodies.build(items(25, 2_000))];
    expect(new Set([underway, ...next].map(({ buffer }) => buffer)).size).toBe(4);
    expect(sentBy(underway)).toEqual(items(25, 900).map(String));
  });

  it('builds bodies that are larger than what it keeps, and keeps none of these', () => {
    const bodies = writeBodies('orders', 'PutRequest', false);
    const large = bodies.build(items(25, 8_000));
    expect(sentBy(large)).toEqual(items(25, 8_000).map(String));
    bodies.reuse(large);
    expect(bodies.build(items(25, 8_000)).buffer).not.toBe(large.buffer);
    expect(bodies.build(items(1, 1)).buffer).not.toBe(large.buffer);
  });
});
