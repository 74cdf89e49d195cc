import { type Mutation, mutationsOf } from '../mutation.ts';

/** Guards of what children of the Distributed Maps read and of what is listed for them. */
export const childMutations: readonly Mutation[] = [
  ...mutationsOf('lambdas/core/guards.ts', 'test/lambdas/core/guards.test.ts', [
    {
      name: 'guards-refuse-unknown-members',
      search: 'if (unknown !== undefined) return',
      replace: 'if (false) return',
      test: 'guards beside the schemas of the same shape take and refuse the same values',
    },
    {
      name: 'inherited-members-do-not-count',
      search: 'Object.hasOwn(value, name) ? value[name] : undefined',
      replace: 'value[name]',
      test: 'does not take what an object inherits for its own member',
    },
  ]),
  ...mutationsOf('lambdas/core/accounts.ts', 'test/lambdas/core/accounts.test.ts', [
    {
      name: 'writing-roles-are-asked-for-their-account',
      search: "request.side !== 'source' && !request.readOnly && !checkedRoles.has(roleArn)",
      replace: 'false',
      test: 'refuses a role that leads to another account than the configured one',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/segmented-tables.ts', 'test/lambdas/dynamodb/segmented-tables.test.ts', [
    {
      name: 'only-mode-verify-repairs',
      search: 'repairs: isRepair(run),',
      replace: 'repairs: run.request.repair,',
      test: 'has a repair in mode verify alone',
    },
    {
      name: 'expired-items-are-listed-to-be-left-out',
      search: '    skipExpired,',
      replace: '    skipExpired: false,',
      test: 'says what the request asks of items and engine, and nothing else of it',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/rounds.ts', 'test/lambdas/dynamodb/rounds.test.ts', [
    {
      name: 'long-changes-stand-beside-the-list',
      search: 'if (text.length <= charactersInline) return null;',
      replace: 'if (text) return null;',
      test: 'stands once beside the list when it is long, in the version that the lines name',
    },
    {
      name: 'the-whole-list-is-read-only-where-all-is-left',
      search: 'if (left.length > 0 && left.length === groups.length) {',
      replace: 'if (left.length > 0) {',
      test: 'leaves out what an earlier run has copied',
    },
  ]),
];
