import { ServiceError } from '../../service.ts';
import { describeContinuousBackups, updateContinuousBackups } from './backups.ts';
import { createTable, deleteTable } from './create-table.ts';
import { describeTable } from './describe-table.ts';
import { resolveTable, validation } from './names.ts';
import { type Asked, findTable } from './region.ts';
import { settingOperations } from './setting-operations.ts';
import type { Table } from './table.ts';
import { listTags, type Tag, tagResource, untagResource } from './tags.ts';
import { describeTimeToLive, updateTimeToLive } from './time-to-live.ts';
import { transferOperations } from './transfer/operations.ts';
import { updateTable } from './update-table.ts';

type Answer = Record<string, unknown> | Promise<Record<string, unknown>> | null;
type Operation = (asked: Asked, input: never) => Answer;

/** Page of ListTables without a Limit; the service's is 100, a small one makes callers follow pages. */
const TABLES_PAGE = 20;

/** All operations that the front answers itself; an answer of null is an empty body. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateTable: createTable,
  UpdateTable: updateTable,
  DeleteTable: deleteTable,
  DescribeTable: (asked, input: { TableName: string }) => ({ Table: describeTable(findTable(asked, input.TableName)) }),
  ListTables: listTables,
  DescribeLimits: () => ({
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  }),
  TagResource(asked, input: { ResourceArn: string; Tags: readonly Tag[] }) {
    const table = findTagged(asked, input.ResourceArn);
    if (table.status === 'CREATING' || table.status === 'DELETING') {
      throw new ServiceError(
        'ResourceInUseException',
        `Attempt to change a resource which is still in use: ${table.name}`,
      );
    }
    tagResource(table.tags, input.Tags);
    return null;
  },
  UntagResource(asked, input: { ResourceArn: string; TagKeys: readonly string[] }) {
    untagResource(findTagged(asked, input.ResourceArn).tags, input.TagKeys);
    return null;
  },
  ListTagsOfResource: (asked, input: { ResourceArn: string; NextToken?: string }) => ({
    ...listTags(findTagged(asked, input.ResourceArn).tags, input.NextToken),
  }),
  DescribeTimeToLive: describeTimeToLive,
  UpdateTimeToLive: updateTimeToLive,
  DescribeContinuousBackups: describeContinuousBackups,
  UpdateContinuousBackups: updateContinuousBackups,
  ...settingOperations,
  ...transferOperations,
};

/** Tag operations take ARNs only. */
function findTagged({ region, operation, caller }: Asked, arn: string): Table {
  if (!arn.startsWith('arn:')) throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = region.tables.get(resolveTable(arn, region.place, operation, caller));
  if (!table) {
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: ResourcArn: ${arn} not found`);
  }
  return table;
}

function listTables({ region }: Asked, input: { ExclusiveStartTableName?: string; Limit?: number }): Answer {
  const { ExclusiveStartTableName: start = '', Limit: limit = TABLES_PAGE } = input;
  const names = [...region.tables.keys()].sort().filter((name) => name > start);
  const page = names.slice(0, limit);
  return { TableNames: page, ...(names.length > limit ? { LastEvaluatedTableName: page.at(-1) } : {}) };
}
