import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, test: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(
    `lib/local/emulators/dynamodb/transfer/${name}.ts`,
    `test/lib/local/emulators/dynamodb/transfer/${test}.test.ts`,
    rows,
  );

/** Guards of exports, imports and backups, as the DynamoDB emulator answers for them. */
export const emulatorTransferMutations: readonly Mutation[] = [
  ...of('exports', 'exports', [
    {
      name: 'export-needs-the-bucket-owner',
      search: 'owner: S3BucketOwner ?? region.place.account,',
      replace: "owner: S3BucketOwner ?? '333333333333',",
      test: 'pitfall 28: a bucket that cannot be written to of another account needs its owner in the request',
    },
    {
      name: 'export-needs-recovery',
      search: 'if (enabledAt === null || recoveryDays === null) {',
      replace: 'if (false) {',
      test: 'needs point-in-time recovery and a table that is active',
    },
    {
      name: 'export-time-has-a-window',
      search: 'exportTime < earliest || ',
      replace: '',
      test: 'takes a time within the window of recovery only',
    },
    {
      name: 'export-token-conflicts',
      search: "refuseConflict(repeated, fingerprint, 'ExportConflictException');",
      replace: '',
      test: 'the client token of an export conflicts with any other input',
    },
  ]),
  ...of('export-files', 'exports', [
    {
      name: 'export-states-true-checksums',
      search: "md5Checksum: md5(stated, 'base64')",
      replace: "md5Checksum: md5(stated.subarray(1), 'base64')",
      test: 'pitfall 28: writes DYNAMODB_JSON whose manifests hold the checksum and the count of every file',
    },
    {
      name: 'export-has-several-files',
      search: 'const PARTITIONS = 4;',
      replace: 'const PARTITIONS = 1;',
      test: 'pitfall 28: writes ION whose manifests hold the checksum and the count of every file',
    },
  ]),
  ...of('imports', 'imports', [
    {
      name: 'import-with-errors-has-failed',
      search: 'if (counts.errors > 0) failure = INVALID_ITEMS;',
      replace: '',
      test: 'pitfall 29: an import that fails for items of the wrong form keeps the table with the others',
    },
    {
      name: 'import-without-bucket-leaves-no-table',
      search: 'region.tables.delete(table.name);',
      replace: '',
      test: 'pitfall 29: an import that fails for its bucket leaves no table',
    },
  ]),
  ...of('import-objects', 'imports', [
    {
      name: 'import-half-way-leaves-half',
      search: 'all.slice(0, all.length / 2)',
      replace: 'all',
      test: 'pitfall 29: an import that fails half way leaves a table with part of the items',
    },
  ]),
  ...of('shapes', 'imports', [
    {
      name: 'import-carries-no-local-indexes',
      search: 'const { LocalSecondaryIndexes, ...importable } = table;',
      replace: 'const { LocalSecondaryIndexes } = table, importable = table;',
      test: 'pitfall 29: cannot carry LocalSecondaryIndexes of a table',
    },
  ]),
  ...of('loading', 'imports', [
    {
      name: 'table-that-is-filled-is-not-there',
      search: 'if (loading.has(name)) throw',
      replace: 'if (false) throw',
      test: 'answers no data call before all is there',
    },
  ]),
  ...of('items', 'imports', [
    {
      name: 'one-unfit-item-spoils-no-batch',
      search: 'refused += 1;',
      replace: 'return items.length;',
      test: 'pitfall 29: an import that fails for items of the wrong form keeps the table with the others',
    },
  ]),
  ...of('ion-write', 'ion', [
    {
      name: 'ion-numbers-are-exact',
      search: 'if (exponent === 0) return',
      replace: 'if (exponent >= 0) return',
      test: 'readIonRecords gives back every item that was written, to the last digit',
    },
  ]),
  ...of('backups', 'backups', [
    {
      name: 'one-backup-at-a-time',
      search: 'if (other) throw inUse(',
      replace: 'if (false) throw inUse(',
      test: 'refuse a second backup of a table while one is made',
    },
  ]),
  ...mutationsOf('lib/local/forwarded-calls.ts', 'test/lib/local/forwarded-calls.test.ts', [
    {
      name: 'forwarded-calls-are-authorized',
      search: 'if (!decision.allowed) throw denied(call, decision);',
      replace: '',
      test: 'an export in its caller’s name fails without s3:PutObject',
      within: 'an export in its caller’s name',
    },
  ]),
];
