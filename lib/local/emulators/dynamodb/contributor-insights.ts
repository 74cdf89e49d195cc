import { ServiceError } from '../../service.ts';
import { tokenPage } from '../paging.ts';
import { invalidParameter } from './names.ts';
import { type Asked, DURATIONS, findTable } from './region.ts';
import type { Table } from './table.ts';

/** Contributor insights of a table or of one of its indexes, once somebody has switched them on. */
export interface Insights {
  readonly status: 'ENABLING' | 'ENABLED' | 'DISABLING' | 'DISABLED';
  readonly mode: string;
  /** Seconds since the epoch. */
  readonly changedAt: number;
}

const DEFAULT_MODE = 'ACCESSED_AND_THROTTLED_KEYS';
/** Page without MaxResults; a small one makes callers follow pages. */
const PAGE = 5;

interface Subject {
  readonly TableName: string;
  readonly IndexName?: string;
}

interface UpdateInput extends Subject {
  readonly ContributorInsightsAction: string;
  readonly ContributorInsightsMode?: string;
}

/** UpdateContributorInsights: what is asked for already is left as it is. */
export function updateContributorInsights(asked: Asked, input: UpdateInput): Record<string, unknown> {
  const { region } = asked;
  const table = subjectOf(asked, input);
  const key = input.IndexName ?? '';
  const current = table.insights.get(key);
  const enable = input.ContributorInsightsAction === 'ENABLE';
  if (!enable && input.ContributorInsightsMode !== undefined) {
    throw invalidParameter('ContributorInsightsMode can only be specified when ContributorInsightsAction is ENABLE');
  }
  const mode = input.ContributorInsightsMode ?? (enable ? DEFAULT_MODE : (current?.mode ?? DEFAULT_MODE));
  const isEnabled = current?.status === 'ENABLED' || current?.status === 'ENABLING';
  if (isEnabled !== enable || (enable && current?.mode !== mode)) {
    const now = region.clock.now() / 1000;
    const changing: Insights = { status: enable ? 'ENABLING' : 'DISABLING', mode, changedAt: now };
    table.insights.set(key, changing);
    if (enable) region.ensureServiceRole('contributorInsights');
    region.after(DURATIONS.insights, () => {
      // A later change, or the deletion of the index, has overtaken this one.
      if (table.insights.get(key) !== changing) return;
      table.insights.set(key, { ...changing, status: enable ? 'ENABLED' : 'DISABLED' });
    });
  }
  return { ...summary(table, input.IndexName) };
}

/** DescribeContributorInsights; a subject for which they were never on is DISABLED. */
export function describeContributorInsights(asked: Asked, input: Subject): Record<string, unknown> {
  const table = subjectOf(asked, input);
  const insights = table.insights.get(input.IndexName ?? '');
  if (!insights) return { ...named(table, input.IndexName), ContributorInsightsStatus: 'DISABLED' };
  const rules = insights.status === 'DISABLED' ? [] : rulesOf(table, input.IndexName, insights);
  return {
    ...summary(table, input.IndexName),
    ContributorInsightsRuleList: rules,
    LastUpdateDateTime: insights.changedAt,
  };
}

/** ListContributorInsights of one table or of all: every subject for which they have been on. */
export function listContributorInsights(
  asked: Asked,
  input: { readonly TableName?: string; readonly NextToken?: string; readonly MaxResults?: number },
): Record<string, unknown> {
  const { tables } = asked.region;
  const chosen =
    input.TableName === undefined
      ? [...tables.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
      : [findTable(asked, input.TableName)];
  const all = chosen.flatMap((table) =>
    [...table.insights.keys()].sort().map((index) => summary(table, index === '' ? undefined : index)),
  );
  const { items, next } = tokenPage(all, {
    token: input.NextToken,
    size: input.MaxResults ?? PAGE,
    name: `insights/${input.TableName ?? ''}`,
    code: 'ValidationException',
  });
  return { ContributorInsightsSummaries: items, ...(next === undefined ? {} : { NextToken: next }) };
}

function subjectOf(asked: Asked, { TableName, IndexName }: Subject): Table {
  const table = findTable(asked, TableName);
  if (IndexName !== undefined && !table.globalIndexes.some(({ definition }) => definition.IndexName === IndexName)) {
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Index: ${IndexName} not found`);
  }
  return table;
}

const named = ({ name }: Table, index: string | undefined) => ({
  TableName: name,
  ...(index === undefined ? {} : { IndexName: index }),
});

function summary(table: Table, index: string | undefined): Record<string, unknown> {
  const { status = 'DISABLED', mode } = table.insights.get(index ?? '') ?? {};
  return {
    ...named(table, index),
    ContributorInsightsStatus: status,
    ...(mode === undefined ? {} : { ContributorInsightsMode: mode }),
  };
}

/** Rules are named by what they count: accessed (C) and throttled (T) partition keys (PK), with a sort key also pairs (SK). */
function rulesOf(table: Table, index: string | undefined, { mode, changedAt }: Insights): string[] {
  const keys = table.globalIndexes.find(({ definition }) => definition.IndexName === index)?.definition.KeySchema;
  const parts = (keys ?? table.keySchema).length > 1 ? ['PK', 'SK'] : ['PK'];
  const kinds = mode === 'THROTTLED_KEYS' ? ['T'] : ['C', 'T'];
  const subject = [table.name, ...(index === undefined ? [] : [index])].join('-');
  return parts.flatMap((part) =>
    kinds.map((kind) => `DynamoDBContributorInsights-${part}${kind}-${subject}-${Math.floor(changedAt * 1000)}`),
  );
}
