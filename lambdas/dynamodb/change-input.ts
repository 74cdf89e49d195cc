import { pointerOf } from '../core/problems.ts';
import type { DynamodbRequest, TransformStep } from './contracts.ts';
import { ExpressionError, parseExpression, placeholdersIn } from './expressions.ts';
import { inputError } from './input-error.ts';
import { valueProblem } from './value-check.ts';

type Asked = Pick<DynamodbRequest, 'filter' | 'projection' | 'transform' | 'skipExpired'>;

const place = ['kinds', 'dynamodb'];

/**
 * Checks what can be known of a change without any table: the filter's grammar, that its placeholders are given and the
 * given ones used, and the values. Anything wrong is `Promotion.Config` at its pointer.
 */
export function assertChangeInput({ filter, transform = [] }: Partial<Asked>): void {
  if (filter) assertFilter(filter);
  transform.forEach((step, index) => {
    if ('setAttribute' in step) {
      assertValue(step.setAttribute[1], ['transform', index, 'setAttribute', 1], 'InvalidTransform');
    }
    const [name, from, to] = 'replacePrefix' in step ? step.replacePrefix : ['', ...same(step)];
    if (from === undefined || from !== to) return;
    throw inputError(
      'InvalidTransform',
      `"${from}" becomes "${to}"${name === '' ? '' : ` in "${name}"`}, which changes nothing`,
      pointerOf([...place, 'transform', index, Object.keys(step)[0] ?? '']),
      'leave the step out, or correct it',
    );
  });
}

/** What a change does, in words: one sentence for each part of the input. */
export function describeChange({ filter, projection, transform = [], skipExpired }: Asked): string[] {
  return [
    ...(filter ? [`only items that meet ${filter.expression} are promoted`] : []),
    ...(projection ? [`of each item the key and ${projection.map(quoted).join(', ')} are promoted`] : []),
    ...(skipExpired ? ['items whose time to live is over are left out'] : []),
    ...transform.map(describeStep),
  ];
}

function describeStep(step: TransformStep): string {
  if ('renameAttribute' in step) {
    const [from, to] = step.renameAttribute;
    return `attribute ${quoted(from)} is renamed to ${quoted(to)}`;
  }
  if ('dropAttribute' in step) return `attribute ${quoted(step.dropAttribute)} is dropped`;
  if ('setAttribute' in step) {
    const [name, value] = step.setAttribute;
    return `attribute ${quoted(name)} is set to ${JSON.stringify(value)} in every item`;
  }
  const [name, from, to] = step.replacePrefix;
  return `in attribute ${quoted(name)} the prefix ${quoted(from)} becomes ${quoted(to)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function same(step: TransformStep): readonly string[] {
  return 'renameAttribute' in step ? step.renameAttribute : [];
}

function assertFilter({ expression, names, values }: NonNullable<DynamodbRequest['filter']>): void {
  const invalid = (message: string, path: readonly PropertyKey[], resolution: string) =>
    inputError('InvalidFilter', message, pointerOf([...place, 'filter', ...path]), resolution);
  const used = placeholdersIn(expression);
  for (const [member, given] of Object.entries({ names, values })) {
    const unused = Object.keys(given).find((placeholder) => !used.includes(placeholder));
    if (unused === undefined) continue;
    throw invalid(`the expression does not use "${unused}"`, [member, unused], 'use it, or leave it out');
  }
  const missing = used.find((placeholder) => !Object.hasOwn(placeholder.startsWith('#') ? names : values, placeholder));
  if (missing !== undefined) {
    const member = missing.startsWith('#') ? 'names' : 'values';
    throw invalid(`"${missing}" is not among the ${member}`, ['expression'], `add it to filter.${member}`);
  }
  for (const [placeholder, value] of Object.entries(values)) {
    assertValue(value, ['filter', 'values', placeholder], 'InvalidFilter');
  }
  try {
    parseExpression(expression);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw invalid(error.message, ['expression'], 'write it as the filter expression of a DynamoDB Scan');
  }
}

function assertValue(value: unknown, path: readonly PropertyKey[], code: string): void {
  const problem = valueProblem(value);
  if (!problem) return;
  const pointer = pointerOf([...place, ...path, ...problem.path]);
  throw inputError(code, problem.message, pointer, 'write the value as DynamoDB JSON');
}
