import type { Clock } from '../clock.ts';

/** One call of a function by a state machine. */
export interface FunctionCall {
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  /** Role of the state machine, in whose name the call is made. */
  readonly roleArn: string;
  readonly executionArn: string;
}

/** What a function answered; an error that the function raised is an answer too. */
export interface FunctionAnswer {
  /** JSON text: the result, or `{errorMessage, errorType, …}` when `functionError` is not null. */
  readonly payload: string;
  /** `Handled` or `Unhandled`, null when the function returned. */
  readonly functionError: string | null;
  readonly statusCode: number;
  readonly executedVersion: string;
  readonly requestId: string;
}

/** Topics and queues that a machine can send to. */
export interface MessagePorts {
  /** Throws `ServiceError` with the code of SNS. */
  publish(call: { topicArn: string; message: string; subject: string | null }): { messageId: string };
  /** Answers the MD5 of the body in hexadecimal too. Throws `ServiceError` with the code of SQS. */
  sendMessage(call: { queueArn: string; body: string }): { messageId: string; bodyDigest: string };
}

/** What the interpreter needs of the host around it. */
export interface StatesPorts {
  /** Waits and retry intervals go through it; timeouts use real time. */
  readonly clock: Clock;
  /** Throws `TaskFailure` for a missing or throttled function. */
  invokeFunction(call: FunctionCall): Promise<FunctionAnswer>;
  /** Reads an object for an ItemReader. Throws an error whose `code` is the wire name, such as `NoSuchKey`. */
  getObject(call: { bucket: string; key: string; versionId: string | null; roleArn: string }): Promise<Buffer>;
  /** @default - a machine that sends a message fails with `States.Runtime` */
  readonly messages?: MessagePorts;
  /** Asked before every call that a machine makes in its role's name; throws `TaskFailure` when it is refused. */
  authorize(call: { roleArn: string; action: string; resource: string }): void;
}

/** An error by which a task ends: what `ErrorEquals` is compared with, and the text shown as the cause. */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
  readonly errorName: string;
  readonly causeText: string;
  constructor(errorName: string, causeText: string) {
    super(`${errorName}: ${causeText}`);
    this.errorName = errorName;
    this.causeText = causeText;
  }
}
