import {
  type ContributorInsightsAction,
  type ContributorInsightsMode,
  CreateTableCommand,
  DescribeContributorInsightsCommand,
  type DynamoDBClient,
  ListContributorInsightsCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSettled, type Harness, manualClock, refused, settled, simpleTable, startHarness } from './harness.ts';

let harness: Harness;
let client: DynamoDBClient;
const made: string[] = [];
const indexed = (name: string) =>
  simpleTable(name, {
    AttributeDefinitions: ['pk', 'colour', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-colour',
        KeySchema: [
          { AttributeName: 'colour', KeyType: 'HASH' },
          { AttributeName: 'day', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
beforeAll(async () => {
  harness = await startHarness({ ensureServiceRole: (account, kind) => void made.push(`${account} ${kind}`) });
  client = harness.client();
});
afterAll(() => harness.close());

interface Change {
  index?: string;
  mode?: ContributorInsightsMode;
  action?: ContributorInsightsAction;
}
const update = (TableName: string, { index, mode, action = 'ENABLE' }: Change = {}, on = client) =>
  on.send(
    new UpdateContributorInsightsCommand({
      TableName,
      IndexName: index,
      ContributorInsightsAction: action,
      ContributorInsightsMode: mode,
    }),
  );
const describeInsights = (TableName: string, IndexName?: string, on = client) =>
  on.send(new DescribeContributorInsightsCommand({ TableName, IndexName }));
const list = async (TableName?: string) => {
  const found: string[] = [];
  let pages = 0;
  for (let NextToken: string | undefined; pages === 0 || NextToken; pages += 1) {
    const page = await client.send(new ListContributorInsightsCommand({ TableName, NextToken }));
    for (const one of page.ContributorInsightsSummaries ?? []) found.push(`${one.TableName}/${one.IndexName ?? ''}`);
    NextToken = page.NextToken;
  }
  return { found, pages };
};

describe('contributor insights', () => {
  it('go through ENABLING to ENABLED and back', async () => {
    const clock = manualClock();
    const slow = await startHarness({ clock });
    const patient = slow.client();
    await patient.send(new CreateTableCommand(simpleTable('watched')));
    const state = async () => (await describeInsights('watched', undefined, patient)).ContributorInsightsStatus;
    expect(await state()).toBe('DISABLED');
    await update('watched', {}, patient);
    expect(await state()).toBe('ENABLING');
    clock.release();
    await vi.waitFor(async () => expect(await state()).toBe('ENABLED'), 5000);
    await update('watched', { action: 'DISABLE' }, patient);
    expect(await state()).toBe('DISABLING');
    clock.release();
    await vi.waitFor(async () => expect(await state()).toBe('DISABLED'), 5000);
    await slow.close();
  });

  it('are kept for the table and each index, each in its mode', async () => {
    await createSettled(client, indexed('modes'));
    await update('modes');
    await update('modes', { index: 'by-colour', mode: 'THROTTLED_KEYS' });
    const ofTable = await describeInsights('modes');
    expect(ofTable).toMatchObject({ TableName: 'modes', ContributorInsightsMode: 'ACCESSED_AND_THROTTLED_KEYS' });
    expect(ofTable.ContributorInsightsRuleList).toHaveLength(2);
    const ofIndex = await describeInsights('modes', 'by-colour');
    expect(ofIndex).toMatchObject({ IndexName: 'by-colour', ContributorInsightsMode: 'THROTTLED_KEYS' });
    expect(ofIndex.ContributorInsightsRuleList?.map((rule) => rule.split('-')[1])).toEqual(['PKT', 'SKT']);
    expect(ofIndex.LastUpdateDateTime).toBeInstanceOf(Date);
  });

  it('change their mode by being enabled in another', async () => {
    await createSettled(client, simpleTable('switched'));
    await update('switched');
    expect(await update('switched', { mode: 'THROTTLED_KEYS' })).toMatchObject({
      ContributorInsightsMode: 'THROTTLED_KEYS',
      ContributorInsightsStatus: 'ENABLING',
    });
    await vi.waitFor(
      async () =>
        expect(await describeInsights('switched')).toMatchObject({
          ContributorInsightsStatus: 'ENABLED',
          ContributorInsightsMode: 'THROTTLED_KEYS',
        }),
      5000,
    );
    expect(await update('switched', { mode: 'THROTTLED_KEYS' })).toMatchObject({
      ContributorInsightsStatus: 'ENABLED',
    });
  });

  it('are refused for an index or a table that is not there, and in a mode when switched off', async () => {
    await createSettled(client, simpleTable('plain'));
    expect(await refused(update('plain', { index: 'absent' }))).toMatch(/^ResourceNotFoundException.*absent/);
    expect(await refused(describeInsights('nowhere'))).toMatch(/^ResourceNotFoundException/);
    expect(await refused(update('plain', { action: 'DISABLE', mode: 'THROTTLED_KEYS' }))).toContain(
      'ContributorInsightsMode',
    );
  });

  it('need a role of the account that DynamoDB makes', async () => {
    await createSettled(client, simpleTable('roles'));
    made.length = 0;
    await update('roles');
    expect(made).toEqual(['222222222222 contributorInsights']);
  });

  it('are listed in small pages where they have been on, and go with their index', async () => {
    for (const name of ['l1', 'l2', 'l3']) {
      await createSettled(client, indexed(`list-${name}`));
      await update(`list-${name}`);
      await update(`list-${name}`, { index: 'by-colour' });
    }
    const all = await list();
    expect(all.pages).toBeGreaterThan(1);
    expect(all.found).toEqual(expect.arrayContaining(['list-l1/', 'list-l1/by-colour', 'list-l3/by-colour']));
    expect(new Set(all.found).size).toBe(all.found.length);
    const Delete = { IndexName: 'by-colour' };
    await client.send(new UpdateTableCommand({ TableName: 'list-l1', GlobalSecondaryIndexUpdates: [{ Delete }] }));
    await vi.waitFor(async () => {
      await settled(client, 'list-l1');
      expect((await list('list-l1')).found).toEqual(['list-l1/']);
    }, 5000);
  });
});
