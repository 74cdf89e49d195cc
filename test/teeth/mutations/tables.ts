import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/dynamodb/${name}.ts`, `test/lambdas/dynamodb/${name}.test.ts`, rows);

/** Guards of tables: definition, names, ownership; those of settings stand beside. */
export const tableMutations: readonly Mutation[] = [
  ...of('create-table', [
    {
      name: 'unused-attributes-are-not-created',
      search: 'AttributeDefinitions: usedAttributes(table),',
      replace: 'AttributeDefinitions: table.AttributeDefinitions,',
      test: 'pitfall 22: attributes that no key uses are left out, those of indexes are kept',
    },
    {
      name: 'stream-waits-for-the-load',
      search: 'const { StreamSpecification, DeletionProtectionEnabled,',
      replace: 'const { DeletionProtectionEnabled,',
      test: 'pitfall 25: settings that must wait for the load are not part of the create',
    },
    {
      name: 'created-table-has-our-tag',
      search: 'return [...carried, ...owned];',
      replace: 'return carried;',
      test: 'createTable asks for the new name, the keys, the capacity and our tag',
    },
    {
      name: 'existing-table-is-told',
      search: "if (errorCode(error) === 'ResourceInUseException') return { outcome: 'exists' };",
      replace: '',
      test: 'createTable says that a table of that name exists',
    },
    {
      name: 'created-table-has-an-id',
      search: 'answer.TableDescription?.TableId ? null :',
      replace: 'answer ? null :',
      test: 'createTable asks again after an answer without a description',
    },
  ]),
  ...of('definition', [
    {
      name: 'index-projections-count',
      search: '(KeySchema|Projection)|Local',
      replace: '(KeySchema)|Local',
      test: 'pitfall 24: a destination with other keys is told by the type, keys and projection of an index',
    },
  ]),
  ...of('source-keys', [
    {
      name: 'bundle-has-the-keys-of-the-source',
      search: 'if (keyWords(bundled) === keyWords(present)) return;',
      replace: 'return;',
      test: 'assertSourceKeys refuses another attribute, with the place in the file and both keys',
    },
    {
      name: 'types-of-keys-count',
      search: '.map((name) => `"${name}" (${typeOf(name)})`)',
      replace: '.map((name) => `"${name}"`)',
      test: 'assertSourceKeys refuses another type, with the place in the file and both keys',
    },
  ]),
  ...of('for-destination', [
    {
      name: 'excluded-settings-are-told-once',
      search: '[...new Set(context.settings.exclude)]',
      replace: '[...context.settings.exclude]',
      test: 'excluded settings are told once although they are named twice',
    },
  ]),
  ...of('bundle', [
    {
      name: 'unused-names-of-the-map-are-told',
      search: 'const renaming = unused.length > 0 ?',
      replace: 'const renaming = unused.length > 9 ?',
      test: 'readBundle tells names of the map that no selected table has',
    },
    {
      name: 'exported-table-keeps-its-name',
      search: 'if (TableName === table) return file;',
      replace: 'return file;',
      test: 'readBundle refuses a file whose table was given another name',
    },
  ]),
  ...of('read-table', [
    {
      name: 'indexes-are-waited-for',
      search: ".every(({ IndexStatus }) => IndexStatus === 'ACTIVE')",
      replace: '.every(() => true)',
      test: 'pitfall 23: a table that is not ready with all its indexes ACTIVE with indexes',
    },
    {
      name: 'empty-answer-is-no-absence',
      search: 'answer.Table?.TableStatus ? null :',
      replace: 'answer ? null :',
      test: 'readTable does not take an empty answer for a table that is not there',
    },
    {
      name: 'tags-have-pages',
      search: 'next: page.NextToken ?? null',
      replace: 'next: null',
      test: 'readTable reads every page of the tags, in order, without those of AWS',
    },
  ]),
  ...of('probe', [
    {
      name: 'fresh-table-is-counted',
      search: 'while (after && page < pages)',
      replace: 'while (false)',
      test: 'pitfall 30: a freshly filled table of which the service says that it is empty is counted to its end',
    },
    {
      name: 'empty-answer-is-no-empty-table',
      search: '(Count === undefined ? `dynamodb answered no count of ${table}` : null)',
      replace: '(Count === undefined ? null : null)',
      test: 'pitfall 30: a freshly filled table of which the service says that it is empty is not taken for empty',
    },
  ]),
  ...of('names', [
    {
      name: 'two-tables-have-two-names',
      search: 'if (other !== undefined) {',
      replace: 'if (false) {',
      test: `pitfall 31: renaming that hits the wrong part, or one name twice refuses 'two tables to one name by "as"'`,
    },
    {
      name: 'table-names-are-legal',
      search: 'if (tableNamePattern.test(name)) return;',
      replace: 'return;',
      test: "pitfall 31: renaming that hits the wrong part, or one name twice refuses 'an illegal destination name'",
    },
  ]),
  ...of('ownership', [
    {
      name: 'our-tag-is-asked-for',
      search: 'return tagged && sameSchema(wanted, found.definition) ?',
      replace: 'return sameSchema(wanted, found.definition) ?',
      test: 'ownership is foreign where there is an intent, but not our tag or other keys',
    },
    {
      name: 'our-keys-are-asked-for',
      search: 'return tagged && sameSchema(wanted, found.definition) ?',
      replace: 'return tagged ?',
      test: 'ownership is foreign where there is an intent, but not our tag or other keys',
    },
    {
      name: 'table-made-anew-is-foreign',
      search: "if (idOf(begun) !== found.id) return { state: 'foreign' };",
      replace: '',
      test: 'ownership is foreign where the table was deleted and made anew by somebody',
    },
    {
      name: 'old-completion-does-not-count',
      search: 'if (!complete || entries.indexOf(complete) < entries.indexOf(begun))',
      replace: 'if (!complete)',
      test: 'ownership is begun again where this promotion has made the table a second time',
    },
  ]),
];
