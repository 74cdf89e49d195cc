import { type Mutation, mutationsOf, type Row } from '../mutation.ts';

const of = (name: string, rows: readonly Row[], test = name) =>
  mutationsOf(`lambdas/dynamodb/${name}.ts`, `test/lambdas/dynamodb/${test}.test.ts`, rows);
const whole = (name: string, rows: readonly Row[]) =>
  mutationsOf(`lambdas/${name}.ts`, 'test/statemachines/dynamodb-verify.test.ts', rows);

/** Guards of comparison and repair. */
export const comparisonMutations: readonly Mutation[] = [
  ...of('key-sizes', [
    {
      name: 'keys-have-a-longest-length',
      search: 'if (bytes > most) return',
      replace: 'if (bytes > 1e9) return',
      test: 'overlongKey knows a sort key of 1,025 bytes',
    },
    {
      name: 'key-lengths-are-bytes',
      search: 'return Buffer.byteLength(value.S);',
      replace: 'return value.S.length;',
      test: 'overlongKey knows characters of two bytes',
    },
  ]),
  ...of('change', [
    {
      name: 'overlong-keys-are-refused',
      search: "if (!long) return { kind: 'item', item: result.item };",
      replace: "if (true || !long) return { kind: 'item', item: result.item };",
      test: 'compileChange refuses a key that would be longer than the service takes',
    },
  ]),
  ...of('change-steps', [
    {
      name: 'keys-that-others-get-are-contested',
      search: 'if (textOf(attributeOf(key, name))?.startsWith(to)) return true;',
      replace: '',
      test: 'isContested holds for all but one at most of the keys that become one',
    },
  ]),
  ...of('merge', [
    {
      name: 'contested-keys-are-looked-up',
      search: 'if (own.contested || ',
      replace: 'if (',
      test: 'openMerge and items that are no plain pairs looks a contested key up even if it finds its equal',
    },
    {
      name: 'refused-items-are-handed-over',
      search: 'if (open.length + unequal.length + refused.length > 0)',
      replace: 'if (open.length + unequal.length > 0)',
      test: 'openMerge and items that are no plain pairs hands over what the destination cannot have',
    },
  ]),
  ...of(
    'judgement',
    [
      {
        name: 'who-is-there-has-not-lost',
        search: 'rivals.filter((_, index) => index !== holder)[place - 1]',
        replace: 'rivals[place]',
        test: 'pitfall 4: source items that become one lose all but one, whichever is there',
      },
      {
        name: 'who-lost-is-counted-once',
        search: 'if (place < 0 || equal >= 0) return [];',
        replace: 'if (place < 0 || equal === place) return [];',
        test: 'pitfall 4: source items that become one lose all but one, whichever is there',
      },
    ],
    'mismatches',
  ),
  ...of('mismatches', [
    {
      name: 'refused-items-are-listed',
      search: 'const lines: Line[] = refused.map((one) => {',
      replace: 'const lines: Line[] = refused.slice(0, 0).map((one) => {',
      test: 'items that the change refuses are missing, with as many lines as are counted',
    },
    {
      name: 'refused-repair-has-a-reason',
      search: 'reason: outcome ?? mismatch.reason',
      replace: 'reason: mismatch.reason',
      test: 'a repair says of each item that the service refuses why',
    },
    {
      name: 'repaired-items-are-not-listed',
      search: "if (outcome === 'written') entry.page.written += 1;",
      replace: "if (outcome === 'written') lines.push({ problem, key, reason: null, page: entry.page });",
      test: 'a repair writes what is missing or different, and keeps what was there before',
    },
    {
      name: 'repair-is-noted-before-it-writes',
      search: 'await noteRepairs(comparison);',
      replace: '',
      test: 'a repair is noted before its first write',
    },
  ]),
  ...of('repair-input', [
    {
      name: 'repair-needs-a-comparison',
      search: "if (mode !== 'verify' || !repair ||",
      replace: 'if (true ||',
      test: 'a repair that could do nothing is refused in mode verify',
    },
  ]),
  ...of('segment-worker', [
    {
      name: 'failures-are-kept-in-words',
      search: 'cause: messageIn(input.failure.Cause',
      replace: 'cause: (input.failure.Cause',
      test: 'a group that has failed keeps what the worker said',
    },
  ]),
  ...whole('dynamodb/compare', [
    {
      name: 'what-may-be-lost-is-always-judged',
      search: 'const contested = origin !== null && change.contested(origin);',
      replace: 'const contested = false;',
      test: 'pitfall 4: source items that become one on different pages and segments count once a pair',
      within: 'pitfall 4: source items that become one on different pages and segments',
    },
  ]),
  ...whole('dynamodb/verify', [
    {
      name: 'failed-comparison-is-raised',
      search: '  raiseFailure(progress);',
      replace: '',
      test: 'pitfall 41: a comparison that is not allowed ends under the name of the cause',
      within: 'pitfall 41: a comparison that is not allowed',
    },
    {
      name: 'repair-without-a-write-is-no-change',
      search: 'if (await mayHaveRepaired(artefacts, run.promotionId, scope, as)) {',
      replace: 'if (true) {',
      test: 'a repair that has nothing to write is not said to have changed something',
      within: 'a repair that has nothing to write',
    },
  ]),
  ...whole('promotion/tally', [
    {
      name: 'verdicts-of-a-failed-comparison-count',
      search: "run.ended.includes('verify') || found?.execution === run.execution ? found : null",
      replace: "run.ended.includes('verify') ? found : null",
      test: 'pitfall 41: a comparison that is not allowed ends under the name of the cause',
      within: 'pitfall 41: a comparison that is not allowed',
    },
  ]),
  ...whole('dynamodb/verify-findings', [
    {
      name: 'copies-are-found-without-a-list',
      search: 'const copied = await readCheckpointsOf(',
      replace: 'const copied = true ? [] : await readCheckpointsOf(',
      test: 'pitfall 14: a source that was written since its copy is still told after another run that had nothing to copy',
      within: 'pitfall 14: a source that was written since its copy',
    },
    {
      name: 'unwritable-items-are-told',
      search: "if (rejected > 0 && run.mode === 'verify') {",
      replace: 'if (false) {',
      test: 'keys that become longer than the service takes are listed by their keys at the source',
      within: 'keys that become longer than the service takes',
    },
  ]),
];
