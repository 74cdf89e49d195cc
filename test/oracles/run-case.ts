import { ServiceError } from '../../lib/local/service.ts';
import { createStatesEngine, type StatesEngine } from '../../lib/local/states/engine.ts';
import type { Execution } from '../../lib/local/states/execution.ts';
import type { HistoryEvent } from '../../lib/local/states/history.ts';
import { isObject, type JsonObject } from '../../lib/local/states/json.ts';
import { type Case, type Expectation, toJsonata } from './cases.ts';
import { type Comparison, createComparison, expand } from './compare.ts';
import { portsOf } from './stand-ins.ts';

/** What a case came to; `causes` and `events` are told but not gated, null where there is nothing to compare. */
export interface Verdict {
  readonly result: 'passed' | 'failed' | 'unsupported';
  readonly reason: string;
  readonly causes: boolean | null;
  readonly events: boolean | null;
  /** Ids and previous ids too. */
  readonly eventIds: boolean | null;
}

const ACCOUNT_PREFIX = 'arn:aws:states:us-east-1:111111111111:stateMachine:';
const KINDS = new Set(['execution', 'table', 'invalidDefinition']);
const JSON_DETAILS = ['input', 'output', 'parameters'];
const LEFT_OUT = ['inputDetails', 'outputDetails', 'assignedVariablesDetails', 'roleArn', 'region'];

const verdict = (result: Verdict['result'], reason: string): Verdict => ({
  result,
  reason,
  causes: null,
  events: null,
  eventIds: null,
});

function create(engine: StatesEngine, arn: string, recorded: Case, definition: JsonObject | string): void {
  const name = arn.slice(ACCOUNT_PREFIX.length);
  const roleArn = recorded.roleArn ?? 'arn:aws:iam::111111111111:role/machine';
  const said = recorded.translated && typeof definition !== 'string' ? toJsonata(definition) : definition;
  const text = typeof said === 'string' ? said : JSON.stringify(expand(said));
  engine.createStateMachine({ arn, name, roleArn, definition: text, type: recorded.stateMachineType ?? 'STANDARD' });
}

/** An event in the form of the recordings: details on the same level, JSON texts read. */
function recordedForm({ type, id, previousEventId, details }: HistoryEvent): JsonObject {
  const shown: Record<string, unknown> = { type, id, prev: previousEventId, ...details };
  for (const name of LEFT_OUT) delete shown[name];
  for (const name of JSON_DETAILS) if (typeof shown[name] === 'string') shown[name] = JSON.parse(shown[name]);
  if (isObject(shown.assignedVariables)) {
    const texts = Object.entries(shown.assignedVariables);
    shown.assignedVariables = Object.fromEntries(texts.map(([name, text]) => [name, JSON.parse(String(text))]));
  }
  return shown as JsonObject;
}

const stateOrder = (events: readonly HistoryEvent[]) =>
  events.filter(({ type }) => type.endsWith('StateEntered')).map(({ details }) => String(details.name));

function sameStates(expected: Expectation, events: readonly HistoryEvent[]): boolean {
  if (!expected.stateOrder) return true;
  const order = stateOrder(events);
  const sorted = expected.compareEvents === 'any-order';
  const [left, right] = sorted ? [[...expected.stateOrder].sort(), order.sort()] : [expected.stateOrder, order];
  return JSON.stringify(left) === JSON.stringify(right);
}

const withoutIds = ({ id: _, prev: __, ...rest }: Record<string, unknown>) => rest;

function sameEvents(expected: Expectation, actual: readonly JsonObject[], compare: Comparison): boolean | null {
  if (!expected.events) return null;
  if (expected.compareEvents === 'in-order') {
    return compare.matches(expected.events.map(withoutIds), actual.map(withoutIds));
  }
  // Recordings of branches leave out how the parallel state ended.
  const rest = actual.filter(({ type }) => !/^ParallelState(Succeeded|Failed)$/.test(String(type)));
  for (const event of expected.events) {
    const index = rest.findIndex((candidate) => compare.matches(withoutIds(event), withoutIds(candidate)));
    if (index < 0) return false;
    rest.splice(index, 1);
  }
  return rest.length === 0;
}

function judge(recorded: Case, execution: Execution): Verdict {
  const { expect } = recorded;
  const compare = createComparison(recorded.placeholders ?? []);
  const output: unknown = execution.output === null ? undefined : JSON.parse(execution.output);
  const problems: string[] = [];
  if (expect.status !== undefined && expect.status !== execution.status) problems.push(`status ${execution.status}`);
  if ((expect.error ?? null) !== execution.error) problems.push(`error ${execution.error}: ${execution.cause}`);
  const sameOutput = expect.output === undefined ? output === undefined : compare.matches(expect.output, output);
  if (!sameOutput) problems.push(`output ${execution.output}`);
  if (!sameStates(expect, execution.events)) problems.push(`states ${stateOrder(execution.events).join(', ')}`);
  const causes = expect.cause === undefined ? null : compare.matches(expect.cause, execution.cause);
  const actual = execution.events.map(recordedForm);
  const events = sameEvents(expect, actual, compare);
  const ids = (list: readonly Record<string, unknown>[]) => JSON.stringify(list.map(({ id, prev }) => [id, prev]));
  const eventIds = events === null ? null : events && ids(expect.events ?? []) === ids(actual);
  const result = problems.length === 0 ? 'passed' : 'failed';
  return { result, reason: problems.join('; '), causes, events, eventIds };
}

async function runRow(recorded: Case): Promise<Verdict> {
  const engine: StatesEngine = createStatesEngine(portsOf(recorded, () => engine.tasks));
  const arn = `${ACCOUNT_PREFIX}${recorded.stateMachineName ?? 'machine'}`;
  const { validationError } = recorded.expect;
  try {
    for (const [other, { definition }] of Object.entries(recorded.stateMachines ?? {})) {
      create(engine, other, recorded, definition);
    }
    create(engine, arn, recorded, recorded.definitionText ?? recorded.definition ?? '');
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (validationError && error.code === validationError.code && error.message === validationError.message) {
      return verdict('passed', '');
    }
    return verdict('unsupported', error.message);
  }
  if (validationError) return verdict('failed', 'the definition was accepted');
  const started = engine.startExecution({
    stateMachineArn: arn,
    name: recorded.executionName ?? null,
    input: JSON.stringify(expand(recorded.input) ?? {}),
  });
  return judge(recorded, await engine.executionEnded(started.executionArn));
}

const worst = (verdicts: readonly Verdict[], member: 'causes' | 'events' | 'eventIds'): boolean | null => {
  const told = verdicts.map((row) => row[member]).filter((value) => value !== null);
  return told.length === 0 ? null : told.every((value) => value);
};

/** Runs one case, all its rows, and compares with the recording. */
export async function runCase(recorded: Case): Promise<Verdict> {
  if (!KINDS.has(recorded.kind)) return verdict('unsupported', `kind ${recorded.kind}`);
  const verdicts: Verdict[] = [];
  for (const row of recorded.rows ?? [{}]) verdicts.push(await runRow({ ...recorded, ...row }));
  const bad = verdicts.find(({ result }) => result === 'failed') ?? verdicts.find(({ result }) => result !== 'passed');
  return {
    result: bad?.result ?? 'passed',
    reason: bad?.reason ?? '',
    causes: worst(verdicts, 'causes'),
    events: worst(verdicts, 'events'),
    eventIds: worst(verdicts, 'eventIds'),
  };
}
