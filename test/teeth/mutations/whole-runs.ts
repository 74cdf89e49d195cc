import { type Mutation, mutationsOf } from '../mutation.ts';

const promotions = 'test/statemachines/dynamodb.test.ts';
const options = 'test/statemachines/dynamodb-options.test.ts';
const existing = 'a destination table that exists';

/** Guards that show only in a whole promotion; each costs a synthesis and a run. */
export const wholeRunMutations: readonly Mutation[] = [
  ...mutationsOf('lambdas/dynamodb/walk.ts', promotions, [
    {
      name: 'every-segment-is-walked',
      search: 'group.segments.map(lane)',
      replace: 'group.segments.slice(0, 1).map(lane)',
      test: 'pitfall 6: more segments than items copies five items over 64 segments',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/settings.ts', promotions, [
    {
      name: 'protection-comes-after-expiry',
      search: 'settingsAfterLoad.filter(',
      replace: "[...settingsAfterLoad].sort((a, b) => +(a.step === 'timeToLive') - +(b.step === 'timeToLive')).filter(",
      test: 'pitfall 25: settings that hinder a load come after the last item, protection last of all',
      within: 'a table of every kind of value and setting',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/decide.ts', promotions, [
    {
      name: 'other-keys-are-a-conflict',
      search: 'if (schema.length > 0) {',
      replace: 'if (false) {',
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
  ...mutationsOf('lambdas/dynamodb/judgement.ts', promotions, [
    {
      name: 'missing-items-are-found',
      search: "return [{ ...mismatch, problem: present ? 'different' : 'missing', wanted: items[holder] ?? null }];",
      replace: "return present ? [{ ...mismatch, problem: 'different', wanted: items[holder] ?? null }] : [];",
      test: 'pitfall 30: counts are no comparison finds every item that is missing, extra or different',
      within: existing,
    },
    {
      name: 'different-items-are-found',
      search: "return [{ ...mismatch, problem: present ? 'different' : 'missing', wanted: items[holder] ?? null }];",
      replace: "return present ? [] : [{ ...mismatch, problem: 'missing', wanted: items[holder] ?? null }];",
      test: 'pitfall 30: counts are no comparison finds every item that is missing, extra or different',
      within: existing,
    },
    {
      name: 'extra-items-are-found',
      search: "if (rivals.length === 0) return present ? [{ ...mismatch, problem: 'extra' }] : [];",
      replace: 'if (rivals.length === 0) return [];',
      test: 'pitfall 30: counts are no comparison finds every item that is missing, extra or different',
      within: existing,
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/raw/write.ts', options, [
    {
      name: 'refused-item-is-kept',
      search: 'else for (const item of part) rejected.push({ item, ...outcome.refused });',
      replace: '',
      test: 'pitfall 18: an item that the destination’s index cannot take goes to the reject file with the reason',
      within: 'pitfall 18: an item that the destination’s index cannot take',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/plan.ts', options, [
    {
      name: 'plan-from-an-unedited-bundle-needs-no-source',
      search: 'bundle.tables.filter(({ file }, index) => file.edited && decided[index]?.ways)',
      replace: 'bundle.tables.filter((_, index) => decided[index]?.ways)',
      test: 'pitfall 24: a bundle whose key was edited is not looked for where nobody has edited the bundle',
      within: 'pitfall 24: a bundle whose key was edited',
    },
    {
      name: 'plan-asks-for-the-keys-of-the-source',
      search: 'await eachOf(doubtful, 8, (table) => assertSourceKeys(source, run.bundle, table));',
      replace: '',
      test: 'pitfall 24: a bundle whose key was edited is refused by the plan, because items of the source would become one',
      within: 'pitfall 24: a bundle whose key was edited',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/plan.ts', 'test/statemachines/promotion.test.ts', [
    {
      name: 'costs-are-in-the-plan-file',
      search: 'costs: { pricesAsOf, tables: decided.flatMap(({ ways }) => (ways ? [ways] : [])) },',
      replace: '',
      test: 'mode plan exports first where there is no bundle, and says what an import would do',
    },
    {
      name: 'plan-names-its-run',
      search: '    execution: input.promotionExecution,',
      replace: '',
      test: 'mode plan exports first where there is no bundle, and says what an import would do',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/change.ts', options, [
    {
      name: 'collision-is-no-success',
      search: 'if (key !== null && seen.has(key)) {',
      replace: 'if (false) {',
      test: 'pitfall 4: two items that become one are reported one by one, and the run is not called a success',
      within: 'pitfall 4: two items that become one',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/verify-findings.ts', options, [
    {
      name: 'changed-source-is-told',
      search: 'if (changed === 0) return null;',
      replace: 'return null;',
      test: 'pitfall 14: a source that is written while it is copied is reported: the segments are not what they were',
      within: 'pitfall 14: a source that is written while it is copied',
    },
  ]),
  ...mutationsOf('statemachines/dynamodb.asl.json', 'test/architecture.machines.test.ts', [
    {
      name: 'children-have-no-name',
      search: '"Label": "CompareSegments",',
      replace: '"Label": "CompareSegments", "Name": "x",',
      test: 'pitfall 40: children of a Distributed Map that cannot do what their text says no child execution is named',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/walk.ts', 'test/statemachines/dynamodb-kill.test.ts', [
    {
      name: 'killed-worker-has-a-true-checkpoint',
      search: 'const outcome = await open[0];',
      replace:
        'position.after = ahead.after; position.done = ahead.done; await save(checkpoint, keeping); const outcome = await open[0];',
      test: 'pitfall 10: a worker that dies between a write and its checkpoint loses and counts nothing twice when it is killed at request 37',
    },
  ]),
];
