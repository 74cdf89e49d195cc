import {
  flag,
  type InputOf,
  integer,
  type MemberTable,
  oneOf,
  required,
  type Structure,
  structure,
  text,
} from '../../members.ts';
import { type Caller, ServiceError } from '../../service.ts';
import { parseStatesArn } from '../../states/arns.ts';
import type { StatesEngine } from '../../states/engine.ts';
import { pageOf } from './paging.ts';
import * as wire from './wire.ts';

type Answer = Record<string, unknown>;
interface Call<T extends MemberTable> {
  readonly engine: StatesEngine;
  readonly caller: Caller;
  readonly input: InputOf<T>;
}
/** One operation: the shape of its input and what it does. */
export interface Operation<T extends MemberTable = MemberTable> {
  readonly members: Structure<T>;
  /** Member with the ARN that a policy is checked against; null for operations without a resource. */
  readonly resource: readonly string[];
  run(call: Call<T>): Answer;
}

/** Keeps the types of a table and its function together; callers check the input against the table first. */
function operation<T extends MemberTable>(
  resource: readonly string[],
  members: T,
  run: (call: Call<T>) => Answer,
): Operation {
  const typed: Operation<T> = { members: structure(members), resource, run };
  return typed as unknown as Operation;
}

const arn = text({ min: 1, max: 256 });
const longArn = text({ min: 1, max: 2000 });
const paging = { maxResults: integer(0, 1000), nextToken: text({ min: 1, max: 3096 }) };
const includedData = oneOf('ALL_DATA', 'METADATA_ONLY');
const seconds = (milliseconds: number | null) => (milliseconds ?? 0) / 1000;

const listExecutions = operation(
  ['stateMachineArn', 'mapRunArn'],
  {
    ...paging,
    stateMachineArn: arn,
    mapRunArn: longArn,
    statusFilter: oneOf('RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'),
    redriveFilter: oneOf('REDRIVEN', 'NOT_REDRIVEN'),
  },
  ({ engine, input }) => {
    const { stateMachineArn = null, mapRunArn = null, statusFilter = null, redriveFilter } = input;
    if ((stateMachineArn === null) === (mapRunArn === null)) {
      const message = "Must provide a valid value for exactly one of 'StateMachineArn' and 'MapRunArn'";
      throw new ServiceError('ValidationException', message);
    }
    // Nothing is ever redriven here, so that filter selects none or all.
    const all = engine.listExecutions({ stateMachineArn, mapRunArn, status: statusFilter });
    const selected = redriveFilter === 'REDRIVEN' ? [] : all;
    const subject = `executions ${stateMachineArn ?? mapRunArn} ${statusFilter}`;
    const { entries, ...rest } = pageOf(selected, subject, input.maxResults, input.nextToken);
    return { executions: entries.map(wire.executionItem), ...rest };
  },
);

const taskToken = required(text({ min: 1, max: 2048 }));

const describeStateMachineForExecution = operation(
  ['executionArn'],
  { executionArn: required(arn), includedData },
  ({ engine, input }) => {
    const execution = engine.describeExecution(input.executionArn);
    const machine = engine.describeStateMachine(execution.stateMachineArn.replace(/\/[^/]*$/, ''));
    return wire.machineOfExecution(machine, execution, input.includedData !== 'METADATA_ONLY');
  },
);

const getExecutionHistory = operation(
  ['executionArn'],
  { ...paging, executionArn: required(arn), reverseOrder: flag(), includeExecutionData: flag() },
  ({ engine, input }) => {
    const { executionArn, reverseOrder = false, includeExecutionData = true } = input;
    const events = engine.getHistory(executionArn);
    const ordered = reverseOrder ? [...events].reverse() : events;
    const subject = `history ${executionArn} ${reverseOrder}`;
    const { entries, ...rest } = pageOf(ordered, subject, input.maxResults, input.nextToken);
    return { events: entries.map((event) => wire.eventOnWire(event, includeExecutionData)), ...rest };
  },
);

/** Operations of Step Functions that this host has, by name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  StartExecution: operation(
    ['stateMachineArn'],
    {
      stateMachineArn: required(arn),
      name: text({ min: 1, max: 80 }),
      input: text({ max: 262_144 }),
      traceHeader: text({ max: 256 }),
    },
    ({ engine, input }) => {
      const { executionArn, startDate } = engine.startExecution(input);
      return { executionArn, startDate: seconds(startDate) };
    },
  ),
  DescribeExecution: operation(['executionArn'], { executionArn: required(arn), includedData }, ({ engine, input }) =>
    wire.executionOnWire(engine.describeExecution(input.executionArn), input.includedData !== 'METADATA_ONLY'),
  ),
  StopExecution: operation(
    ['executionArn'],
    { executionArn: required(arn), error: text({ max: 256 }), cause: text({ max: 32_768 }) },
    ({ engine, input }) => ({ stopDate: seconds(engine.stopExecution(input).stopDate) }),
  ),
  GetExecutionHistory: getExecutionHistory,
  ListExecutions: listExecutions,
  ListStateMachines: operation([], paging, ({ engine, caller, input }) => {
    const own = engine.listStateMachines().filter((machine) => {
      const parsed = parseStatesArn(machine.arn);
      return parsed?.account === caller.account && parsed.region === caller.region;
    });
    const { entries, ...rest } = pageOf(own, 'machines', input.maxResults, input.nextToken);
    return { stateMachines: entries.map(wire.stateMachineItem), ...rest };
  }),
  DescribeStateMachine: operation(
    ['stateMachineArn'],
    { stateMachineArn: required(arn), includedData },
    ({ engine, input }) =>
      wire.stateMachineOnWire(
        engine.describeStateMachine(input.stateMachineArn),
        input.includedData !== 'METADATA_ONLY',
      ),
  ),
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  SendTaskSuccess: operation(
    [],
    { taskToken, output: required(text({ max: 262_144, secret: true })) },
    ({ engine, caller, input }) => {
      engine.tasks.succeed(caller, input);
      return {};
    },
  ),
  SendTaskFailure: operation(
    [],
    { taskToken, error: text({ max: 256, secret: true }), cause: text({ max: 32_768, secret: true }) },
    ({ engine, caller, input }) => {
      engine.tasks.fail(caller, input);
      return {};
    },
  ),
  SendTaskHeartbeat: operation([], { taskToken }, ({ engine, caller, input }) => {
    engine.tasks.heartbeat(caller, input);
    return {};
  }),
  DescribeMapRun: operation(['mapRunArn'], { mapRunArn: required(longArn) }, ({ engine, input }) =>
    wire.mapRunOnWire(engine.describeMapRun(input.mapRunArn)),
  ),
  ListMapRuns: operation(['executionArn'], { ...paging, executionArn: required(arn) }, ({ engine, input }) => {
    const all = engine.listMapRuns(input.executionArn);
    const { entries, ...rest } = pageOf(all, `map runs ${input.executionArn}`, input.maxResults, input.nextToken);
    return { mapRuns: entries.map(wire.mapRunItem), ...rest };
  }),
};
