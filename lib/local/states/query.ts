import jsonata from 'jsonata';
import { STATES_FUNCTIONS } from './functions.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** What an expression can see: `$states` and the variables in scope. */
export interface Bindings {
  readonly states: JsonObject;
  readonly variables: Readonly<Record<string, Json>>;
}

/** An expression that has no usable value; `location` is the field, such as `Arguments/FunctionName`. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
  readonly location: string | null;
  constructor(message: string, location: string | null) {
    super(message);
    this.location = location;
  }
}

const compiled = new Map<string, jsonata.Expression>();

/** The code in `{% code %}`, null when the value is a literal. */
export function expressionCode(value: unknown): string | null {
  if (typeof value !== 'string' || !value.startsWith('{%') || !value.endsWith('%}') || value.length < 4) return null;
  return value.slice(2, -2).trim();
}

/** Reads the code of an expression; throws JSONata's error for bad syntax. */
export function compileExpression(code: string): jsonata.Expression {
  const known = compiled.get(code);
  if (known) return known;
  const expression = jsonata(code);
  compiled.set(code, expression);
  return expression;
}

/** JSONata's own functions are objects; as JSON they are nothing, like those of JavaScript. */
function withoutFunctions(_name: string, value: unknown): unknown {
  return isObject(value) && (value._jsonata_lambda || value._jsonata_function) ? undefined : value;
}

async function evaluate(code: string, location: string, bindings: Bindings): Promise<Json> {
  const subject = `The JSONata expression '${code}' specified for the field '${location}'`;
  let value: unknown;
  try {
    const seen = { ...STATES_FUNCTIONS, ...bindings.variables, states: bindings.states };
    value = await compileExpression(code).evaluate(undefined, seen);
  } catch (error) {
    const { code: errorCode, message } = error as { code?: string; message: string };
    const shown = errorCode ? `${errorCode}: ${message}` : message;
    throw new QueryFailure(`${subject} threw an error during evaluation. ${shown}`, location);
  }
  const text: string | undefined = JSON.stringify(value, withoutFunctions);
  if (text === undefined) throw new QueryFailure(`${subject} returned nothing (undefined).`, location);
  return JSON.parse(text);
}

/** Puts the value of each expression inside the template in its place. Throws `QueryFailure`. */
export async function evaluateTemplate(template: Json, location: string, bindings: Bindings): Promise<Json> {
  const code = expressionCode(template);
  if (code !== null) return evaluate(code, location, bindings);
  if (Array.isArray(template)) {
    const values: Json[] = [];
    for (const [index, part] of template.entries()) {
      values.push(await evaluateTemplate(part, `${location}[${index}]`, bindings));
    }
    return values;
  }
  if (!isObject(template)) return template;
  const result: JsonObject = {};
  for (const [name, part] of Object.entries(template)) {
    result[name] = await evaluateTemplate(part, `${location}/${name}`, bindings);
  }
  return result;
}

/** What a field may hold once it is evaluated. */
export type FieldType = 'array' | 'boolean' | 'number' | 'integer' | 'string';

function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `evaluateTemplate` for a field of one type. Throws `QueryFailure` for another type. */
export async function evaluateField(
  template: Json,
  type: FieldType,
  location: string,
  bindings: Bindings,
): Promise<Json> {
  const value = await evaluateTemplate(template, location, bindings);
  const fits = type === 'integer' ? Number.isInteger(value) : typeName(value) === type;
  if (fits) return value;
  const code = expressionCode(template);
  throw new QueryFailure(
    `The JSONata expression '${code ?? JSON.stringify(template)}' specified for the field '${location}' returned an ` +
      `unexpected result type. Expected '${type}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
    location,
  );
}
