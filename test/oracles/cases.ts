import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../../lib/local/states/json.ts';

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

const fromPaths = (template: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith('.$') && typeof value === 'string'
        ? [name.slice(0, -2), `{% $states.input${value.slice(1)} %}`]
        : [name, value],
    ),
  );

/** How the fields of JSONPath are said in JSONata. */
const FIELDS: Readonly<Record<string, (value: JsonObject) => JsonObject>> = {
  Parameters: (value) => ({ Arguments: fromPaths(value) }),
  Result: (value) => ({ Output: value }),
};

/** Says a flat JSONPath definition in JSONata: `Parameters` with paths of members, and `Result`. */
export function toJsonata(definition: JsonObject): JsonObject {
  const states = isObject(definition.States) ? definition.States : {};
  const said = Object.entries(states).map(([name, state]) => [
    name,
    Object.assign(
      {},
      ...Object.entries(state as JsonObject).map(([field, value]) =>
        FIELDS[field] ? FIELDS[field](value as JsonObject) : { [field]: value },
      ),
    ),
  ]);
  return { ...definition, QueryLanguage: 'JSONata', States: Object.fromEntries(said) };
}
