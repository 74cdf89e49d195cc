import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/dynamodb/${name}.ts`, `test/lambdas/dynamodb/${name}.test.ts`, rows);

/** Guards of what a plan decides: segments, limits, costs and the way of the data. */
export const planMutations: readonly Mutation[] = [
  ...mutationsOf('lambdas/dynamodb/decide.ts', 'test/lambdas/dynamodb/decide.conflicts.test.ts', [
    {
      name: 'advice-fits-the-conflict',
      search: 'resolution: resolution ?? resolutions[conflict] };',
      replace: 'resolution: resolutions[conflict] };',
      test: 'what to do about a conflict fits where it was rolled back',
    },
  ]),
  ...of('decide', [
    {
      name: 'key-of-the-source-is-not-asked-for',
      search: 'wanted.conflicts.length > 0 ? wanted.conflicts : await keyConflicts(wanted.definition, describeKey)',
      replace: 'await keyConflicts(wanted.definition, describeKey)',
      test: 'a table that is not there is a conflict where kmsKeys has no entry that fits',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/preflight.ts', 'test/lambdas/dynamodb/settings.whole.test.ts', [
    {
      name: 'refused-key-names-its-field',
      search: 'throw aboutKmsKeys(error, key);',
      replace: 'throw error;',
      test: 'pitfall 27: a key that the destination cannot use is refused with the field of the input',
    },
  ]),
  ...of('segments', [
    {
      name: 'children-begin-evenly',
      search: 'if (rest % 2 === 1) result += weight;',
      replace: 'if (rest % 2 === 1) result += 1 / 2 ** 20 / weight;',
      test: 'groupSegments begins with children that lie evenly over the table',
    },
    {
      name: 'tables-fill-evenly',
      search: 'position: (index + phase) / groups.length',
      replace: 'position: table',
      test: 'interleaveTables takes from each table in proportion, so that none leaves a tail',
    },
    {
      name: 'small-tables-are-spread',
      search: 'const phase = radicalInverse(table);',
      replace: 'const phase = 0;',
      test: 'interleaveTables spreads tables of a single group over the list',
    },
    {
      name: 'segments-are-worth-a-child',
      search: 'Math.min(wanted, worthwhile, mostSegments)',
      replace: 'Math.min(wanted, mostSegments)',
      test: 'segmentCount never makes fewer segments of a larger table, and segments of 16 MiB at least',
    },
  ]),
  ...of('limiter', [
    {
      name: 'consumed-units-are-settled',
      search: 'const corrected = level + estimated - taken;',
      replace: 'const corrected = level;',
      test: 'pitfall 33: units are what the service says, not what a page was limited to keeps a scan within 5 %',
    },
    {
      name: 'overestimates-are-given-back',
      search: ': corrected;',
      replace: ': level;',
      test: 'pitfall 33: units are what the service says, not what a page was limited to keeps a scan within 5 %',
    },
    {
      name: 'too-high-estimates-do-not-slow',
      search: 'taken < estimated ? Math.max(level, Math.min(bucket, corrected)) : corrected;',
      replace: 'Math.min(level, corrected);',
      test: 'pitfall 33: units are what the service says, not what a page was limited to uses its whole rate',
    },
    {
      name: 'many-workers-start-without-a-burst',
      search: 'let level = -(options.debt ?? 0);',
      replace: 'let level = bucket - (options.debt ?? 0);',
      test: 'pitfall 34: a limit is for all workers and indexes together never spends more than the rate allows',
    },
    {
      name: 'missing-units-do-not-stop-a-worker',
      search: 'if (!Number.isFinite(taken)) return;',
      replace: '',
      test: 'pitfall 5: a page without items leaves the limiter working keeps the estimate',
    },
    {
      name: 'limiter-is-first-come-first-served',
      search: 'waiting.push({ units, pass, refuse });',
      replace: 'waiting.unshift({ units, pass, refuse });',
      test: 'createLimiter serves first come first served, the small behind the large',
    },
    {
      name: 'quiet-time-makes-no-burst',
      search: 'if (waiting.length === 0) fill(bucket);',
      replace: 'if (waiting.length === 0) fill(Number.POSITIVE_INFINITY);',
      test: 'createLimiter lets little gather while nobody calls',
    },
    {
      name: 'limit-wait-ends-before-the-worker',
      search: 'if (milliseconds > remaining()) {',
      replace: 'if (remaining() < 0) {',
      test: 'createLimiter refuses whoever would wait until after the end of the worker',
    },
  ]),
  ...of('limits', [
    {
      name: 'shares-add-up-to-the-limit',
      search: "(typeof wanted === 'number' ? workers :",
      replace: "(typeof wanted === 'number' ? Math.min(workers, groups) :",
      test: 'pitfall 34: shares of all workers keep the limit of the run gives no share above a limit',
    },
    {
      name: 'index-capacity-limits-writes',
      search: 'return Math.min(own(table), ...indexes.map(own));',
      replace: 'return own(table);',
      test: 'pitfall 34: shares of all workers keep the limit of the run takes a percentage of the least',
    },
    {
      name: 'small-limits-have-few-workers',
      search: 'return Math.ceil(wanted / unitsPerWorker);',
      replace: 'return Number.POSITIVE_INFINITY;',
      test: 'pitfall 34: shares of all workers keep the limit of the run lets one worker have a small limit alone',
    },
    {
      name: 'reads-of-both-sides-count',
      search: 'const sides = readsDestination ? 2 : 1;',
      replace: 'const sides = 1;',
      test: 'shareLimits counts the reads of both sides where both are read',
    },
  ]),
  {
    name: 'unknown-size-has-no-price',
    file: 'lambdas/dynamodb/estimates.ts',
    search: 'if (!(items > 0 && bytes > 0)) return null;',
    replace: 'if (items < 0) return null;',
    testFile: 'test/lambdas/dynamodb/ways.test.ts',
    test: "pitfall 30: a size of 0 is one that is not known has no price and no time with 'no bytes'",
  },
  ...of('ways', [
    {
      name: 'local-indexes-are-not-imported',
      search: '...(local.length > 0 ?',
      replace: '...(local.length > 9 ?',
      test: "waysOf exports and imports nothing with 'a local index'",
    },
    {
      name: 'changed-items-are-not-exported',
      search: '...(changes.length > 0',
      replace: '...(changes.length > 9',
      test: "waysOf exports and imports nothing with 'a filter'",
    },
    {
      name: 'existing-tables-are-not-imported',
      search: "...(table.exists ? ['the table exists, and",
      replace: "...(!table ? ['the table exists, and",
      test: "waysOf exports and imports nothing with 'a table that exists'",
    },
  ]),
  ...of('choose-way', [
    {
      name: 'impossible-engine-is-refused',
      search: 'return transfer.possible',
      replace: 'return transfer',
      test: 'chooseWay refuses to export and import where that is not possible',
    },
    {
      name: 'dearer-way-is-not-chosen',
      search: 'return transfer.dollars < scan.dollars',
      replace: 'return transfer.dollars > -scan.dollars',
      test: "chooseWay scans and writes a table 'whose writes are paid for already'",
    },
  ]),
  ...of('plan-file', [
    {
      name: 'plans-without-costs-are-read',
      search: 'costs: costs.optional(),',
      replace: 'costs,',
      test: 'readPlan reads a plan with its costs and its run, and one of an earlier version without them',
    },
  ]),
  ...of('prices', [
    {
      name: 'no-region-has-anothers-prices',
      search: 'return Object.hasOwn(regions, region) ? (regions[region] ?? null) : null;',
      replace: "return regions[region] ?? regions['us-east-1'] ?? null;",
      test: 'pricesOf has none of "eu-west-1" rather than those of another region',
    },
  ]),
];
