/** A deployed Lambda function, as the pool needs it. */
export interface WorkerFunction {
  readonly arn: string;
  readonly name: string;
  readonly region: string;
  /** Folder that holds the bundle; the child's working directory. */
  readonly codeFolder: string;
  /** `<module>.<export>`, for example `index.handler`. */
  readonly handler: string;
  /** For example `nodejs24.x`; only named to the bundle, which runs on the host's own Node. */
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** The variables of the template. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly roleArn: string;
}

/** Keys of an execution role's session. */
export interface WorkerCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Lambda's form of a failed invocation: the payload that a caller sees beside `FunctionError`. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What an invocation came to. */
export interface InvocationResult {
  readonly requestId: string;
  /** JSON text: the handler's result, or an {@link InvocationError} when `functionError` is set. */
  readonly payload: string;
  readonly functionError: 'Unhandled' | null;
}

/** What the child is told of an invocation; becomes the handler's second argument. */
export interface InvocationContext {
  readonly requestId: string;
  /** Milliseconds since the epoch at which the function times out. */
  readonly deadline: number;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** Messages from the child to the host. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  /** The request has arrived: from here on the end of the process is the end of the invocation. */
  | { readonly type: 'accepted' }
  | { readonly type: 'result'; readonly payload: string }
  /** `fatal`: the process ends right after this message. */
  | { readonly type: 'failure'; readonly error: InvocationError; readonly fatal?: boolean };
