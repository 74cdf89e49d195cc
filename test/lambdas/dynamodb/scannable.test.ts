import { describe, expect, it } from 'vitest';
import { restrictionOf } from '../../../lambdas/dynamodb/restriction.ts';
import { assertScannable } from '../../../lambdas/dynamodb/scannable.ts';
import { makeTables, refusal } from '../../support/factories.ts';
import { awsError } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const filter = { expression: '#a = :v', names: { '#a': 'status' }, values: { ':v': { B: 'AQI=' } } };

describe('assertScannable', () => {
  const server = scriptedDynamoDb();
  const check = (fields: object) => assertScannable(server.client, 'orders', restrictionOf(makeTables(fields), ['id']));

  it('asks the service with one item of the table, binaries as they were given', async () => {
    server.script(() => ({ body: { Count: 0, ScannedCount: 1, Items: [] } }));
    await check({ filter, projection: ['a'] });
    expect(server.calls.map(({ operation, input }) => ({ operation, input }))).toEqual([
      {
        operation: 'Scan',
        input: {
          TableName: 'orders',
          Limit: 1,
          FilterExpression: '#a = :v',
          ProjectionExpression: '#projected0, #projected1',
          ExpressionAttributeNames: { '#a': 'status', '#projected0': 'id', '#projected1': 'a' },
          ExpressionAttributeValues: { ':v': { B: 'AQI=' } },
        },
      },
    ]);
  });

  it('asks nothing where nothing is restricted', async () => {
    server.script(() => awsError('ValidationException'));
    await check({});
    expect(server.calls).toEqual([]);
  });

  it.each([
    ['a filter', { filter }, '/kinds/dynamodb/filter/expression'],
    ['a projection', { projection: ['a'] }, '/kinds/dynamodb/projection'],
  ])('refuses %s that the service refuses, in its words', async (_what, fields, pointer) => {
    server.script(() => awsError('ValidationException'));
    const found = await refusal(() => check(fields));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'InvalidFilter', pointer });
    expect(found.message).toContain('said ValidationException');
  });

  it('blames no filter for another failure', async () => {
    server.script(() => awsError('AccessDeniedException'));
    expect(await refusal(() => check({ filter }))).toMatchObject({ name: 'Promotion.Permission' });
  });
});
