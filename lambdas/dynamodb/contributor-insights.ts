import {
  type ContributorInsightsSummary,
  type DynamoDBClient,
  ListContributorInsightsCommand,
  UpdateContributorInsightsCommand,
} from '@aws-sdk/client-dynamodb';
import { allPages } from '../core/paging.ts';
import { attempt } from '../core/retry.ts';
import type { ContributorInsights } from './definition.ts';

/**
 * Five calls a second in an account (quotas page): many tables at once are throttled for longer than other calls.
 * 12 attempts wait 0.2 + 0.4 + … + 5 + 5 = 41 s at most.
 */
const patience = { attempts: 12, baseMilliseconds: 200 };

/** Where Contributor Insights are on, the table's own first: one listing answers for the table and all its indexes. */
export async function readContributorInsights(
  client: DynamoDBClient,
  TableName: string,
): Promise<ContributorInsights[]> {
  const summaries: ContributorInsightsSummary[] = await allPages(`insights of ${TableName}`, async (NextToken) => {
    const page = await attempt(() => client.send(new ListContributorInsightsCommand({ TableName, NextToken })), {
      ...patience,
      check: (answer) => (answer.ContributorInsightsSummaries ? null : `dynamodb answered no insights of ${TableName}`),
    });
    return { items: page.ContributorInsightsSummaries ?? [], next: page.NextToken ?? null };
  });
  return summaries
    .filter(({ ContributorInsightsStatus: status }) => status === 'ENABLED' || status === 'ENABLING')
    .map(({ IndexName, ContributorInsightsMode }) => ({
      IndexName: IndexName ?? null,
      // The mode of insights that were switched on before there were modes (API reference).
      Mode: ContributorInsightsMode ?? ('ACCESSED_AND_THROTTLED_KEYS' as const),
    }))
    .sort((a, b) => ((a.IndexName ?? '') < (b.IndexName ?? '') ? -1 : 1));
}

/** Switches insights on and over until they are as `wanted` says; others are somebody else's. */
export async function applyContributorInsights(
  client: DynamoDBClient,
  TableName: string,
  wanted: readonly ContributorInsights[],
  found: readonly ContributorInsights[],
): Promise<void> {
  for (const { IndexName, Mode } of wanted) {
    if (found.find((one) => one.IndexName === IndexName)?.Mode === Mode) continue;
    const input = {
      TableName,
      ...(IndexName === null ? {} : { IndexName }),
      ContributorInsightsAction: 'ENABLE' as const,
      ContributorInsightsMode: Mode,
    };
    await attempt(() => client.send(new UpdateContributorInsightsCommand(input)), patience);
  }
}
