import type { StateMachine } from '../../states/engine.ts';
import type { Execution } from '../../states/execution.ts';
import type { HistoryEvent } from '../../states/history.ts';
import type { MapRun, MapRunCounts } from '../../states/scope.ts';

/** Moments on the wire are seconds since the epoch. */
const seconds = (milliseconds: number) => milliseconds / 1000;

/** The object without members that are null. */
function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));
}

/** Event types whose details stand under a name shared by several types. */
const SHARED_DETAILS: readonly [RegExp, string][] = [
  [/StateEntered$/, 'stateEnteredEventDetails'],
  [/StateExited$/, 'stateExitedEventDetails'],
];
const WITHOUT_DETAILS =
  /^(LambdaFunctionStarted|MapState(Aborted|Failed|Succeeded)|ParallelState(Aborted|Failed|Started|Succeeded)|(Task|Wait)StateAborted|MapRun(Aborted|Succeeded))$/;
const DATA = ['input', 'output', 'parameters', 'assignedVariables'];

function detailsName(type: string): string {
  const shared = SHARED_DETAILS.find(([pattern]) => pattern.test(type));
  return shared ? shared[1] : `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
}

/** An event as GetExecutionHistory shows it; without execution data the inputs, outputs and variables are left out. */
export function eventOnWire(event: HistoryEvent, includeData: boolean): Record<string, unknown> {
  const { id, previousEventId, type, timestamp, details } = event;
  const base = { timestamp: seconds(timestamp), type, id, previousEventId };
  if (WITHOUT_DETAILS.test(type)) return base;
  const shown = Object.entries(details).filter(([name]) => includeData || !DATA.includes(name));
  return { ...base, [detailsName(type)]: Object.fromEntries(shown) };
}

/** An execution as DescribeExecution shows it; without data there is neither input nor output. */
export function executionOnWire(execution: Execution, includeData: boolean): Record<string, unknown> {
  const { stopDate, output, error, cause, mapRun } = execution;
  return present({
    executionArn: execution.executionArn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startDate),
    stopDate: stopDate === null ? null : seconds(stopDate),
    input: includeData ? execution.input : null,
    inputDetails: { included: includeData },
    output: includeData ? output : null,
    outputDetails: output === null ? null : { included: includeData },
    mapRunArn: mapRun?.arn ?? null,
    error: includeData ? error : null,
    cause: includeData ? cause : null,
    redriveCount: 0,
  });
}

/** An execution as ListExecutions shows it. */
export function executionItem(execution: Execution): Record<string, unknown> {
  const { stopDate, mapRun } = execution;
  return present({
    executionArn: execution.executionArn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startDate),
    stopDate: stopDate === null ? null : seconds(stopDate),
    mapRunArn: mapRun?.arn ?? null,
    itemCount: mapRun?.itemCount ?? null,
    redriveCount: 0,
  });
}

/** A machine as ListStateMachines shows it. */
export function stateMachineItem({ arn, name, type, creationDate }: StateMachine): Record<string, unknown> {
  return { stateMachineArn: arn, name, type, creationDate: seconds(creationDate) };
}

/** A machine as DescribeStateMachine shows it. */
export function stateMachineOnWire(machine: StateMachine, includeData: boolean): Record<string, unknown> {
  return {
    ...stateMachineItem(machine),
    status: 'ACTIVE',
    roleArn: machine.roleArn,
    definition: includeData ? machine.definition : '{}',
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  };
}

/** The machine of an execution as DescribeStateMachineForExecution shows it. */
export function machineOfExecution(
  machine: StateMachine,
  { mapRun, stateMachineArn }: Execution,
  includeData: boolean,
) {
  const { arn, name, roleArn, definition, creationDate } = machine;
  return present({
    stateMachineArn: arn,
    name,
    roleArn,
    definition: includeData ? definition : '{}',
    updateDate: seconds(creationDate),
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    mapRunArn: mapRun?.arn,
    label: mapRun && stateMachineArn.slice(arn.length + 1),
  });
}

function countsOnWire(counts: MapRunCounts): Record<string, unknown> {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...counts, total, resultsWritten: 0, failuresNotRedrivable: 0, pendingRedrive: 0 };
}

/** A Map Run as ListMapRuns shows it. */
export function mapRunItem(mapRun: MapRun): Record<string, unknown> {
  return present({
    mapRunArn: mapRun.mapRunArn,
    executionArn: mapRun.executionArn,
    stateMachineArn: `${mapRun.stateMachineArn}/${mapRun.label}`,
    startDate: seconds(mapRun.startDate),
    stopDate: mapRun.stopDate === null ? null : seconds(mapRun.stopDate),
  });
}

/** A Map Run as DescribeMapRun shows it. */
export function mapRunOnWire(mapRun: MapRun): Record<string, unknown> {
  const { stateMachineArn: _, ...item } = mapRunItem(mapRun);
  return {
    ...item,
    status: mapRun.status,
    maxConcurrency: mapRun.maxConcurrency,
    toleratedFailureCount: mapRun.toleratedFailureCount,
    toleratedFailurePercentage: mapRun.toleratedFailurePercentage,
    itemCounts: countsOnWire(mapRun.itemCounts),
    executionCounts: countsOnWire(mapRun.executionCounts),
    redriveCount: 0,
  };
}
