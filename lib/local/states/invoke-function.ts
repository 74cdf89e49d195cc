import { functionArn } from './arns.ts';
import { StateFailure } from './failure.ts';
import { isObject, type Json } from './json.ts';
import type { FunctionAnswer } from './ports.ts';
import type { Scope } from './scope.ts';
import { sdkMetadata, textMember } from './service-call.ts';

/** Reads a payload; a function that answers nothing has answered null. */
function parsePayload(payload: string): Json {
  return payload === '' ? null : JSON.parse(payload);
}

function errorTypeOf(payload: string): string | null {
  try {
    const error: unknown = JSON.parse(payload);
    return isObject(error) && typeof error.errorType === 'string' ? error.errorType : null;
  } catch {
    return null;
  }
}

/** A function's error: its type is the error's name, the whole payload the cause. */
function functionFailure(payload: string): StateFailure {
  const errorType = errorTypeOf(payload);
  if (errorType !== null) return new StateFailure(errorType, payload);
  const reason = 'The cause could not be determined because Lambda did not return an error type.';
  return new StateFailure('Lambda.Unknown', `${reason} Returned payload: ${payload}`);
}

async function invoke(scope: Scope, arn: string, payload: string): Promise<FunctionAnswer> {
  const { ports, roleArn, executionArn } = scope.run;
  ports.authorize({ roleArn, action: 'lambda:InvokeFunction', resource: arn });
  const answer = await ports.invokeFunction({ functionArn: arn, payload, roleArn, executionArn });
  if (answer.functionError !== null) throw functionFailure(answer.payload);
  return answer;
}

/** A task whose resource is a function: the arguments are the event, the answer is the result. */
export async function callFunction(scope: Scope, arn: string, input: Json): Promise<Json> {
  return parsePayload((await invoke(scope, arn, JSON.stringify(input))).payload);
}

/** JSON text that the function gets: `{}` without a payload, a text as it is, anything else as JSON. */
function payloadText(payload: Json | undefined): string {
  if (payload === undefined || payload === null) return '{}';
  if (typeof payload !== 'string') return JSON.stringify(payload);
  try {
    JSON.parse(payload);
    return payload;
  } catch (error) {
    const { message } = error as Error;
    throw new StateFailure(
      'Lambda.InvalidRequestContentException',
      `Could not parse request body into json: ${message} (Service: AWSLambda; Status Code: 400; ` +
        'Error Code: InvalidRequestContentException)',
    );
  }
}

/** `lambda:invoke` with `FunctionName`, `Payload` and `Qualifier`; answers what the Invoke API does, payload read. */
export async function callLambdaInvoke(scope: Scope, input: Json): Promise<Json> {
  const name = textMember(input, 'FunctionName', 'lambda:invoke');
  const { Payload, Qualifier } = isObject(input) ? input : {};
  const arn = functionArn(scope.run.machineArn, typeof Qualifier === 'string' ? `${name}:${Qualifier}` : name);
  const answer = await invoke(scope, arn, payloadText(Payload));
  return {
    ExecutedVersion: answer.executedVersion,
    Payload: parsePayload(answer.payload),
    ...sdkMetadata(answer.requestId, answer.statusCode),
    StatusCode: answer.statusCode,
  };
}
