import { type Mutation, mutationsOf } from '../mutation.ts';

const between = (file: string, testFile: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/dynamodb/${file}.ts`, `test/lambdas/dynamodb/${testFile}.test.ts`, rows);
const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) => between(name, name, rows);

const renaming = 'pitfall 31: renaming that hits the wrong part, or one name twice';

/** Guards of selection, renaming and transformation. */
export const changeMutations: readonly Mutation[] = [
  ...between('rename', 'names', [
    {
      name: 'only-the-beginning-is-renamed',
      search: 'prefix.to + table.slice(prefix.from.length)',
      replace: 'table.replaceAll(prefix.from, prefix.to)',
      test: `${renaming} replaces the beginning alone`,
    },
  ]),
  ...of('names', [
    {
      name: 'untouched-name-is-refused',
      search: 'if (as === null) {',
      replace: 'if (false) {',
      test: `${renaming} refuses 'a name that the rule does not touch'`,
    },
  ]),
  ...of('rename', [
    {
      name: 'pattern-matches-the-whole-name',
      search: 'pattern: `^(?:${match})$`',
      replace: 'pattern: match',
      test: 'pitfall 31: a pattern that hits a part of the name DEV → PROD makes of DEV-orders null',
    },
    {
      name: 'alternatives-are-anchored-too',
      search: 'pattern: `^(?:${match})$`',
      replace: 'pattern: `^${match}$`',
      test: 'pitfall 31: a pattern that hits a part of the name DEV|TEST-(.*) → PROD-$1 makes of DEV-orders null',
    },
    {
      name: 'pattern-is-one-by-itself',
      search: '    new RegExp(match);',
      replace: '',
      test: 'pitfall 31: a pattern that hits a part of the name refuses a backslash at the end',
    },
    {
      name: 'references-have-groups',
      search: 'if (known) continue;',
      replace: 'continue;',
      test: 'pitfall 31: a pattern that hits a part of the name refuses a group that it does not have',
    },
    {
      name: 'map-has-own-names-only',
      search: 'Object.hasOwn(map, table) ?',
      replace: 'table in map ?',
      test: 'renamed takes names from a map, and those that are not in it for untouched',
    },
  ]),
  ...of('selection', [
    {
      name: 'all-tags-must-match',
      search: 'Object.entries(entry.tag).every(',
      replace: 'Object.entries(entry.tag).some(',
      test: 'selectTables takes a table only where all given tags match, key and value',
    },
    {
      name: 'selected-twice-counts-once',
      search: 'matching.filter(({ table }) => !taken.has(table))',
      replace: 'matching',
      test: 'selectTables counts a table once: for the entry that names it, else for the first that selects it',
    },
    {
      name: 'empty-selection-is-told',
      search: 'if (matching.length === 0) unmatched.push(entry);',
      replace: '',
      test: 'selectTables says which entries found nothing',
    },
  ]),
  ...of('source-tables', [
    {
      name: 'all-pages-of-tables',
      search: 'next: page.LastEvaluatedTableName ?? null',
      replace: 'next: null',
      test: 'listCandidates lists every page of tables for a prefix, and no tags',
    },
    {
      name: 'tags-of-a-table-that-went',
      search: "if (errorCode(error) === 'ResourceNotFoundException') return [];",
      replace: '',
      test: 'listCandidates takes a table that goes meanwhile for absent',
    },
  ]),
  ...of('bundle', [
    {
      name: 'tags-are-those-of-the-source',
      search: 'table: asset, tags }',
      replace: 'table: asset, tags: tags.slice(1) }',
      test: 'readBundle selects by the tags of the source although the file was edited',
    },
  ]),
  ...between('attributes', 'wire-item', [
    {
      name: 'base64-is-decoded-for-comparison',
      search: "typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : Buffer.from(bytes)",
      replace: 'Buffer.from(bytes)',
      test: 'pitfall 37: comparing what has no order, as the protocol spells it agrees with the items of the SDK',
    },
  ]),
  ...of('wire-item', [
    {
      name: 'inherited-members-are-no-attributes',
      search: 'return Object.hasOwn(item, name) ? item[name] : undefined;',
      replace: 'return item[name];',
      test: 'attributes by name are read only where the item has them itself',
    },
    {
      name: 'proto-is-an-attribute',
      search: 'return Object.fromEntries([...Object.entries(item), [name, value]]);',
      replace: 'return Object.assign({}, item, { [name]: value });',
      test: 'attributes by name are set under any name, in their place',
    },
  ]),
  ...of('change', [
    {
      name: 'collision-in-a-page-is-told',
      search: 'if (key !== null && seen.has(key)) {',
      replace: 'if (false) {',
      test: 'pitfall 4: two items that become one key are a collision',
    },
    {
      name: 'collision-goes-by-the-whole-key',
      search: '? canonicalWireItem(wireKeyOf(item, destinationKey))',
      replace: '? canonicalWireItem(wireKeyOf(item, destinationKey.slice(0, 1)))',
      test: 'pitfall 4: two items that become one key are told by the whole key',
    },
    {
      name: 'nothing-left-is-no-end',
      search: "if (changed.kind === 'leftOut') page.leftOut++;",
      replace: "if (changed.kind === 'leftOut') break;",
      test: 'pitfall 5: a page of which nothing is left is an empty page, and the one item that is left is found on the last',
    },
    {
      name: 'without-time-to-live-nothing-expires',
      search: "if (typeof text !== 'string') return false;",
      replace: "if (typeof text !== 'string') return true;",
      test: 'items whose time to live is over absent',
    },
  ]),
  ...of('look-up', [
    {
      name: 'collisions-across-pages-are-found',
      search: 'found.set(key, [...(found.get(key) ?? []), behind]);',
      replace: 'found.set(key, [behind]);',
      test: 'pitfall 4: two items that become one key are both found behind the key',
    },
    {
      name: 'lookups-are-filtered',
      search: 'change.meets(item) ? change.apply(item, nowSeconds) : null',
      replace: 'change.apply(item, nowSeconds)',
      test: 'lookUp leaves out what the filter leaves out, also by the key, and what has expired',
    },
    {
      name: 'no-overlong-key-is-asked-for',
      search: '.filter((key) => !overlongKey(key, change.sourceKey));',
      replace: ';',
      test: 'lookUp asks for no key that is longer than one may be',
    },
  ]),
  ...of('change-steps', [
    {
      name: 'rename-writes-over-nothing',
      search: 'if (Object.hasOwn(item, to)) return null;',
      replace: '',
      test: 'transformItem never writes over an attribute by a rename, and says which one',
    },
    {
      name: 'both-keys-before-are-known',
      search: '? [key, withAttribute(key, name,',
      replace: '? [withAttribute(key, name,',
      test: 'keysBefore of one with a new prefix: with it and without',
    },
  ]),
  ...of('change-definition', [
    {
      name: 'attribute-given-again-is-not-gone',
      search: "if ('setAttribute' in step && step.setAttribute[0] === name) {",
      replace: 'if (false) {',
      test: 'changeFindings has nothing to tell where a later step gives the attribute again',
    },
    {
      name: 'keys-are-not-dropped',
      search: 'if (now(tableKey).includes(attribute)) {',
      replace: 'if (tableKey.includes(attribute)) {',
      test: 'assertChange refuses a key dropped under its new name',
    },
    {
      name: 'index-keys-keep-their-type',
      search: "if (typeof content === 'string' && content !== '') return;",
      replace: 'return;',
      test: 'assertChange refuses an index key of another type',
    },
  ]),
  ...of('restriction', [
    {
      name: 'placeholders-do-not-clash',
      search: "while (given.some((name) => name.startsWith(prefix))) prefix += '_';",
      replace: '',
      test: 'restrictionOf keeps the placeholders of the filter apart from ours',
    },
    {
      name: 'key-is-always-projected',
      search: '[...new Set([...always, ...projection])]',
      replace: '[...new Set(projection)]',
      test: 'restrictionOf projects the key besides',
    },
  ]),
  ...of('conditions', [
    {
      name: 'absent-is-unequal',
      search: 'return left !== undefined && right !== undefined &&',
      replace:
        "return (left === undefined && right === undefined) || typeof left === 'object' && right !== undefined &&",
      test: 'meetsCondition leaves out one that does not meet absent = missing',
    },
  ]),
  ...of('numbers', [
    {
      name: 'number-has-no-plus',
      search: 'if (/^\\+|\\s/.test(text))',
      replace: 'if (false)',
      test: 'numberProblem finds one in "+5"',
    },
    {
      name: 'numbers-are-not-compared-as-texts',
      search: 'left.magnitude - right.magnitude ||',
      replace: '',
      test: 'compareNumbers orders all numbers as exact arithmetic does',
    },
  ]),
  ...of('change-input', [
    {
      name: 'placeholders-are-used-whole',
      search: '!used.includes(placeholder)',
      replace: '!expression.includes(placeholder)',
      test: 'assertChangeInput refuses a value of which only the beginning is used',
    },
  ]),
];
