import { ServiceError } from '../service.ts';
import { isObject, type Json } from './json.ts';
import type { Scope } from './scope.ts';
import { textMember } from './service-call.ts';
import { sdkRefusal } from './start-execution.ts';
import type { TaskAnswers } from './task-tokens.ts';

const ACTIONS: Readonly<Record<keyof TaskAnswers, string>> = {
  succeed: 'SendTaskSuccess',
  fail: 'SendTaskFailure',
  heartbeat: 'SendTaskHeartbeat',
};

/** `aws-sdk:sfn:sendTask…`: a machine answers the token of another one's task. The answer is empty. */
export async function callSendTask(scope: Scope, input: Json, kind: keyof TaskAnswers): Promise<Json> {
  const { ports, roleArn, tokens, machineArn } = scope.run;
  const call = `sfn:${ACTIONS[kind]}`;
  const taskToken = textMember(input, 'TaskToken', call);
  const { Error: error, Cause: cause } = isObject(input) ? input : {};
  // The three actions know no resources: Service Authorization Reference of AWS Step Functions.
  ports.authorize({ roleArn, action: `states:${ACTIONS[kind]}`, resource: '*' });
  const [, , , region = '', account = ''] = machineArn.split(':');
  const place = { account, region };
  const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : null);
  try {
    if (kind === 'succeed') tokens.succeed(place, { taskToken, output: textMember(input, 'Output', call) });
    else if (kind === 'fail') tokens.fail(place, { taskToken, error: textOf(error), cause: textOf(cause) });
    else tokens.heartbeat(place, { taskToken });
    return {};
  } catch (thrown) {
    if (thrown instanceof ServiceError) throw sdkRefusal(thrown);
    throw thrown;
  }
}
