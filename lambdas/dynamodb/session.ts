import type { Surroundings } from '../core/handler.ts';
import type { SegmentGroup } from './contracts.ts';
import { type Run, tableClient } from './run.ts';
import { tableArn } from './table-arn.ts';

const reading = ['dynamodb:Scan', 'dynamodb:BatchGetItem', 'dynamodb:DescribeTable'];

/** The table may be under a customer managed key, which DynamoDB uses in the name of whoever reads or writes items. */
const tableKeys = {
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Resource: '*',
  Condition: { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' } },
};

/**
 * Clients for one group of segments: their sessions are narrowed to its two tables, and to reading where nothing is
 * written, so that a mistake in a child cannot reach any other table.
 */
export async function segmentClients(surroundings: Surroundings, run: Run, group: SegmentGroup, writes: boolean) {
  const arn = (side: 'source' | 'destination', table: string) => tableArn(surroundings.environments, run[side], table);
  const policy = (actions: readonly string[], resource: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }, tableKeys],
  });
  const writing = writes ? [...reading, 'dynamodb:BatchWriteItem'] : reading;
  const [source, destination] = await Promise.all([
    tableClient(surroundings, run, 'source', policy(reading, arn('source', group.table))),
    tableClient(surroundings, run, 'destination', policy(writing, arn('destination', group.as))),
  ]);
  return { source, destination };
}
