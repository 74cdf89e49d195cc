import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import * as z from 'zod';
import { type Environments, environmentsSchema } from '../../lambdas/core/environments.ts';

/** The environments file is missing or wrong; the message is all that a person needs, a stack trace adds nothing. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Path of the environments file: the one asked for, else `environments.json` if it is there, else the example.
 * @param asked path relative to the working directory, from the context key `environments`
 */
export function environmentsPath(root: string, asked?: unknown): string {
  if (asked !== undefined) {
    if (typeof asked !== 'string' || asked === '') {
      throw new ConfigurationError(`context key environments is ${JSON.stringify(asked)}: give the path of a file`);
    }
    return resolve(asked);
  }
  const own = join(root, 'environments.json');
  return existsSync(own) ? own : join(root, 'environments.example.json');
}

/**
 * Reads and checks an environments file.
 * @throws ConfigurationError with one line a fault: path, JSON pointer, the value found and what would be right
 */
export function readEnvironments(path: string): Environments {
  const name = relative(process.cwd(), path);
  if (!existsSync(path)) throw new ConfigurationError(`${name} does not exist: copy environments.example.json to it`);
  const content = parseJson(name, readFileSync(path, 'utf8'));
  const checked = environmentsSchema.safeParse(content);
  if (checked.success) return checked.data;
  throw new ConfigurationError(
    checked.error.issues.flatMap((issue) => describeIssue(issue, content).map((line) => `${name}${line}`)).join('\n'),
  );
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`${name} is not JSON: ${(error as Error).message}`);
  }
}

function describeIssue(issue: z.core.$ZodIssue, content: unknown): string[] {
  const pointer = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(issue.path).join(', ');
    return issue.keys.map((key) => `#${pointer}${pointerOf([key])}: unknown field, known are ${known}`);
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `#${pointer}: ${message}`);
  const found = valueAt(content, issue.path);
  return [`#${pointer}: ${found === undefined ? 'missing' : JSON.stringify(found)}, but ${issue.message}`];
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step], content);
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode;
}

function fieldsAt(path: readonly PropertyKey[]): string[] {
  const schema = z.toJSONSchema(environmentsSchema, { io: 'input' }) as SchemaNode;
  const node = path.reduce<SchemaNode | undefined>(
    (at, step) => at?.properties?.[String(step)] ?? at?.additionalProperties,
    schema,
  );
  return Object.keys(node?.properties ?? {});
}
