import type * as z from 'zod';

/** Types as JSON has them; the others are called alike. */
const types: Readonly<Record<string, string>> = { record: 'object', int: 'whole number' };

/** What a bound counts, by what it is a bound of; of a number it is the number. */
const counted: Readonly<Record<string, string>> = { string: 'character', array: 'element', set: 'element' };

/** What would be right, in words of JSON instead of those of the library; null for an issue that has its own words. */
export function issueWords(issue: z.core.$ZodIssue): string | null {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${withArticle(issue.expected)}`;
    case 'invalid_value':
      return /^Invalid (input|option)/.test(issue.message)
        ? `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
        : null;
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    default:
      return null;
  }
}

/** A type with its article: `an object`, `a number`. */
export function withArticle(type: string): string {
  const name = types[type] ?? type;
  return `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`;
}

function bound(origin: string, limit: number | bigint, how: string): string {
  const unit = counted[origin];
  return unit ? `must have ${how} ${limit} ${unit}${limit === 1 ? '' : 's'}` : `must be ${how} ${limit}`;
}
