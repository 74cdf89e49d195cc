import { randomUUID } from 'node:crypto';
import { refusalSentence } from './authorizer/sentence.ts';
import type { Clock } from './clock.ts';
import type { S3Store } from './emulators/s3/store.ts';
import type { Decision } from './gateway/gateway.ts';
import { type RecordedCall, ServiceError } from './service.ts';
import { workerOutputLimit } from './state-limits.ts';
import { type MessagePorts, type StatesPorts, TaskFailure } from './states/ports.ts';
import type { WorkerPool } from './workers/pool.ts';

/** One action that Step Functions takes in the name of a state machine's role. */
export interface MachineAction {
  readonly roleArn: string;
  /** IAM action, for example `lambda:InvokeFunction`. */
  readonly action: string;
  readonly resource: string;
}

/** What the state machines reach of the host. */
export interface MachinePortsSettings {
  readonly clock: Clock;
  readonly s3: S3Store;
  /** @default - machines that send messages fail */
  readonly messages?: MessagePorts;
  /** Asked late, because the workers need the gateway's port and the gateway the state machines. */
  readonly pool: () => WorkerPool;
  readonly record: (call: RecordedCall) => void;
  /** May the role do it? The reason ends the sentence of a refusal. @default - every action is allowed */
  readonly decide?: (action: MachineAction) => Decision;
}

/**
 * API names of the calls that Step Functions really makes when it asks. The other actions that it asks for (to see and
 * stop a child, to make the rule that tells of its end) are rights that it must hold, and no call of the run.
 */
const calls: Readonly<Record<string, string>> = {
  'lambda:InvokeFunction': 'Invoke',
  'states:StartExecution': 'StartExecution',
  's3:GetObject': 'GetObject',
  's3:GetObjectVersion': 'GetObject',
  'sns:Publish': 'Publish',
  'sqs:SendMessage': 'SendMessage',
  'states:SendTaskSuccess': 'SendTaskSuccess',
  'states:SendTaskFailure': 'SendTaskFailure',
  'states:SendTaskHeartbeat': 'SendTaskHeartbeat',
};

/** How Step Functions calls the refusal of a service. */
const refusals: Readonly<Record<string, { readonly errorName: string; readonly service: string }>> = {
  lambda: { errorName: 'Lambda.AWSLambdaException', service: 'AWSLambda' },
  states: { errorName: 'StepFunctions.AWSStepFunctionsException', service: 'AWSStepFunctions' },
  events: { errorName: 'StepFunctions.AWSStepFunctionsException', service: 'AmazonCloudWatchEvents' },
  s3: { errorName: 'S3.AmazonS3Exception', service: 'S3' },
  sns: { errorName: 'SNS.AuthorizationErrorException', service: 'AmazonSNS' },
  sqs: { errorName: 'SQS.AmazonSQSException', service: 'AmazonSQS' },
};

/** The ports of the interpreter: functions run in the pool, objects come from the S3 store, every call is recorded. */
export function createMachinePorts(settings: MachinePortsSettings): StatesPorts {
  const { clock, s3, pool, record, decide, messages } = settings;
  return {
    clock,
    ...(messages && { messages }),
    authorize({ roleArn, action, resource }) {
      const decision: Decision = decide?.({ roleArn, action, resource }) ?? { allowed: true, reason: '' };
      const [service = '', name = ''] = action.split(':');
      if (action in calls || !decision.allowed) {
        record({
          at: new Date(clock.now()).toISOString(),
          account: roleArn.split(':')[4] ?? '',
          role: roleName(roleArn),
          service,
          operation: calls[action] ?? name,
          resource,
          allowed: decision.allowed,
          fault: null,
        });
      }
      if (!decision.allowed) throw refusal({ roleArn, action, resource }, decision);
    },
    async invokeFunction({ functionArn, payload }) {
      try {
        const result = await pool().invoke(functionArn, payload);
        const bytes = Buffer.byteLength(result.payload);
        if (result.functionError === null && bytes > workerOutputLimit) {
          throw new TaskFailure(
            'Host.WorkerOutputTooLarge',
            `${functionArn} answered ${bytes} bytes, more than ${workerOutputLimit}`,
          );
        }
        return { ...result, statusCode: 200, executedVersion: '$LATEST' };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        throw new TaskFailure(`Lambda.${error.code}`, withFacts(error.message, 'AWSLambda', error.status, error.code));
      }
    },
    async getObject({ bucket, key, versionId }) {
      if (!s3.findBucket(bucket)) throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404);
      const found = s3.getObject(bucket, key, versionId ?? undefined);
      if (!found) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
      return found.body;
    },
  };
}

/** Name of the role behind an ARN, without its path. */
export function roleName(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}

/** The form in which Step Functions shows the answer of a service. */
function withFacts(message: string, service: string, status: number, code: string): string {
  const facts = `Status Code: ${status}; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null`;
  return `${message} (Service: ${service}; ${facts})`;
}

function refusal({ roleArn, ...asked }: MachineAction, denied: Decision): TaskFailure {
  const { action = asked.action, resource = asked.resource, reason } = denied;
  const [prefix = ''] = asked.action.split(':');
  const { errorName, service } = refusals[prefix] ?? { errorName: 'States.Permissions', service: prefix };
  const user = `arn:aws:sts::${roleArn.split(':')[4]}:assumed-role/${roleName(roleArn)}/states`;
  const message = refusalSentence({ user, action, resource, reason });
  return new TaskFailure(errorName, withFacts(message, service, 403, 'AccessDeniedException'));
}
