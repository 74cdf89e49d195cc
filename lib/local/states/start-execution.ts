import { randomUUID } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { childEventsRuleArn, executionArn } from './arns.ts';
import { StateFailure } from './failure.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { ChildResult, Scope } from './scope.ts';
import { sdkMetadata, textMember } from './service-call.ts';

interface Started {
  readonly executionArn: string;
  readonly startDate: number;
}

/** Rights that the service wants for a child whose end it waits for, beside starting it. */
const CHILD_ACTIONS = ['states:DescribeExecution', 'states:StopExecution'];
const RULE_ACTIONS = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];

function start(scope: Scope, input: Json, refusal: (error: ServiceError) => StateFailure): Started {
  const stateMachineArn = textMember(input, 'StateMachineArn', 'startExecution');
  const { Input, Name } = isObject(input) ? input : {};
  scope.run.ports.authorize({ roleArn: scope.run.roleArn, action: 'states:StartExecution', resource: stateMachineArn });
  try {
    return scope.run.children.start({
      stateMachineArn,
      name: typeof Name === 'string' ? Name : null,
      input: Input === undefined || Input === null ? null : typeof Input === 'string' ? Input : JSON.stringify(Input),
    });
  } catch (error) {
    if (error instanceof ServiceError) throw refusal(error);
    throw error;
  }
}

const exceptionName = (code: string) => (code.endsWith('Exception') ? code : `${code}Exception`);

function integrationRefusal(error: ServiceError): StateFailure {
  const facts = `Status Code: ${error.status}; Error Code: ${error.code}; Request ID: ${randomUUID()}; Proxy: null`;
  const cause = `${error.message} (Service: AWSStepFunctions; ${facts})`;
  return new StateFailure(`StepFunctions.${exceptionName(error.code)}`, cause);
}

/** How a call of the SDK integration fails: `Sfn.…Exception`. */
export function sdkRefusal(error: ServiceError): StateFailure {
  const facts = `Service: Sfn, Status Code: ${error.status}, Request ID: ${randomUUID()}`;
  return new StateFailure(`Sfn.${exceptionName(error.code)}`, `${error.message} (${facts}) (SDK Attempt Count: 1)`);
}

const startedAnswer = (started: Started): JsonObject => ({
  ExecutionArn: started.executionArn,
  ...sdkMetadata(randomUUID(), 200),
  StartDate: started.startDate,
});

/** `states:startExecution`: answers as soon as the child has started. */
export async function callStartExecution(scope: Scope, input: Json): Promise<Json> {
  return startedAnswer(start(scope, input, integrationRefusal));
}

/** `aws-sdk:sfn:startExecution`: the same as the SDK answers it. */
export async function callSdkStartExecution(scope: Scope, input: Json): Promise<Json> {
  const started = start(scope, input, sdkRefusal);
  return { ExecutionArn: started.executionArn, StartDate: new Date(started.startDate).toISOString() };
}

/** A finished child as DescribeExecution shows it, members in the order in which the service writes them. */
function described(child: ChildResult, readJson: (text: string) => Json): JsonObject {
  return {
    ...(child.cause !== null && { Cause: child.cause }),
    ...(child.error !== null && { Error: child.error }),
    ExecutionArn: child.executionArn,
    Input: readJson(child.input),
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.output !== null && { Output: readJson(child.output), OutputDetails: { Included: true } }),
    StartDate: child.startDate,
    StateMachineArn: child.stateMachineArn,
    Status: child.status,
    StopDate: child.stopDate,
  };
}

/**
 * `states:startExecution.sync` and `.sync:2`: waits for the child's end. Texts in the answer of `.sync:2` are read as
 * JSON. Every end but SUCCEEDED is `States.TaskFailed` with the child's description as cause. When the task is stopped
 * or times out, the child is stopped too.
 */
export async function callStartExecutionSync(
  scope: Scope,
  input: Json,
  signal: AbortSignal,
  submitted: (output: Json) => void,
  readsJson: boolean,
): Promise<Json> {
  const { children, ports, roleArn } = scope.run;
  const stateMachineArn = textMember(input, 'StateMachineArn', 'startExecution');
  const anyChild = executionArn(stateMachineArn, '*');
  for (const action of CHILD_ACTIONS) ports.authorize({ roleArn, action, resource: anyChild });
  const rule = childEventsRuleArn(scope.run.machineArn);
  for (const action of RULE_ACTIONS) ports.authorize({ roleArn, action, resource: rule });
  const started = start(scope, input, integrationRefusal);
  submitted(startedAnswer(started));
  const stop = () => children.stop(started.executionArn);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const child = await children.ended(started.executionArn);
  signal.removeEventListener('abort', stop);
  if (child.status === 'SUCCEEDED') return described(child, readsJson ? JSON.parse : (text) => text);
  throw new StateFailure('States.TaskFailed', JSON.stringify(described(child, (text) => text)));
}
