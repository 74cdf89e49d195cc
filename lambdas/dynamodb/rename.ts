import { runInNewContext } from 'node:vm';
import type { DynamodbRequest } from './contracts.ts';
import { inputError } from './input-error.ts';

type Rule = DynamodbRequest['rename'];
type Regex = NonNullable<NonNullable<Rule>['regex']>;

/** A name has at most 255 characters, which a sound pattern reads in microseconds; 2,500 names take milliseconds. */
const patternMilliseconds = 1_000;

const place = '/kinds/dynamodb/rename';

/**
 * What a rule makes of each name, null where it does not touch it; without a rule names stay. Throws
 * `Promotion.Config` for a pattern that is none, and for one that takes too long.
 */
export function renamed(tables: readonly string[], rule: Rule): (string | null)[] {
  const { prefix, map, regex } = rule ?? {};
  if (regex) return byPattern(tables, regex);
  if (map) return tables.map((table) => (Object.hasOwn(map, table) ? (map[table] ?? null) : null));
  // Only the beginning is replaced: a name that holds the prefix again further on keeps it there.
  if (prefix) {
    return tables.map((table) => (table.startsWith(prefix.from) ? prefix.to + table.slice(prefix.from.length) : null));
  }
  return [...tables];
}

/** Source names of a map that none of the tables has: a mistake, or a map that several promotions share. */
export function unusedNames(tables: readonly string[], rule: Rule): string[] {
  return Object.keys(rule?.map ?? {}).filter((name) => !tables.includes(name));
}

/** Why a rule does not touch a name, for a message: `does not begin with "DEV-"`. */
export function untouchedWords(rule: Rule): string {
  if (rule?.map) return 'is not in the map';
  if (rule?.regex) return `does not match ${rule.regex.match} as a whole`;
  return `does not begin with "${rule?.prefix?.from}"`;
}

/**
 * Some patterns, such as (a+)+b, take longer than the age of the universe for a name that they just miss: V8 gives up
 * on them only where a context with a time limit runs them.
 */
function byPattern(tables: readonly string[], { match, replace }: Regex): (string | null)[] {
  assertReferences(replace, groupsOf(match));
  const expand = 'JSON.stringify(tables.map((table) => whole.test(table) ? table.replace(whole, replace) : null))';
  const program = `const whole = new RegExp(pattern); ${expand}`;
  try {
    const timeout = patternMilliseconds;
    return JSON.parse(
      runInNewContext(program, { pattern: `^(?:${match})$`, replace, tables: [...tables] }, { timeout }),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw inputError(
      'InvalidRename',
      `the pattern "${match}" takes more than ${patternMilliseconds} ms for the names of the tables`,
      `${place}/regex/match`,
      'avoid repetitions within repetitions, such as (a+)+',
    );
  }
}

/** The groups of a pattern; compiled by itself, because "a)|(b" and "a\" are patterns only with more around them. */
function groupsOf(match: string): { count: number; names: ReadonlySet<string> } {
  try {
    new RegExp(match);
    // An alternative that matches nothing makes the empty text a match, whose groups can be counted.
    const found = new RegExp(`${match}|`).exec('');
    return { count: (found?.length ?? 1) - 1, names: new Set(Object.keys(found?.groups ?? {})) };
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    throw inputError(
      'InvalidRename',
      said,
      `${place}/regex/match`,
      'write a regular expression as JavaScript has them',
    );
  }
}

/** A reference to a group that the pattern lacks would stay in the name, or vanish from it, without a word. */
function assertReferences(replace: string, groups: ReturnType<typeof groupsOf>): void {
  for (const [reference, number, name] of replace.matchAll(/\$(?:(\d\d?)|<([^>]*)>|&)?/g)) {
    // "$12" is the twelfth group where there are so many, else the first and the digit 2.
    const known =
      reference === '$&' ||
      (name !== undefined && groups.names.has(name)) ||
      [Number(number), Number(number?.slice(0, 1))].some((group) => group >= 1 && group <= groups.count);
    if (known) continue;
    throw inputError(
      'InvalidRename',
      `"${reference}" refers to no group of the pattern`,
      `${place}/regex/replace`,
      'refer to groups as $1 or $<name>, to the whole name as $&',
    );
  }
}
