import type * as z from 'zod';
import { type ErrorDetail, PromotionError } from './errors.ts';
import type { Reader } from './guards.ts';
import { issueWords, withArticle } from './issue-words.ts';
import { parseJson } from './json.ts';

/** Problems shown in one message; the rest is counted. */
const shown = 5;

/** The names that an object at a place may have; none where that is not known. */
export type FieldsAt = (path: readonly PropertyKey[]) => readonly string[];

/** Turns what a schema found wrong into one error: what is wrong, where (JSON pointer), what would be right. */
export function schemaError(
  error: Problems,
  code: string,
  where: string,
  resolution: string,
  fieldsAt?: FieldsAt,
): PromotionError {
  const problems = error.issues.flatMap((issue) => describe(issue, [], fieldsAt));
  const detail: ErrorDetail = {
    code,
    message: `${where} is not valid: ${problemsText(error, fieldsAt)}`,
    pointer: problems[0]?.pointer ?? '',
    count: problems.length,
    resolution,
  };
  return new PromotionError('Promotion.Config', detail);
}

/** What a {@link Reader} found wrong: the first problems with their places, and how many more there are. */
export function problemsText({ issues }: Problems, fieldsAt?: FieldsAt): string {
  const problems = issues.flatMap((issue) => describe(issue, [], fieldsAt));
  const more = problems.length > shown ? ` and ${problems.length - shown} more` : '';
  const texts = problems.slice(0, shown).map(({ pointer, message }) => `${pointer || '/'}: ${message}`);
  return texts.join('; ') + more;
}

/**
 * Reads an object that the tool itself wrote (a plan, a checkpoint, a request). One that does not fit is damaged:
 * `Promotion.Data` with the key and the place.
 */
export function readOwn<T>(reader: Reader<T>, key: string, text: string): T {
  const parsed = reader.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues.flatMap((issue) => describe(issue, []))[0];
  throw new PromotionError('Promotion.Data', {
    code: 'ArtefactDamaged',
    message: `${key} is not what was written: ${problem?.pointer || '/'}: ${problem?.message ?? 'it is not JSON'}`,
    resolution: 'put back an earlier version of the object',
  });
}

/** A JSON pointer (RFC 6901) from a path. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

type Issue = z.core.$ZodIssue;
type Problems = { readonly issues: readonly Issue[] };

interface Described {
  readonly pointer: string;
  readonly message: string;
}

function describe(issue: Issue, base: readonly PropertyKey[], fieldsAt: FieldsAt = () => []): Described[] {
  const path = [...base, ...issue.path];
  const unknown = (key: string): Described => {
    const fields = fieldsAt(path);
    const right = fields.length > 0 ? `; there is ${fields.join(', ')}` : '';
    return { pointer: pointerOf([...path, key]), message: `unknown field "${key}"${right}` };
  };
  if (issue.code === 'unrecognized_keys') return issue.keys.map(unknown);
  if (issue.code === 'invalid_union') {
    const strange = unknownToAll(issue.errors);
    if (strange !== undefined) return [unknown(strange)];
    // The branch that got furthest says most: the one with the fewest and the deepest problems.
    const branches = issue.errors.map((issues) => issues.flatMap((inner) => describe(inner, path, fieldsAt)));
    const best = branches.sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
    return best && depth(best) > path.length ? best : [{ pointer: pointerOf(path), message: alternatives(branches) }];
  }
  const pointer = pointerOf(path);
  if (issue.code === 'invalid_type' && / received undefined$/.test(issue.message)) {
    return [{ pointer, message: `is missing; it must be ${withArticle(issue.expected)}` }];
  }
  return [{ pointer, message: `${issueWords(issue) ?? lowered(issue.message)}${shownValue(issue.input)}` }];
}

/** A field that none of the objects has which the value could be. */
function unknownToAll(branches: readonly (readonly Issue[])[]): string | undefined {
  const objects = branches.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && !path.length),
  );
  const [first, ...others] = objects.map((issues) =>
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [])),
  );
  return first?.find((key) => others.every((keys) => keys.includes(key)));
}

/** The wrong value, where the schema was asked to report it and it is short enough to be read in a message. */
function shownValue(input: unknown): string {
  if (Array.isArray(input)) return ', not an array';
  if (typeof input === 'object') return input === null ? ', not null' : ', not an object';
  return ['string', 'number', 'boolean'].includes(typeof input) ? `, not ${JSON.stringify(input).slice(0, 60)}` : '';
}

function depth(problems: readonly { pointer: string }[]): number {
  return Math.max(0, ...problems.map(({ pointer }) => pointer.split('/').length - 1));
}

function alternatives(branches: readonly { message: string }[][]): string {
  return [...new Set(branches.flat().map(({ message }) => message))].join(', or ');
}

function lowered(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}
