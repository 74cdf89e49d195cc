import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/promotion/${name}.ts`, `test/lambdas/promotion/${name}.test.ts`, rows);

/** Guards of the promotion: what it takes, that it is alone, and what it says at the end. */
export const promotionMutations: readonly Mutation[] = [
  ...of('lock', [
    {
      name: 'running-owner-keeps-the-lock',
      search: "if (state === 'running') throw held(lockKeys[index] ?? '', found.lock);",
      replace: '',
      test: 'a lock that somebody holds who is running refuses the destination, and nothing is taken',
    },
    {
      name: 'left-over-workers-are-waited-for',
      search: 'if (leftOver) await pause(leftOverMilliseconds);',
      replace: '',
      test: 'a lock that somebody holds who was stopped is taken over when what his workers have under way is over',
    },
    {
      name: 'children-are-waited-for',
      search: '[lock.execution, ...lock.children].map(liveness)',
      replace: '[lock.execution].map(liveness)',
      test: 'a lock that somebody holds who has ended is not taken over while a child of his goes on',
    },
    {
      name: 'unknown-owner-is-waited-for',
      search: 'const pollsUntilGone = 3;',
      replace: 'const pollsUntilGone = 1;',
      test: 'a lock that somebody holds whom nobody knows is waited for, and taken over at the third look',
    },
    {
      name: 'race-for-a-lock-has-one-winner',
      search: 'write(key, own, found ? { etag: found.etag } : { absent: true });',
      replace: 'write(key, own, found ? { etag: found.etag } : undefined);',
      test: 'a lock that somebody holds is refused to whoever comes second in a race for it',
    },
    {
      name: 'takeover-is-conditional',
      search: 'write(key, own, found ? { etag: found.etag } : { absent: true });',
      replace: 'write(key, own, found ? undefined : { absent: true });',
      test: 'a lock that somebody holds is refused where it changes hands between the look and the takeover',
    },
    {
      name: 'input-stays-once-something-changed',
      search: '(await artefacts.list(keys.journal(request.promotionId, kind))).length === 0',
      replace: 'kind',
      test: 'another input under the same promotion id is a conflict once the journal has an entry',
    },
    {
      name: 'kind-left-out-counts',
      search: 'requestedKinds(earlier)',
      replace: 'requestedKinds(request)',
      test: 'another input under the same promotion id is a conflict where a kind that has changed something is left out',
    },
  ]),
  ...of('identity', [
    {
      name: 'tuning-does-not-count',
      search: 'if (field?.tuning || ',
      replace: 'if (',
      test: 'requestIdentity does not depend on tuning: segments and verify',
    },
  ]),
  ...of('report-markdown', [
    {
      name: 'report-says-what-a-rollback-did',
      search: 'outcomeWords(mode, outcome)',
      replace: 'outcome',
      test: 'reportMarkdown says of a rollback what it did, in the words of the other report',
    },
  ]),
  ...of('request', [
    {
      name: 'dropped-field-is-refused',
      search: 'if (reserved) {',
      replace: 'if (false) {',
      test: "checkInput refuses 'a field that a schema would drop'",
    },
    {
      name: 'same-place-under-another-name',
      search: 'if (source.account === destination.account && source.region === destination.region) {',
      replace: 'if (request.source === request.destination) {',
      test: 'pitfall 32: source and destination are the same refuses another name for the same account and region',
    },
    {
      name: 'sides-are-configured',
      search: 'if (environment.sides.includes(side)) continue;',
      replace: 'continue;',
      test: "checkInput refuses 'a destination that may only be promot",
    },
    {
      name: 'environment-is-an-own-name',
      search: 'Object.hasOwn(environments.environments, name)',
      replace: 'true',
      test: "checkInput refuses 'an environment that is named like a m",
    },
    {
      name: 'export-has-its-own-bundle',
      search: 'if (request.bundle !== id && (',
      replace: 'if (false && (',
      test: "checkInput refuses 'a foreign bundle with mode migrate'",
    },
    {
      name: 'some-kind-is-requested',
      search: 'if (requestedKinds(request).length === 0) {',
      replace: 'if (false) {',
      test: "checkInput refuses 'no kind'",
    },
    {
      name: 'names-are-mapped-before-the-lock',
      search: 'if (request.kinds.dynamodb) assertMapping(request.kinds.dynamodb);',
      replace: '',
      test: "checkInput refuses 'two tables to one name'",
    },
  ]),
  ...mutationsOf('lambdas/promotion/request.ts', 'test/lambdas/promotion/unsupported.test.ts', [
    {
      name: 'unbuilt-field-is-never-ignored',
      search: 'if (later) throw later;',
      replace: '',
      test: 'what the contract has and this version does not carry out refuses dms by name',
    },
  ]),
  ...of('validate', [
    {
      name: 'rollback-has-a-promotion',
      search: '  if (!found) {',
      replace: '  if (!found) return;\n  if (!found) {',
      test: 'validate refuses the rollback of a promotion that never was',
    },
    {
      name: 'rollback-stays-between-its-environments',
      search: 'if (request[field] === undone[field]) continue;',
      replace: 'continue;',
      test: 'validate refuses to roll back with another destination than promotion done-before has',
    },
    {
      name: 'import-has-a-bundle',
      search: 'await requireManifest(artefacts, bundle, kind, source, place);',
      replace: '',
      test: 'validate refuses import without a bundle',
    },
  ]),
  ...of('causes', [
    {
      name: 'cut-cause-is-searched',
      search: 'ours(error) ?? ours(found) ?? substitute(error)',
      replace: 'ours(error) ?? substitute(error)',
      test: 'readCause finds Promotion.Conflict in a description that was cut anywhere behind it',
    },
  ]),
  ...of('report', [
    {
      name: 'kinds-have-an-order',
      search: '  for (const kind of kinds) {',
      replace: '  for (const kind of [...kinds].reverse()) {',
      test: 'report names the first failing kind in the fixed order, not the first in time',
    },
    {
      name: 'difference-is-no-success',
      search: 'if (failed + mismatched + rejected === 0) return null;',
      replace: 'if (failed === 0) return null;',
      test: 'report is Promotion.Partial only where no step failed but assets differ',
    },
    {
      name: 'changed-is-partial',
      search: '    changed ||= tallied.changed;',
      replace: '',
      test: 'report has the name of the step that failed; "partial" where something was changed',
    },
    {
      name: 'rejected-run-writes-nothing',
      search: 'if (!input.request) return rejected(input);',
      replace: '',
      test: 'report of a run that was rejected ends as failed with the error of Validate or Lock',
    },
  ]),
  ...of('tally-assets', [
    {
      name: 'items-are-those-of-this-run',
      search: 'entry?.execution === execution ?',
      replace: 'entry ?',
      test: 'importedAsset has no items in mode plan that an earlier run has copied',
    },
    {
      name: 'failed-plan-skips-the-innocent',
      search: 'if (touches && !done && hindrance !== null) {',
      replace: 'if (false) {',
      test: 'importedAsset is for action create skipped where the plan failed',
    },
  ]),
  ...of('tally', [
    {
      name: 'conflicts-are-those-of-this-run',
      search: 'return plan.execution === run.execution && conflictsIn(plan).length > 0 ? plan : null;',
      replace: 'return conflictsIn(plan).length > 0 ? plan : null;',
      test: 'tally of an import leaves out the conflicts that an earlier run’s plan had',
    },
    {
      name: 'plan-of-another-kind-hinders',
      search: "return request.mode === 'plan' || verbs.includes('import')",
      replace: "return request.mode === 'plan' || verbs.includes('plan')",
      test: 'tally of an import skips what the failed plan of another kind keeps out',
    },
  ]),
  ...of('report-markdown', [
    {
      name: 'step-tells-what-differs',
      search: 'ended(verb, report.kinds[kind]).words',
      replace: "'done'",
      test: 'reportMarkdown says of a comparison how many assets differ, and of a step that failed by which error',
    },
  ]),
  ...of('report-next', [
    {
      name: 'rollback-owns-to-what-it-left',
      search: 'counts.skipped > 0 || findings.length > 0',
      replace: 'false',
      test: 'nextSteps own to what a rollback has left',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/throughput.ts', 'test/lambdas/dynamodb/throughput.test.ts', [
    {
      name: 'items-are-not-booked-at-checkpoints',
      search: 'if (!before || !after) return before?.items ?? 0;',
      replace: 'if (before || !after) return before?.items ?? 0;',
      test: 'throughput adds up children, each evenly between its checkpoints',
    },
  ]),
  ...of('html', [
    {
      name: 'markup-is-escaped',
      search: ".replace(/[&<>\"']/g, (character) => entities[character] ?? '')",
      replace: '',
      test: 'a template escapes what could end the text or the attribute',
    },
  ]),
];
