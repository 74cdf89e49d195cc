import { type Mutation, mutationsOf } from '../mutation.ts';

const ofCore = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/core/${name}.ts`, `test/lambdas/core/${name}.test.ts`, rows);
const ofDynamoDb = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/dynamodb/${name}.ts`, `test/lambdas/dynamodb/${name}.test.ts`, rows);

/** Guards of workers: what an edited bundle may say, what a session may do, what is undone, and what a process keeps. */
export const workerGuardMutations: readonly Mutation[] = [
  ...ofDynamoDb('table-rules', [
    {
      name: 'key-has-one-partition-attribute',
      search: 'if (hashes < 1 || hashes > most || schema.length - hashes > most) {',
      replace: 'if (hashes < 1) {',
      test: 'a table’s definition may not have two partition attributes',
    },
    {
      name: 'key-attributes-have-a-type',
      search: 'if (defined.has(AttributeName)) return;',
      replace: 'return;',
      test: 'a table’s definition may not have a key without a type',
    },
    {
      name: 'capacity-goes-with-its-mode',
      search: 'if (provisioned === (of.ProvisionedThroughput !== undefined)) return [];',
      replace: 'return [];',
      test: 'a table’s definition may not have no capacity where it must be given',
    },
    {
      name: 'local-index-shares-the-partition-key',
      search: 'if (hash(index.KeySchema) === hash(table.KeySchema)) return breaches;',
      replace: 'return breaches;',
      test: 'a table’s definition may not have a local index with a partition key of its own',
    },
    {
      name: 'local-indexes-need-sort-keys',
      search: 'if (!hasRange(table.KeySchema) || !hasRange(index.KeySchema)) {',
      replace: 'if (!hasRange(index.KeySchema)) {',
      test: 'a table’s definition may not have a local index without a sort key of the table',
    },
    {
      name: 'tags-are-few-enough',
      search: 'tags.length > tagsPerTable',
      replace: 'tags.length > tagsPerTable + 1',
      test: 'tags of a table may not be more than fifty',
    },
    {
      name: 'tags-of-the-services-are-reserved',
      search: "Key.startsWith('aws:')",
      replace: 'Key.length > 128',
      test: 'tags of a table may not be one of the services',
    },
    {
      name: 'tags-have-different-names',
      search: 'return [...reserved, ...tooMany, ...twice];',
      replace: 'return [...reserved, ...tooMany];',
      test: 'tags of a table may not be one twice',
    },
  ]),
  ...ofDynamoDb('session', [
    {
      name: 'session-names-its-table',
      search: 'Resource: resource }, tableKeys',
      replace: "Resource: '*' }, tableKeys",
      test: 'the sessions of a group of segments name its two tables and no other',
    },
    {
      name: 'comparison-cannot-write',
      search: 'mayWrite ? [...reading, ...writing] : reading',
      replace: '[...reading, ...writing]',
      test: 'the sessions of a group of segments may write nowhere in a comparison',
    },
  ]),
  ...ofDynamoDb('rollback', [
    {
      name: 'rollback-holds-the-lock',
      search: '  await joinLock(artefacts, holder, input.execution);',
      replace: '',
      test: 'rollback touches nothing when the lock names another execution',
    },
  ]),
  ...ofCore('handler', [
    {
      name: 'output-is-bounded',
      search: 'if (bytes > outputLimit) {',
      replace: 'if (false) {',
      test: 'defineHandler passes an output of 32 KiB on and refuses one that is a byte larger',
    },
    {
      name: 'failed-process-forgets-its-sessions',
      search: '      forgetSessions();',
      replace: '',
      test: 'defineHandler lets a process that has failed begin anew with its sessions',
    },
  ]),
  ...ofCore('accounts', [
    {
      name: 'session-is-kept-for-its-promotion',
      search: 'JSON.stringify([roleArn, environments.externalId, request])',
      replace: 'JSON.stringify([roleArn, environments.externalId])',
      test: 'another promotion has a session of its own',
    },
    {
      name: 'old-session-is-not-begun-with',
      search: ' && kept.expiration.getTime() - Date.now() > marginMilliseconds) return kept;',
      replace: ') return kept;',
      test: 'a session that ends within five minutes is not begun with',
    },
    {
      name: 'unchecked-role-is-checked-again',
      search: '    checkedRoles.add(roleArn);',
      replace: '',
      test: 'a later invocation of the process goes on with the session and asks no more whose account it is',
    },
  ]),
  ...ofCore('journal', [
    {
      name: 'kept-entry-is-the-one-that-lies-there',
      search: '`${etag} ${key}`',
      replace: 'key',
      test: 'a journal reads an entry that was written over since',
    },
    {
      name: 'entries-are-numbered-behind-unread-ones',
      search: 'const count = (numbers.get(entry.asset) ?? 0) + 1;',
      replace: 'const count = (entries.get(entry.asset)?.length ?? 0) + 1;',
      test: 'a journal is read no further back than the entry that is enough, and goes on behind it all the same',
    },
  ]),
  ...ofCore('artefacts', [
    {
      name: 'only-versions-are-kept',
      search: 'if (versionId === undefined) return await fetch(key);',
      replace: '',
      test: 'write and read read a version once in the life of a process, and what has no version each time',
    },
  ]),
  ...ofCore('bounded', [
    {
      name: 'store-is-bounded',
      search: 'if (entries.size <= most) return;',
      replace: 'return;',
      test: 'bounded forgets the entry that was used longest ago, and no other',
    },
  ]),
];
