import { describe, expect, it } from 'vitest';
import { applyContributorInsights, readContributorInsights } from '../../../lambdas/dynamodb/contributor-insights.ts';
import { awsError } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const summary = (ContributorInsightsStatus: string, more: object = {}) => ({
  TableName: 'orders',
  ContributorInsightsStatus,
  ...more,
});

describe('readContributorInsights', () => {
  it('reads every page, the table first, and takes what is on with the mode that it has', async () => {
    dynamodb.script(({ input }) =>
      input.NextToken
        ? { body: { ContributorInsightsSummaries: [summary('ENABLED')] } }
        : {
            body: {
              ContributorInsightsSummaries: [
                summary('ENABLING', { IndexName: 'a', ContributorInsightsMode: 'THROTTLED_KEYS' }),
                summary('DISABLED', { IndexName: 'b' }),
                summary('FAILED', { IndexName: 'c' }),
              ],
              NextToken: 'more',
            },
          },
    );
    expect(await readContributorInsights(dynamodb.client, 'orders')).toEqual([
      { IndexName: null, Mode: 'ACCESSED_AND_THROTTLED_KEYS' },
      { IndexName: 'a', Mode: 'THROTTLED_KEYS' },
    ]);
  });

  it('asks longer than others of a service that takes five calls a second', async () => {
    dynamodb.script((_call, count) =>
      count < 10 ? awsError('ThrottlingException') : { body: { ContributorInsightsSummaries: [] } },
    );
    expect(await readContributorInsights(dynamodb.client, 'orders')).toEqual([]);
    expect(dynamodb.calls).toHaveLength(11);
  });
});

describe('applyContributorInsights', () => {
  it('switches on what is missing or has another mode, of the table without an index name', async () => {
    dynamodb.script(() => ({ body: {} }));
    const all = 'ACCESSED_AND_THROTTLED_KEYS' as const;
    await applyContributorInsights(
      dynamodb.client,
      'orders',
      [
        { IndexName: null, Mode: all },
        { IndexName: 'a', Mode: all },
        { IndexName: 'b', Mode: 'THROTTLED_KEYS' },
      ],
      [
        { IndexName: 'a', Mode: all },
        { IndexName: 'b', Mode: all },
        { IndexName: 'foreign', Mode: all },
      ],
    );
    const on = { TableName: 'orders', ContributorInsightsAction: 'ENABLE' };
    expect(dynamodb.calls.map(({ input }) => input)).toEqual([
      { ...on, ContributorInsightsMode: all },
      { ...on, IndexName: 'b', ContributorInsightsMode: 'THROTTLED_KEYS' },
    ]);
  });
});
