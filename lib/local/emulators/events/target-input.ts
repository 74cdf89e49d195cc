import { ServiceError } from '../../service.ts';

/** How a target's input is made from an event; at most one member, and the whole event without any. */
export interface TargetInput {
  /** JSON text that stands for the event. */
  readonly Input?: string | undefined;
  /** Path of the part of the event that is handed on. */
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | { readonly InputPathsMap?: Readonly<Record<string, string>> | undefined; readonly InputTemplate: string }
    | undefined;
}

const STEP = /\.([A-Za-z0-9_-]+)|\[['"]([^'"\]]+)['"]\]|\[(\d+)\]/y;

/** Member names and indexes of a path such as `$.detail.input` or `$.resources[0]`; null for any other JSONPath. */
function stepsOf(path: string): string[] | null {
  if (!path.startsWith('$')) return null;
  const steps: string[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (!found) return null;
    steps.push(found[1] ?? found[2] ?? found[3] ?? '');
  }
  return steps;
}

/** The part of the event at the path; undefined where there is none. */
function partAt(event: unknown, path: string): unknown {
  return (stepsOf(path) ?? []).reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    event,
  );
}

/** Names that EventBridge itself fills in a template. */
function reserved(event: Readonly<Record<string, unknown>>, ruleArn: string): Record<string, unknown> {
  return {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').pop(),
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
}

const isText = (value: unknown) => typeof value === 'string';
const plain = (value: unknown) => (isText(value) ? String(value) : JSON.stringify(value));

/**
 * Fills `<name>` in a template. Inside quotes a value is written without quotes of its own, elsewhere as JSON; a name
 * without a value is left empty inside quotes and is null elsewhere.
 */
function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  const isInQuotes = (offset: number) => (template.slice(0, offset).match(/(?<!\\)"/g) ?? []).length % 2 === 1;
  return template.replace(/<([\w.-]+)>/g, (_, name: string, offset: number) => {
    const value = values[name];
    if (!isInQuotes(offset)) return JSON.stringify(value ?? null);
    return value === undefined ? '' : JSON.stringify(plain(value)).slice(1, -1);
  });
}

/**
 * Checks a target's input when it is put. Throws `ValidationException` for several of the three members, for an input
 * that is not JSON, and for a path other than members and indexes.
 */
export function checkTargetInput({ Input, InputPath, InputTransformer }: TargetInput): void {
  if ([Input, InputPath, InputTransformer].filter((member) => member !== undefined).length > 1) {
    throw invalid('Only one of Input, InputPath, or InputTransformer must be provided for a target.');
  }
  if (Input !== undefined && !isJson(Input)) throw invalid('JSON syntax error in input for target');
  const paths = [
    ...(InputPath === undefined ? [] : [InputPath]),
    ...Object.values(InputTransformer?.InputPathsMap ?? {}),
  ];
  for (const path of paths) {
    if (stepsOf(path) === null) throw invalid(`Invalid or unsupported JSONPath: ${path}`);
  }
}

/** JSON text that the target gets; text of a template that is not JSON is handed on as a JSON text. */
export function inputFor(target: TargetInput, event: Readonly<Record<string, unknown>>, ruleArn: string): string {
  const { Input, InputPath, InputTransformer } = target;
  if (Input !== undefined) return Input;
  if (InputPath !== undefined) return JSON.stringify(partAt(event, InputPath) ?? null);
  if (!InputTransformer) return JSON.stringify(event);
  const named = Object.entries(InputTransformer.InputPathsMap ?? {}).map(([name, path]) => [name, partAt(event, path)]);
  const filled = fill(InputTransformer.InputTemplate, { ...reserved(event, ruleArn), ...Object.fromEntries(named) });
  return isJson(filled) ? filled : JSON.stringify(filled);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const invalid = (message: string) => new ServiceError('ValidationException', message);
