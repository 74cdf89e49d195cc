import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { attempt, errorCode, named } from '../core/retry.ts';
import { fromJson } from './attributes.ts';
import type { ScanRestriction } from './engine.ts';
import { inputError } from './input-error.ts';

/**
 * Lets the service check a restriction by a scan of one item: reserved words and types of operands are its to judge.
 * What it refuses is `Promotion.Config` at the filter, or at the projection where there is no filter.
 */
export async function assertScannable(
  client: DynamoDBClient,
  table: string,
  { ExpressionAttributeValues: values, ...restriction }: ScanRestriction,
): Promise<void> {
  if (Object.keys(restriction).length === 0) return;
  const scan = { TableName: table, Limit: 1, ...restriction };
  const input = values ? { ...scan, ExpressionAttributeValues: fromJson(values) } : scan;
  try {
    await attempt(() => client.send(new ScanCommand(input)), {
      check: ({ Count }) => (Count === undefined ? `dynamodb answered no count of ${table}` : null),
    });
  } catch (error) {
    if (errorCode(error) !== 'ValidationException') throw named(error, `checking the filter on ${table}`);
    const said = error instanceof Error ? error.message : '';
    const pointer = `/kinds/dynamodb/${restriction.FilterExpression ? 'filter/expression' : 'projection'}`;
    throw inputError('InvalidFilter', `dynamodb says of ${table}: ${said}`, pointer, 'correct the expression');
  }
}
