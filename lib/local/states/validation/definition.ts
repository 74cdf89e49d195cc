import { ServiceError } from '../../service.ts';
import type { Definition } from '../definition.ts';
import { FUNCTION_ARN, INTEGRATION_PREFIX, INTEGRATIONS } from '../integrations.ts';
import { isObject, type JsonObject } from '../json.ts';
import { BLOCK_FIELDS, checkFields, type Fields, MACHINE_FIELDS, PROCESSOR_FIELDS, STATE_FIELDS } from './fields.ts';
import { createReport, type Diagnostic, type Report } from './report.ts';
import { checkTransitions } from './transitions.ts';

interface Walk {
  readonly report: Report;
  /** Query language of the machine, which holds for every state that names none. */
  readonly language: string;
  readonly names: Set<string>;
}

function checkTask(report: Report, location: string, state: JsonObject): void {
  const { Resource, Arguments } = state;
  if (typeof Resource !== 'string') return;
  const integration = Resource.startsWith(INTEGRATION_PREFIX)
    ? INTEGRATIONS[Resource.slice(INTEGRATION_PREFIX.length)]
    : undefined;
  if (!integration && !FUNCTION_ARN.test(Resource)) {
    const reason = 'The value is not a valid resource ARN, or the resource is not available in this region.';
    report.refuse(`${location}/Resource`, `The resource provided ${Resource} is not recognized. ${reason}`);
  }
  if (!integration || !isObject(Arguments)) return;
  for (const name of Object.keys(Arguments)) {
    if (!integration.arguments.includes(name)) {
      report.refuse(`${location}/Arguments`, `The field '${name}' is not supported by ${Resource}`);
    }
  }
}

function checkProcessor(walk: Walk, location: string, state: JsonObject): void {
  const { report } = walk;
  const processor = state.ItemProcessor;
  if (!isObject(processor)) return;
  const config = isObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  const place = `${location}/ItemProcessor/ProcessorConfig`;
  if (config.ExecutionType === 'EXPRESS') {
    report.refuse(`${place}/ExecutionType`, 'ExecutionType EXPRESS is not supported by this host; use STANDARD');
  }
  if (config.Mode === 'DISTRIBUTED' && config.ExecutionType === undefined) {
    report.refuse(place, "The field 'ExecutionType' is required but was missing");
  }
  if (config.Mode !== 'DISTRIBUTED') {
    for (const name of ['ItemReader', 'ItemBatcher', 'Label']) {
      if (state[name] !== undefined) report.refuse(location, `The field '${name}' needs the Mode DISTRIBUTED`);
    }
  }
  if (typeof state.Label === 'string' && !/^[A-Za-z0-9_-]{1,40}$/.test(state.Label)) {
    report.refuse(`${location}/Label`, 'A label has at most 40 letters, digits, "_" and "-"');
  }
  checkBlock(walk, `${location}/ItemProcessor`, processor, PROCESSOR_FIELDS);
}

function checkExclusive(report: Report, location: string, state: JsonObject): void {
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    report.refuse(location, 'Exactly one of the fields [Seconds, Timestamp] must be specified');
  }
  if (state.Type === 'Map' && state.Items !== undefined && state.ItemReader !== undefined) {
    report.refuse(location, 'Only one of the fields [Items, ItemReader] can be specified');
  }
  const moves = STATE_FIELDS[String(state.Type)]?.End !== undefined;
  if (moves && (state.Next === undefined) === (state.End === undefined)) {
    report.refuse(location, 'Exactly one of the fields [Next, End] must be specified');
  }
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    report.refuse(`${location}/HeartbeatSeconds`, 'HeartbeatSeconds must be smaller than TimeoutSeconds');
  }
}

function checkState(walk: Walk, location: string, name: string, state: unknown): void {
  const { report } = walk;
  if (!isObject(state)) {
    report.refuse(location, 'Expected an object');
    return;
  }
  if (name.length > 80) report.refuse(location, 'The name of a state has at most 80 characters');
  if (walk.names.has(name)) report.refuse(location, `Duplicate State name: ${name}`, 'DUPLICATE_STATE_NAME');
  walk.names.add(name);
  const own = state.QueryLanguage;
  if (own === 'JSONPath' && walk.language === 'JSONata') {
    report.refuse(location, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
  } else if ((own ?? walk.language) === 'JSONPath') {
    report.refuse(location, 'QueryLanguage JSONPath is not supported by this host; use JSONata');
    return;
  }
  const fields = STATE_FIELDS[String(state.Type)];
  if (!fields) {
    report.refuse(`${location}/Type`, `Value is not one of ${Object.keys(STATE_FIELDS).join(', ')}`);
    return;
  }
  checkFields(report, location, state, fields);
  checkExclusive(report, location, state);
  if (state.Type === 'Task') checkTask(report, location, state);
  if (state.Type === 'Map') checkProcessor(walk, location, state);
  if (state.Type === 'Parallel') {
    const branches = Array.isArray(state.Branches) ? state.Branches : [];
    if (branches.length === 0) report.refuse(`${location}/Branches`, 'Expected a list that is not empty');
    for (const [index, branch] of branches.entries()) {
      checkBlock(walk, `${location}/Branches[${index}]`, branch, BLOCK_FIELDS);
    }
  }
}

function checkBlock(walk: Walk, location: string, block: unknown, fields: Fields): void {
  const { report } = walk;
  if (!isObject(block)) {
    report.refuse(location || '/', 'Expected an object');
    return;
  }
  const missing = ['States', 'StartAt'].filter((name) => block[name] === undefined);
  if (missing.length > 0) report.refuse(location || '/', `These fields are required: [${missing.join(', ')}]`);
  checkFields(report, location, block, fields);
  const { States, StartAt } = block;
  if (!isObject(States)) return;
  for (const [name, state] of Object.entries(States)) checkState(walk, `${location}/States/${name}`, name, state);
  if (typeof StartAt === 'string') checkTransitions(report, location, StartAt, States);
}

/** Every reason why the text is not a definition that this host can run; an empty list when it can. */
export function validateDefinition(text: string): Diagnostic[] {
  const report = createReport();
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    report.refuse('/', (error as Error).message, 'INVALID_JSON_DESCRIPTION');
    return report.diagnostics;
  }
  const language = isObject(definition) && definition.QueryLanguage === 'JSONata' ? 'JSONata' : 'JSONPath';
  checkBlock({ report, language, names: new Set() }, '', definition, MACHINE_FIELDS);
  return report.diagnostics;
}

/** Reads a definition. Throws `ServiceError` `InvalidDefinition` that lists all reasons with their places. */
export function parseDefinition(text: string): Definition {
  const diagnostics = validateDefinition(text);
  if (diagnostics.length > 0) {
    const reasons = diagnostics.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
    throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${reasons.join(', ')}'`);
  }
  return JSON.parse(text);
}
