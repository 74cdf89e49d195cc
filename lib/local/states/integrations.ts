import { callLambdaInvoke } from './invoke-function.ts';
import type { Json } from './json.ts';
import { callPublish, callSendMessage } from './messages.ts';
import type { Scope } from './scope.ts';
import { callSendTask } from './send-task.ts';
import { callSdkStartExecution, callStartExecution, callStartExecutionSync } from './start-execution.ts';
import type { TaskEvents } from './task-events.ts';

/** One attempt of a Task that calls a service. */
export interface Call {
  readonly scope: Scope;
  /** The evaluated arguments. */
  readonly input: Json;
  /** Aborted when the task times out or is stopped. */
  readonly signal: AbortSignal;
  readonly events: TaskEvents;
}

/** A call that a Task may make. */
export interface Integration {
  /** Names of the arguments that it may have. */
  readonly arguments: readonly string[];
  readonly call: (call: Call) => Promise<Json>;
  /**
   * When the task ends, beside the call's failure: with the call's answer (null), with whichever comes first of that
   * and the outcome of the task's token (`either`), or with the outcome of the token alone (`token`).
   */
  readonly awaits: 'either' | 'token' | null;
}

const EXECUTION_ARGUMENTS = ['StateMachineArn', 'Input', 'Name'];

const startSync = (readsJson: boolean): Integration => ({
  arguments: EXECUTION_ARGUMENTS,
  call: ({ scope, input, signal, events }) => callStartExecutionSync(scope, input, signal, events.submitted, readsJson),
  awaits: 'either',
});
const invoke: Integration = {
  arguments: ['FunctionName', 'Payload', 'Qualifier'],
  call: ({ scope, input }) => callLambdaInvoke(scope, input),
  awaits: null,
};
const publish: Integration = {
  arguments: ['TopicArn', 'Message', 'Subject'],
  call: ({ scope, input }) => callPublish(scope, input),
  awaits: null,
};
const sendMessage: Integration = {
  arguments: ['QueueUrl', 'MessageBody'],
  call: ({ scope, input }) => callSendMessage(scope, input),
  awaits: null,
};
const waiting = (integration: Integration): Integration => ({ ...integration, awaits: 'token' });

/** The calls that a Task may make, by what follows `arn:aws:states:::` in its resource. */
export const INTEGRATIONS: Readonly<Record<string, Integration>> = {
  'lambda:invoke': invoke,
  'lambda:invoke.waitForTaskToken': waiting(invoke),
  'sns:publish': publish,
  'sns:publish.waitForTaskToken': waiting(publish),
  'sqs:sendMessage': sendMessage,
  'sqs:sendMessage.waitForTaskToken': waiting(sendMessage),
  'states:startExecution': {
    arguments: EXECUTION_ARGUMENTS,
    call: ({ scope, input }) => callStartExecution(scope, input),
    awaits: null,
  },
  'states:startExecution.sync': startSync(false),
  'states:startExecution.sync:2': startSync(true),
  'aws-sdk:sfn:startExecution': {
    arguments: EXECUTION_ARGUMENTS,
    call: ({ scope, input }) => callSdkStartExecution(scope, input),
    awaits: null,
  },
  'aws-sdk:sfn:sendTaskSuccess': {
    arguments: ['TaskToken', 'Output'],
    call: ({ scope, input }) => callSendTask(scope, input, 'succeed'),
    awaits: null,
  },
  'aws-sdk:sfn:sendTaskFailure': {
    arguments: ['TaskToken', 'Error', 'Cause'],
    call: ({ scope, input }) => callSendTask(scope, input, 'fail'),
    awaits: null,
  },
  'aws-sdk:sfn:sendTaskHeartbeat': {
    arguments: ['TaskToken'],
    call: ({ scope, input }) => callSendTask(scope, input, 'heartbeat'),
    awaits: null,
  },
};

/** `arn:aws:states:::` and the name of a call. */
export const INTEGRATION_PREFIX = 'arn:aws:states:::';
/** The ARN of a function, with or without a qualifier. */
export const FUNCTION_ARN = /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?$/;
