import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '../../lib/local/states/json.ts';

/** How a function of a case behaves. */
export interface FunctionStandIn {
  readonly arn: string;
  readonly behaviour: 'echo' | 'return' | 'raise' | 'returnLarge' | 'delay' | 'decorate';
  readonly [member: string]: unknown;
}
export interface RecordedEvent {
  readonly type: string;
  readonly id?: number;
  readonly prev?: number;
  readonly [detail: string]: unknown;
}
export interface Expectation {
  readonly status?: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: unknown;
  readonly stateOrder?: readonly string[];
  readonly events?: readonly RecordedEvent[];
  readonly compareEvents?: 'in-order' | 'any-order';
  readonly validationError?: { readonly code: string; readonly message: string };
}
/** What reads a queue: it gets the body, then sends heartbeats and answers the token in it. */
export interface QueueReader {
  readonly answer: 'success' | 'failure' | 'none';
  /** Which part of the body is the output of a success. */
  readonly output?: 'the whole body' | 'the member Message of the body';
  readonly error?: string;
  readonly cause?: string;
  readonly heartbeats?: number;
}
/** One recorded case; its README tells what the members mean. */
export interface Case {
  readonly name: string;
  readonly kind: string;
  readonly definition: JsonObject | null;
  readonly definitionText?: string;
  readonly stateMachineType?: string;
  readonly input?: unknown;
  readonly stateMachineName?: string;
  readonly executionName?: string;
  readonly roleArn?: string;
  readonly functions?: Readonly<Record<string, FunctionStandIn>>;
  readonly bucketObjects?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly queues?: Readonly<Record<string, QueueReader>>;
  /** Stand-ins that the case needs. */
  readonly needs?: readonly string[];
  readonly stateMachines?: Readonly<Record<string, { readonly definition: JsonObject; readonly type: string }>>;
  readonly placeholders?: readonly string[];
  readonly expect: Expectation;
  readonly rows?: readonly Partial<Case>[];
  /** True for a case that was recorded in JSONPath and is to be said in JSONata. */
  readonly translated?: boolean;
}

export function readCase(folder: string, name: string): Case {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

/** Names of all cases in the folder. */
export function allCases(folder: string): string[] {
  return readdirSync(folder)
    .filter((area) => statSync(join(folder, area)).isDirectory())
    .flatMap((area) => readdirSync(join(folder, area)).map((file) => `${area}/${file.replace(/\.json$/, '')}`));
}

/** The required cases; those after the note about JSONPath are to be translated. */
export function requiredCases(folder: string): { name: string; translated: boolean }[] {
  let translated = false;
  const required: { name: string; translated: boolean }[] = [];
  for (const line of readFileSync(join(folder, 'required.txt'), 'utf8').split('\n')) {
    if (line.startsWith('# Recorded in JSONPath')) translated = true;
    if (line !== '' && !line.startsWith('#')) required.push({ name: line.trim(), translated });
  }
  return required;
}

/** True for a case about queues and task tokens: they were all recorded in JSONPath. */
export const isCallback = ({ needs = [] }: Case) => needs.includes('queue') || needs.includes('task-token API');

/** An expression for a path of members: `$$…` begins at the context object. */
const expressionOf = (path: string) =>
  path.startsWith('$$') ? `{% $states.context${path.slice(2)} %}` : `{% $states.input${path.slice(1)} %}`;

function fromPaths(template: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => {
      if (name.endsWith('.$') && typeof value === 'string') return [name.slice(0, -2), expressionOf(value)];
      return [name, isObject(value) ? fromPaths(value) : value];
    }),
  );
}

/** `ResultPath` with one member, as an output: the input with that member added. */
const withMember = (path: Json, value: string): JsonObject => ({
  Output: `{% $merge([$states.input, {'${String(path).slice(2)}': ${value}}]) %}`,
});

function catcher(rule: Json): Json {
  if (!isObject(rule) || rule.ResultPath === undefined) return rule;
  const { ResultPath, ...rest } = rule;
  return { ...rest, ...withMember(ResultPath, '$states.errorOutput') };
}

/** How the fields of JSONPath are said in JSONata. */
const FIELDS: Readonly<Record<string, (value: Json) => JsonObject>> = {
  Parameters: (value) => ({ Arguments: isObject(value) ? fromPaths(value) : value }),
  Result: (value) => ({ Output: value }),
  ResultPath: (value) => withMember(value, '$states.input'),
  HeartbeatSecondsPath: (value) => ({ HeartbeatSeconds: expressionOf(String(value)) }),
  Catch: (value) => ({ Catch: Array.isArray(value) ? value.map(catcher) : value }),
};

/**
 * Says a flat JSONPath definition in JSONata: paths of members, `Result`, and the `ResultPath` of a Catch or of a Pass
 * without a result.
 */
export function toJsonata(definition: JsonObject): JsonObject {
  const states = isObject(definition.States) ? definition.States : {};
  const said = Object.entries(states).map(([name, state]) => [
    name,
    Object.assign(
      {},
      ...Object.entries(state as JsonObject).map(([field, value]) =>
        FIELDS[field] ? FIELDS[field](value) : { [field]: value },
      ),
    ),
  ]);
  return { ...definition, QueryLanguage: 'JSONata', States: Object.fromEntries(said) };
}
