import { ServiceError } from '../../service.ts';

/** Whether an event fits a pattern. */
export type Matcher = (event: unknown) => boolean;

type Test = (value: unknown) => boolean;

/** `undefined` stands for a field that the event does not have. */
const isScalar = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function invalid(reason: string): ServiceError {
  return new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

function textOf(operator: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(`${operator} match pattern must be a string`);
  return value;
}

const textTest =
  (operator: string, test: (actual: string, expected: string) => boolean) =>
  (argument: unknown): Test => {
    const expected = textOf(operator, argument);
    return (actual) => typeof actual === 'string' && test(actual, expected);
  };

const COMPARISONS: Readonly<Record<string, (actual: number, expected: number) => boolean>> = {
  '=': (actual, expected) => actual === expected,
  '<': (actual, expected) => actual < expected,
  '<=': (actual, expected) => actual <= expected,
  '>': (actual, expected) => actual > expected,
  '>=': (actual, expected) => actual >= expected,
};

/** `["=", 5]`, or a lower and an upper bound: `[">", 0, "<=", 5]`. */
function numericTest(argument: unknown): Test {
  const parts = Array.isArray(argument) ? argument : [];
  if (parts.length !== 2 && parts.length !== 4) throw invalid('numeric match needs one or two comparisons');
  const tests = Array.from({ length: parts.length / 2 }, (_, index) => {
    const [operator, bound] = [parts[index * 2], parts[index * 2 + 1]];
    const compare = COMPARISONS[String(operator)];
    if (!compare) throw invalid(`Unrecognized numeric range operator: ${operator}`);
    if (typeof bound !== 'number') throw invalid(`Value of ${operator} must be numeric`);
    return (actual: number) => compare(actual, bound);
  });
  return (actual) => typeof actual === 'number' && tests.every((test) => test(actual));
}

function wildcard(argument: unknown): Test {
  const expression = textOf('wildcard', argument);
  if (expression.includes('**')) throw invalid('Consecutive wildcard characters');
  const source = expression
    .replace(/\\\*/g, '\0')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[\\s\\S]*')
    .replaceAll('\0', '\\*');
  const compiled = new RegExp(`^${source}$`, 'u');
  return (actual) => typeof actual === 'string' && compiled.test(actual);
}

/** A field that is there and is none of the values; or does not begin, end or read like a text. */
function anythingBut(argument: unknown): Test {
  if (isRecord(argument)) {
    const [operator = '', ...more] = Object.keys(argument);
    if (more.length > 0 || !['prefix', 'suffix', 'wildcard', 'equals-ignore-case'].includes(operator)) {
      throw invalid(`Unsupported anything-but pattern: ${Object.keys(argument).join(', ')}`);
    }
    const values = argument[operator];
    const tests = (Array.isArray(values) ? values : [values]).map((value) => OPERATORS[operator]?.(value));
    return (actual) => actual !== undefined && !tests.some((test) => test?.(actual));
  }
  const excluded = Array.isArray(argument) ? argument : [argument];
  const isPlain = excluded.every((value) => typeof value === 'string' || typeof value === 'number');
  if (excluded.length === 0 || !isPlain) throw invalid('Inside anything-but list, number|start|null|boolean is wrong');
  return (actual) => actual !== undefined && !excluded.includes(actual as string);
}

function exists(argument: unknown): Test {
  if (typeof argument !== 'boolean') throw invalid('exists match pattern must be either true or false.');
  return (actual) => (actual !== undefined) === argument;
}

const OPERATORS: Readonly<Record<string, (argument: unknown) => Test>> = {
  prefix: textTest('prefix', (actual, expected) => actual.startsWith(expected)),
  suffix: textTest('suffix', (actual, expected) => actual.endsWith(expected)),
  'equals-ignore-case': textTest(
    'equals-ignore-case',
    (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  ),
  'anything-but': anythingBut,
  numeric: numericTest,
  exists,
  wildcard,
};

function valueTest(condition: unknown): Test {
  if (isScalar(condition)) return (actual) => actual === condition;
  const [operator, ...more] = isRecord(condition) ? Object.keys(condition) : [];
  if (operator === undefined || more.length > 0) throw invalid('Only one key allowed in match expression');
  const build = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!build) throw invalid(`Unrecognized match type ${operator}`);
  return build((condition as Record<string, unknown>)[operator]);
}

/** An array in the event fits when one of its elements does. */
function fieldMatcher(tests: readonly Test[]): Matcher {
  return (field) => {
    const values = Array.isArray(field) && field.length > 0 ? field : [Array.isArray(field) ? undefined : field];
    return tests.some((test) => values.some((value) => (value === undefined || isScalar(value)) && test(value)));
  };
}

function objectMatcher(pattern: Record<string, unknown>, path: string): Matcher {
  const names = Object.keys(pattern);
  if (names.length === 0) throw invalid(`Empty objects are not allowed${path && ` at ${path}`}`);
  const fields = names.map((name) => {
    const place = path === '' ? name : `${path}.${name}`;
    if (name === '$or') throw invalid('$or is not implemented by this emulator');
    const condition = pattern[name];
    if (isRecord(condition)) return { name, matches: objectMatcher(condition, place) };
    if (!Array.isArray(condition)) throw invalid(`"${place}" must be an object or an array`);
    if (condition.length === 0) throw invalid('Empty arrays are not allowed');
    return { name, matches: fieldMatcher(condition.map(valueTest)) };
  });
  const fits: Matcher = (event) => {
    if (Array.isArray(event)) return event.some(fits);
    const record = isRecord(event) ? event : {};
    return fields.every(({ name, matches }) => matches(record[name]));
  };
  return fits;
}

/**
 * Reads an event pattern: exact values, `prefix`, `suffix`, `equals-ignore-case`, `anything-but`, `numeric`, `exists`
 * and `wildcard`. Throws `InvalidEventPatternException` for any other operator, by name, and for what is no pattern.
 */
export function readPattern(text: string): Matcher {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalid(`${(error as Error).message}`);
  }
  if (!isRecord(pattern)) throw invalid('Filter is not an object');
  return objectMatcher(pattern, '');
}
