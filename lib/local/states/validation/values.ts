import { isObject } from '../json.ts';
import { compileExpression, expressionCode } from '../query.ts';
import { parseTimestamp } from '../timestamp.ts';
import type { Report } from './report.ts';

/** Checks one value of a definition. */
export type Check = (report: Report, location: string, value: unknown) => void;

/** Refuses every expression with bad syntax inside a template. */
export const template: Check = (report, location, value) => {
  const code = expressionCode(value);
  if (code !== null) {
    try {
      compileExpression(code);
    } catch (error) {
      report.refuse(location, `The JSONata expression '${code}' is not valid: ${(error as Error).message}`);
    }
  } else if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) template(report, `${location}[${index}]`, part);
  } else if (isObject(value)) {
    for (const [name, part] of Object.entries(value)) template(report, `${location}/${name}`, part);
  }
};

const literal =
  (fits: (value: unknown) => boolean, expected: string): Check =>
  (report, location, value) => {
    if (!fits(value)) report.refuse(location, `Value is not valid: ${JSON.stringify(value)}. Expected ${expected}`);
  };
/** A literal, or an expression that is checked when it runs. */
const orExpression =
  (check: Check): Check =>
  (report, location, value) =>
    expressionCode(value) === null ? check(report, location, value) : template(report, location, value);

const within = (value: unknown, least: number, most: number) =>
  typeof value === 'number' && value >= least && value <= most;

export const text = literal((value) => typeof value === 'string', 'a string');
export const name = literal((value) => typeof value === 'string' && value !== '', 'a string that is not empty');
export const yes = literal((value) => value === true, 'true');
export const oneOf = (...values: readonly string[]): Check =>
  literal((value) => values.includes(String(value)), `one of ${values.join(', ')}`);
export const integer = (least: number, most = 99_999_999): Check =>
  literal((value) => Number.isInteger(value) && within(value, least, most), `a whole number from ${least} to ${most}`);
export const number = (least: number, most = 99_999_999): Check =>
  literal((value) => within(value, least, most), `a number from ${least} to ${most}`);

export const integerOrExpression = (least: number, most?: number): Check => orExpression(integer(least, most));
export const numberOrExpression = (least: number, most: number): Check => orExpression(number(least, most));
export const textOrExpression = orExpression(text);
export const condition = orExpression(literal((value) => typeof value === 'boolean', 'a boolean or an expression'));
export const items = orExpression((report, location, value) => {
  if (!Array.isArray(value)) {
    report.refuse(location, 'Expected an array or an expression');
    return;
  }
  return template(report, location, value);
});
export const moment = orExpression((report, location, value) => {
  if (parseTimestamp(String(value)) === null) report.refuse(location, 'String does not match RFC3339 timestamp');
});

const VARIABLE_NAME = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

/** `Assign`: an object whose member names can be variables. */
export const variables: Check = (report, location, value) => {
  if (!isObject(value)) {
    report.refuse(location, 'Expected an object');
    return;
  }
  for (const variable of Object.keys(value)) {
    if (variable === 'states' || !VARIABLE_NAME.test(variable)) {
      report.refuse(`${location}/${variable}`, `'${variable}' is not a valid variable name`);
    }
  }
  return template(report, location, value);
};

/** `ErrorEquals`; `last` says whether the rule is the last of its list, where alone `States.ALL` may stand. */
export function checkErrorEquals(report: Report, location: string, value: unknown, last: boolean): void {
  if (!Array.isArray(value) || value.length === 0 || value.some((error) => typeof error !== 'string')) {
    report.refuse(location, 'Expected a list of error names that is not empty');
    return;
  }
  if (value.includes('States.ALL') && value.length > 1) report.refuse(location, 'States.ALL must appear alone');
  if (value.includes('States.ALL') && !last) report.refuse(location, 'States.ALL must be in the last rule');
}
