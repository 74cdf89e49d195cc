import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../../lambdas/core/keys.ts';
import { type Plan, planMarkdown, readPlan } from '../../../lambdas/dynamodb/plan-file.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { executionArn, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

const first: Plan = {
  promotionId: 'sales',
  kind: 'dynamodb',
  source: 'dev',
  destination: 'prod',
  bundle: 'sales',
  assets: [
    {
      asset: 'DEV-orders',
      destination: 'PROD-orders',
      action: 'create',
      reason: 'the destination has no such table',
      engine: 'raw',
      bundleSha256: 'sha',
      items: 5,
      bytes: 500,
      atLeast: 1,
      differences: [],
    },
  ],
  changes: [],
  findings: [],
};
const whole: Plan = {
  ...first,
  execution: executionArn('run-1'),
  costs: {
    pricesAsOf: '2026-11',
    tables: [
      {
        destination: 'PROD-orders',
        chosen: 'scanWrite',
        reason: 'it has a gigabyte at most',
        atLeast: true,
        ways: [
          { name: 'scanWrite', dollars: 1.25, minutes: 2, possible: true, why: 'nothing' },
          { name: 'bulkPut', dollars: null, minutes: null, possible: false, why: 'not offered' },
        ],
      },
    ],
  },
};
const reading = (plan: unknown) => {
  world.put(keys.plan('sales', 'dynamodb', 'json'), plan);
  return readPlan(world.artefacts, 'sales');
};

describe('readPlan', () => {
  it('reads a plan with its costs and its run, and one of an earlier version without them', async () => {
    expect(await reading(whole)).toEqual(whole);
    expect(await reading(first)).toEqual(first);
  });

  it('refuses a way that there is not, with the place', async () => {
    const damaged = JSON.parse(JSON.stringify(whole).replace('"chosen":"scanWrite"', '"chosen":"byHand"'));
    const found = await refusal(() => reading(damaged));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'ArtefactDamaged' });
    expect(found.message).toContain('/costs/tables/0/chosen');
  });
});

describe('planMarkdown', () => {
  it('shows each table, and what the ways cost', () => {
    const lines = planMarkdown(whole).split('\n');
    expect(lines).toContain(
      '| DEV-orders | PROD-orders | create | raw | the destination has no such table | over 5 | over 500 |',
    );
    expect(lines).toContain('## Costs and times');
    expect(lines.find((line) => line.startsWith('| PROD-orders | scan and write |'))).toContain('over $1.25');
  });

  it('has no costs where nothing is copied', () => {
    expect(planMarkdown(first)).not.toContain('## Costs');
    expect(planMarkdown({ ...whole, costs: { pricesAsOf: '2026-11', tables: [] } })).not.toContain('## Costs');
  });
});
