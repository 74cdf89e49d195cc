import { type Mutation, mutationsOf } from '../mutation.ts';

const DYNAMODB = 'lib/local/emulators/dynamodb';
const TESTS = 'test/lib/local';
const of = (name: string, test: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`${DYNAMODB}/${name}.ts`, `${TESTS}/emulators/dynamodb/${test}.test.ts`, rows);

/** Guards of the emulators of table settings, capacity and autoscaling. */
export const emulatorSettingsMutations: readonly Mutation[] = [
  ...of('policy-document', 'policy-document', [
    {
      name: 'table-policy-is-about-its-table',
      search: "    pattern === '*' ||",
      replace: '    pattern.length > 0 ||',
      test: 'checkTablePolicy refuses another table',
    },
    {
      name: 'table-policy-is-not-public',
      search: "return effect === 'Allow' && everyone && !narrowed;",
      replace: "return effect === 'Allow' && everyone && narrowed;",
      test: 'checkTablePolicy refuses everyone',
    },
  ]),
  ...of('resource-policy', 'resource-policy', [
    {
      name: 'table-policy-comes-into-force-later',
      search: '  policy.latest = version;',
      replace: '  policy.latest = policy.inForce = version;',
      test: 'the policy of a table is in force a while after it was put',
    },
    {
      name: 'table-policy-has-expected-revision',
      search: '  if (expected === undefined || ',
      replace: '  if (expected !== null || ',
      test: 'the policy of a table is replaced and removed only at the expected revision',
    },
  ]),
  ...of('places', 'resource-policy', [
    {
      name: 'closed-table-is-closed-to-others',
      search: 'policy.inForce ? theirs : own;',
      replace: 'policy ? theirs : own;',
      test: 'a table of another account is answered for by its own account once it has a policy',
    },
  ]),
  ...of('kinesis-streaming', 'kinesis-streaming', [
    {
      name: 'stream-is-of-the-account',
      search: 'region !== place.region || account !== place.account',
      replace: 'region !== place.region',
      test: 'a Kinesis streaming destination is refused for a stream of another account',
    },
  ]),
  ...of('contributor-insights', 'contributor-insights', [
    {
      name: 'insights-change-their-mode',
      search: '(enable && current?.mode !== mode)',
      replace: 'false',
      test: 'contributor insights change their mode by being enabled in another',
    },
  ]),
  ...of('replicas', 'replicas', [
    {
      name: 'replicas-are-told',
      search: 'if (replicas.length === 0) return {};',
      replace: 'if (replicas.length >= 0) return {};',
      test: 'pitfall 44: a global table tells its replicas',
    },
  ]),
  ...of('throttle/limits', 'throttle/index', [
    {
      name: 'index-has-its-own-limit',
      search: 'const rate = isProvisioned ? subject.capacity[kind]',
      replace: 'const rate = isProvisioned ? table.capacity[kind]',
      test: 'pitfall 34: an index with less capacity than its table throttles the writes that reach it',
    },
    {
      name: 'partition-has-a-ceiling',
      search: "const rate = (kind === 'read' ? partitions.readUnits : partitions.writeUnits) ?? PARTITION[kind];",
      replace: 'const rate = partitions.count * PARTITION[kind];',
      test: 'partitions have a ceiling of their own',
    },
  ]),
  ...of('throttle/meter', 'throttle/index', [
    {
      name: 'use-is-settled',
      search: '{ table: used.table - expected.table, global }',
      replace: '{ table: 0, global }',
      test: 'a table kept to its capacity gives back what a refused write was expected to use',
    },
  ]),
  ...of('engine/capacity', 'consumed', [
    {
      name: 'unfit-items-are-in-no-index',
      search: 'const old = before && withoutUnfitKeys(before, table);',
      replace: 'const old = before;',
      test: 'pitfall 34: capacity of indexes is not charged for an item that is older than the index',
      within: 'pitfall 34: capacity of indexes',
    },
  ]),
  ...of('engine/pages', 'consumed', [
    {
      name: 'page-of-nothing-costs',
      search: 'const units = readUnits(Math.max(1, page.bytes), consistent);',
      replace: 'const units = readUnits(page.bytes, consistent);',
      test: 'pitfall 33: capacity of reads is the least amount for a page of nothing',
    },
  ]),
  ...mutationsOf('lib/local/services.ts', `${TESTS}/table-settings.test.ts`, [
    {
      name: 'key-is-of-the-account-and-region',
      search: 'if (key?.region !== place.region || key.account !== place.account) return null;',
      replace: 'if (key?.region !== place.region) return null;',
      test: 'pitfall 27: the key of a table must be of the account and the region',
    },
  ]),
  ...mutationsOf('lib/local/authorizer/policies.ts', `${TESTS}/table-settings.test.ts`, [
    {
      name: 'table-policy-takes-part',
      search: "if (service === 'dynamodb' && name.startsWith('table/')) {",
      replace: "if (service === 'none' && name.startsWith('table/')) {",
      test: 'the policy of a table decides with those of who asks within an account either suffices',
    },
  ]),
  ...mutationsOf(
    'lib/local/emulators/application-autoscaling/targets.ts',
    `${TESTS}/emulators/application-autoscaling/index.test.ts`,
    [
      {
        name: 'scaled-table-exists',
        search: 'if (!tables.exists(capacityOf(subject)))',
        replace: 'if (!tables)',
        test: 'scalable targets are refused for a table that is not there',
      },
    ],
  ),
];
