import { describe, expect, it } from 'vitest';
import { probeSize } from '../../../lambdas/dynamodb/probe.ts';
import { refusal } from '../../support/factories.ts';
import { awsError } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const probe = () => probeSize(dynamodb.client, 'orders');
const page = (Count: number, CapacityUnits: number, more: boolean) => ({
  body: {
    Count,
    ScannedCount: Count,
    ConsumedCapacity: { TableName: 'orders', CapacityUnits },
    ...(more ? { LastEvaluatedKey: { id: { S: 'last' } } } : {}),
  },
});

describe('pitfall 30: a freshly filled table of which the service says that it is empty', () => {
  it('is counted to its end where it is small', async () => {
    dynamodb.script((_call, index) => page(100, 128, index < 2));
    expect(await probe()).toEqual({ items: 300, bytes: 3 * 128 * 8192, atLeast: 0 });
  });

  it('goes on behind an empty page', async () => {
    dynamodb.script((_call, index) => page(index === 0 ? 0 : 5, 1, index === 0));
    expect(await probe()).toMatchObject({ items: 5, atLeast: 0 });
    expect(dynamodb.calls[1]?.input).toMatchObject({ ExclusiveStartKey: { id: { S: 'last' } }, Select: 'COUNT' });
  });

  it('is counted for sixteen pages where it is large, and said to have more', async () => {
    dynamodb.script(() => page(100, 128, true));
    expect(await probe()).toEqual({ items: 1600, bytes: 16 * 1024 * 1024, atLeast: 1 });
    expect(dynamodb.calls).toHaveLength(16);
  });

  it('that is empty has no bytes, whatever the read cost', async () => {
    dynamodb.script(() => page(0, 0.5, false));
    expect(await probe()).toEqual({ items: 0, bytes: 0, atLeast: 0 });
  });

  it('is not taken for empty after an empty answer', async () => {
    dynamodb.script((_call, index) => (index === 0 ? { body: '' } : page(7, 1, false)));
    expect(await probe()).toMatchObject({ items: 7 });
  });

  it('names the table in an error', async () => {
    dynamodb.script(() => awsError('AccessDeniedException'));
    const found = await refusal(probe);
    expect(found).toMatchObject({ name: 'Promotion.Permission' });
    expect(found.message).toContain('orders');
  });
});
