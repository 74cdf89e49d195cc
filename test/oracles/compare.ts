import { isObject } from '../../lib/local/states/json.ts';

const MOMENT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/g;

/** Compares answers with recorded ones; placeholders with a number keep their meaning over all calls. */
export interface Comparison {
  matches(expected: unknown, actual: unknown): boolean;
}

/** The value with each `{"$repeat": [text, n]}` written out. */
export function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (!isObject(value)) return value;
  if (Array.isArray(value.$repeat)) return String(value.$repeat[0]).repeat(Number(value.$repeat[1]));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member)]));
}

const escapeText = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A comparison in which the listed texts, such as `<uuid:1>`, stand for one or more characters. */
export function createComparison(placeholders: readonly string[]): Comparison {
  const bound = new Map<string, string>();

  const matchText = (expected: string, actual: string): boolean => {
    const names: string[] = [];
    const parts = expected.split(/(<[^<>]+>)/).map((part) => {
      if (!placeholders.includes(part)) return escapeText(part);
      const known = bound.get(part);
      if (known !== undefined) return escapeText(known);
      names.push(part);
      return '([\\s\\S]+?)';
    });
    const found = new RegExp(`^${parts.join('')}$`).exec(actual);
    if (!found) return false;
    for (const [index, name] of names.entries()) if (name.includes(':')) bound.set(name, found[index + 1] ?? '');
    return true;
  };

  const matchJsonText = (expected: unknown, actual: unknown): boolean => {
    if (typeof actual !== 'string') return false;
    try {
      return matches(expected, JSON.parse(actual));
    } catch {
      return false;
    }
  };

  const matches = (expected: unknown, actual: unknown): boolean => {
    if (expected === '<any>') return actual !== undefined;
    if (typeof expected === 'string') {
      if (typeof actual !== 'string') return false;
      return matchText(expected.replace(MOMENT, 'date'), actual.replace(MOMENT, 'date'));
    }
    if (Array.isArray(expected)) {
      return (
        Array.isArray(actual) &&
        expected.length === actual.length &&
        expected.every((part, index) => matches(part, actual[index]))
      );
    }
    if (!isObject(expected)) return Object.is(expected, actual);
    if ('$jsonText' in expected) return matchJsonText(expected.$jsonText, actual);
    if ('$text' in expected) return matches(expected.$text, actual);
    if ('$repeat' in expected) return expand(expected) === actual;
    if (!isObject(actual)) return false;
    const names = Object.keys(expected);
    return names.length === Object.keys(actual).length && names.every((name) => matches(expected[name], actual[name]));
  };
  return { matches };
}
