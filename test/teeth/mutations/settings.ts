import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2], tests = name) =>
  mutationsOf(`lambdas/dynamodb/${name}.ts`, `test/lambdas/dynamodb/${tests}.test.ts`, rows);

/** Guards of what a table has beside its items. */
export const settingMutations: readonly Mutation[] = [
  ...of('settings', [
    {
      name: 'settings-have-an-order',
      search: 'settingsAfterLoad.filter(',
      replace: '[...settingsAfterLoad].reverse().filter(',
      test: 'pitfall 25: the order of settings is recovery, maxima, streams, insights',
    },
    {
      name: 'busy-table-is-asked-again',
      search: "  'ResourceInUseException',",
      replace: '',
      test: 'pitfall 26: limits on changes have a setting asked for again later after ResourceInUseException',
    },
    {
      name: 'second-change-of-expiry-waits',
      search: ' || changedTooOften(error)',
      replace: '',
      test: 'pitfall 26: limits on changes have a second change of time to live',
    },
    {
      name: 'excluded-settings-are-not-set',
      search: '!excluded.includes(setting.name) && ',
      replace: '',
      test: 'pendingSettings leave out what is excluded',
    },
    {
      name: 'left-behind-scaling-counts',
      search: 'if (!adds) return',
      replace: 'if (false) return',
      test: 'pendingSettings count a target that an earlier table',
    },
  ]),
  ...of('create-table', [
    {
      name: 'class-waits-for-the-load',
      search: "    TableClass: 'STANDARD',",
      replace: '',
      test: 'pitfall 25: settings that must wait for the load include the class',
    },
  ]),
  ...of(
    'key-attributes',
    [
      {
        name: 'unused-attributes-do-not-count',
        search: 'used.has(AttributeName)',
        replace: 'true',
        test: 'pitfall 22: attributes that no key uses are no difference: they are not created either',
      },
    ],
    'definition',
  ),
  ...of(
    'comparable',
    [
      {
        name: 'keys-count',
        search: 'KeySchema: keyText(table),',
        replace: 'KeySchema: undefined,',
        test: 'pitfall 24: a destination with other keys is told by which attribute is the partition key',
      },
      {
        name: 'scaled-capacity-has-bounds',
        search: 'value >= target.MinCapacity && value <= target.MaxCapacity',
        replace: 'value > 0',
        test: 'what the service moves by itself is a scaled capacity between its bounds',
      },
      {
        name: 'named-keys-are-compared',
        search: " || named.includes(':key/')",
        replace: '',
        test: 'the key of an encrypted table is compared where it is named by its ARN',
      },
    ],
    'definition',
  ),
  ...of(
    'table-members',
    [
      {
        name: 'no-billing-mode-is-provisioned',
        search: "described.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST'",
        replace: "described.BillingModeSummary?.BillingMode !== 'PROVISIONED'",
        test: 'pitfall 21: the shapes of old and new descriptions a table without a billing mode summary is provisioned',
      },
      {
        name: 'usual-warmth-is-not-bought',
        search: 'if (read <= byDefault.read && write <= byDefault.write) return {};',
        replace: 'if (!of) return {};',
        test: 'warm throughput of what every new table has',
      },
    ],
    'read-table',
  ),
  ...of('read-table', [
    {
      name: 'key-of-aws-is-not-named',
      search: '!(await describeKey(key))?.managedByAws',
      replace: 'key !== undefined',
      test: 'pitfall 27: the key of an encrypted table is not named where AWS manages it',
    },
    {
      name: 'unread-settings-are-not-compared',
      search: '{ ...definition, excluded: notInDescription }',
      replace: '{ ...definition }',
      test: 'readTable says what it did not read, so that nobody compares it',
    },
  ]),
  ...of('for-destination', [
    {
      name: 'unmapped-key-is-a-conflict',
      search: '  if (key === undefined) {',
      replace: '  if (false) {',
      test: 'pitfall 27: a key that is of no use in another account is a conflict that names the field',
    },
    {
      name: 'key-is-of-the-destination',
      search: 'conflicts: elsewhere ?',
      replace: 'conflicts: false ?',
      test: 'pitfall 27: a key that is of no use in another account may not be mapped to one of another region',
    },
    {
      name: 'exclusion-is-told',
      search: '  for (const setting of exclude) {',
      replace: '  for (const setting of exclude.slice(1)) {',
      test: 'excluded settings have one finding',
    },
    {
      name: 'idle-scaling-is-not-carried',
      search: "if (table.BillingMode === 'PAY_PER_REQUEST') {",
      replace: 'if (false) {',
      test: 'forDestination does not carry the idle targets of an on-demand table',
    },
  ]),
  ...of('policy-rewrite', [
    {
      name: 'region-of-a-request-follows',
      search: "const isRegion = value === from.region && key.toLowerCase() === 'aws:requestedregion';",
      replace: 'const isRegion = false;',
      test: 'rewritePolicy lets a condition on the region of a request follow the table',
    },
    {
      name: 'number-in-a-name-is-no-account',
      search: 'text.includes(account) && (owner === undefined || owner === account)',
      replace: 'text.includes(account)',
      test: 'rewritePolicy keeps what has the number of the source account in a name alone',
    },
    {
      name: 'source-account-is-not-let-in',
      search: 'const kept = statements.filter((one) => !opening(one));',
      replace: 'const kept = statements;',
      test: 'rewritePolicy leaves out what would let the source account in by a pattern',
    },
    {
      name: 'denials-are-kept',
      search: "one.Effect !== 'Deny' && ",
      replace: '',
      test: 'rewritePolicy leaves out what would let the source account in by a pattern, and keeps what denies it',
    },
    {
      name: 'conditions-are-rewritten',
      search: "if (name === 'Condition') return [name, conditions(value)];",
      replace: '',
      test: 'rewritePolicy maps principals and conditions of the source account',
    },
  ]),
  ...of('autoscaling', [
    {
      name: 'targets-have-pages',
      search: 'return { items: page.ScalableTargets ?? [], next: page.NextToken ?? null };',
      replace: 'return { items: page.ScalableTargets ?? [], next: null };',
      test: 'readAutoscaling reads all pages of targets and policies',
    },
    {
      name: 'other-tables-keep-their-scaling',
      search: '`${ResourceId}/`.startsWith(`${resourceId(table, null)}/`)',
      replace: '`${ResourceId}/`.startsWith(resourceId(table, null))',
      test: 'removeAutoscaling takes the table and its indexes and no other',
    },
    {
      name: 'left-behind-targets-go',
      search: 'for (const target of foreign) await deregister(client, dimensionOf(table, target));',
      replace: '',
      test: 'applyAutoscaling takes away what an earlier table of the name has left behind',
    },
  ]),
  ...of('kinesis-streaming', [
    {
      name: 'switched-off-streams-are-off',
      search: '.filter(({ DestinationStatus }) => streaming.includes(DestinationStatus ?? ',
      replace:
        '.filter(({ DestinationStatus }) => DestinationStatus !== undefined || [].includes(DestinationStatus ?? ',
      test: 'readKinesisStreaming takes streams that are on or being switched on',
    },
  ]),
  ...of('contributor-insights', [
    {
      name: 'insights-are-asked-for-longer',
      search: 'const patience = { attempts: 12,',
      replace: 'const patience = { attempts: 6,',
      test: 'readContributorInsights asks longer than others',
    },
  ]),
  ...of('resource-policy', [
    {
      name: 'cut-policy-is-no-policy',
      search: "isPolicy(parseJson(answer.Policy ?? '')) ? null :",
      replace: 'answer ? null :',
      test: 'readResourcePolicy does not take',
    },
  ]),
  ...of('encryption', [
    {
      name: 'keys-are-asked-for-once',
      search: 'const answer = answers.get(key) ??',
      replace: 'const answer = undefined ??',
      test: 'keyReader asks once for each key',
    },
    {
      name: 'denied-key-is-no-absent-key',
      search: "if (errorCode(error) === 'NotFoundException') return null;",
      replace: "if (errorCode(error) !== '') return null;",
      test: 'pitfall 27: a key that may not be used is Promotion.Permission',
    },
  ]),
  ...of(
    'preflight',
    [
      {
        name: 'global-tables-are-merged-into-alone',
        search: "if (existing !== 'merge') {",
        replace: 'if (false) {',
        test: 'pitfall 44: a destination that is a global table is written to by a merge alone',
      },
      {
        name: 'disabled-keys-are-conflicts',
        search: 'return facts.enabled ? []',
        replace: 'return facts ? []',
        test: 'pitfall 27: a key that the destination cannot use is a conflict before anything is made',
      },
    ],
    'settings.whole',
  ),
  ...of(
    'excluded',
    [
      {
        name: 'excluded-settings-are-not-compared',
        search: 'settings.reduce((left, setting) => untouched[setting](left), definition)',
        replace: 'definition',
        test: 'pitfall 25: a copy with every setting leaves excluded settings alone',
      },
    ],
    'settings.whole',
  ),
];
