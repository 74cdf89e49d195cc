import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyContributorInsights, readContributorInsights } from '../../../lambdas/dynamodb/contributor-insights.ts';
import { awsError, type ScriptedDynamoDb, startScriptedDynamoDb } from '../../support/scripted-dynamodb.ts';

let dynamodb: ScriptedDynamoDb;
beforeAll(async () => {
  dynamodb = await startScriptedDynamoDb();
});
afterAll(() => dynamodb.close());
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

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
