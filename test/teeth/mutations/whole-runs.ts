import { type Mutation, mutationsOf } from '../mutation.ts';

const promotions = 'test/statemachines/dynamodb.test.ts';
const existing = 'a destination table that exists';

/** Guards that show only in a whole promotion; each costs a synthesis and a run. */
export const wholeRunMutations: readonly Mutation[] = [
  ...mutationsOf('lambdas/dynamodb/walk.ts', promotions, [
    {
      name: 'every-segment-is-walked',
      search: 'for (const segment of group.segments) {',
      replace: 'for (const segment of group.segments.slice(0, 1)) {',
      test: 'pitfall 6: more segments than items copies five items over 64 segments',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/settings.ts', promotions, [
    {
      name: 'protection-comes-after-expiry',
      search: 'settingsAfterLoad.find(',
      replace: "[...settingsAfterLoad].sort((a, b) => +(a.step === 'timeToLive') - +(b.step === 'timeToLive')).find(",
      test: 'pitfall 25: settings that hinder a load come after the last item, protection last of all',
      within: 'a table of every kind of value and setting',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/plan.ts', promotions, [
    {
      name: 'other-keys-are-a-conflict',
      search: "if (schema.length > 0) return decision('conflict', 'the table has other keys or indexes', schema);",
      replace: '',
      test: 'pitfall 24: other keys than the source fails the plan with what differs',
    },
    {
      name: 'existing-table-is-a-conflict',
      search: "if (existing === 'fail') return",
      replace: 'if (false) return',
      test: `${existing} fails the plan by default, and nothing is written`,
    },
    {
      name: 'filled-table-is-not-adopted',
      search: 'return page.Count === 0 && !page.LastEvaluatedKey;',
      replace: 'return true;',
      test: `${existing} is not adopted when it has items`,
      within: existing,
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/compare.ts', promotions, [
    {
      name: 'missing-items-are-found',
      search: "if (!other) return [problem('missing', key)];",
      replace: 'if (!other) return [];',
      test: 'pitfall 30: counts are no comparison finds every item that is missing, extra or different',
      within: existing,
    },
    {
      name: 'different-items-are-found',
      search: "return canonicalItem(other) === canonicalItem(item) ? [] : [problem('different', key)];",
      replace: 'return [];',
      test: 'pitfall 30: counts are no comparison finds every item that is missing, extra or different',
      within: existing,
    },
    {
      name: 'extra-items-are-found',
      search: '!present.has(canonicalItem(key))',
      replace: 'false',
      test: 'pitfall 30: counts are no comparison finds every item that is missing, extra or different',
      within: existing,
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/rollback.ts', promotions, [
    {
      name: 'rollback-removes-only-what-it-created',
      search: "if (begun?.step !== 'create') return",
      replace: 'if (!begun) return',
      test: `${existing} is left as it is by a rollback, with a finding`,
      within: existing,
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/walk.ts', 'test/statemachines/dynamodb-kill.test.ts', [
    {
      name: 'killed-worker-has-a-true-checkpoint',
      search: 'const result = await page(position.step',
      replace:
        '(position.done = true), await save(checkpoint, keeping), (position.done = false); const result = await page(position.step',
      test: 'pitfall 10: a worker that dies between a write and its checkpoint loses and counts nothing twice when it is killed at request 16',
    },
  ]),
];
