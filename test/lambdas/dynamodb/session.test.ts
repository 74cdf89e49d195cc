import { afterEach, describe, expect, it } from 'vitest';
import { forgetSessions } from '../../../lambdas/core/accounts.ts';
import type { AssumeRoleInput, Sts } from '../../../lambdas/core/wire/sts.ts';
import { closeTables, openTables } from '../../../lambdas/dynamodb/session.ts';
import { environments, segmentGroup } from '../../support/factories.ts';

const endpoint = 'http://127.0.0.1:9';
const group = segmentGroup({ table: 'orders', sourceEndpoint: endpoint, destinationEndpoint: endpoint });
const run = { ...group.run, promotionId: 'p-1' };

afterEach(forgetSessions);

/** Actions on the tables and the tables themselves, by account. */
async function narrowings(writes: boolean): Promise<Record<string, { actions: string[]; resource: unknown }>> {
  const asked: AssumeRoleInput[] = [];
  // Account and policy of a session are told by the request for it; no table is called.
  const sts: Sts = {
    async assumeRole(input) {
      asked.push(input);
      const accessKeyId = input.RoleArn.split(':')[4] ?? '';
      return { accessKeyId, secretAccessKey: 's', sessionToken: 't', expiration: new Date(Date.now() + 3_600_000) };
    },
    accountOf: async ({ accessKeyId }) => accessKeyId,
    close: () => undefined,
  };
  const surroundings = {
    environments,
    sts,
    artefacts: {} as never,
    bucket: 'b',
    bucketKeyArn: '',
    sealing: {} as never,
    remaining: () => 60_000,
  };
  closeTables(await openTables(surroundings, run, group, writes ? () => undefined : null));
  return Object.fromEntries(
    asked.map(({ RoleArn, Policy = '' }) => {
      const [tables] = (JSON.parse(Policy) as { Statement: { Action: string[]; Resource: unknown }[] }).Statement;
      return [RoleArn.split(':')[4], { actions: tables?.Action ?? [], resource: tables?.Resource }];
    }),
  );
}

const isWriting = (action: string) => !/:(Scan|Query|(Batch)?Get\w*|Describe\w*)$/.test(action);

describe('the sessions of a group of segments', () => {
  it('name its two tables and no other', async () => {
    const found = await narrowings(true);
    expect(found['222222222222']?.resource).toBe('arn:aws:dynamodb:us-east-1:222222222222:table/orders');
    expect(found['333333333333']?.resource).toBe('arn:aws:dynamodb:us-east-1:333333333333:table/PROD-orders');
  });

  it('may write to the destination of a copy alone', async () => {
    const found = await narrowings(true);
    expect(found['333333333333']?.actions).toContain('dynamodb:BatchWriteItem');
    expect(found['222222222222']?.actions.filter(isWriting)).toEqual([]);
  });

  it('may write nowhere in a comparison', async () => {
    const found = await narrowings(false);
    for (const { actions } of Object.values(found)) {
      expect(actions).toContain('dynamodb:Scan');
      expect(actions.filter(isWriting)).toEqual([]);
    }
    expect(Object.keys(found)).toHaveLength(2);
  });
});
