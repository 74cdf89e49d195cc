import { evaluate, type Principal } from './authorizer/evaluate.ts';
import { type Policy, parsePolicy } from './authorizer/policy.ts';
import type { TargetPorts } from './emulators/events/delivery.ts';
import type { Queue, SqsStore } from './emulators/sqs/store.ts';
import type { MachineAction } from './machine-ports.ts';
import { ServiceError } from './service.ts';
import type { StatesEngine } from './states/engine.ts';
import { TaskFailure } from './states/ports.ts';

/** What event buses reach of the host. */
export interface EventPortsSettings {
  readonly states: Pick<StatesEngine, 'startExecution'>;
  readonly sqs: SqsStore;
  /** Records an action in a role's name; throws `TaskFailure` when the role may not do it. */
  readonly authorize: (action: MachineAction) => void;
  /** Whether a service may take a role on behalf of a resource (`aws:SourceArn`). */
  readonly mayAssume: (service: string, roleArn: string, sourceArn: string) => { readonly allowed: boolean };
  /** Takes a line for each event that is lost. */
  readonly log: (line: string) => void;
}

const SERVICE = 'events.amazonaws.com';

/** The ports of the event buses: executions start in the name of the target's role, queues are asked for their policy. */
export function createEventPorts({ states, sqs, authorize, mayAssume, log }: EventPortsSettings): TargetPorts {
  return {
    startExecution({ roleArn, ruleArn, stateMachineArn, name, input }) {
      if (!mayAssume(SERVICE, roleArn, ruleArn).allowed) {
        throw new ServiceError('FailedToAssumeRole', `${SERVICE} may not assume ${roleArn} for ${ruleArn}`, 403);
      }
      try {
        authorize({ roleArn, action: 'states:StartExecution', resource: stateMachineArn });
      } catch (error) {
        if (!(error instanceof TaskFailure)) throw error;
        throw new ServiceError('AccessDeniedException', error.causeText, 403);
      }
      states.startExecution({ stateMachineArn, name, input });
    },
    sendMessage({ queueArn, ruleArn, body, attributes }) {
      const queue = sqs.findQueue(queueArn);
      if (queue && !admits(queue, ruleArn)) {
        throw new ServiceError('AccessDenied', `the policy of ${queueArn} does not let ${ruleArn} send to it`, 403);
      }
      sqs.sendMessage(queueArn, body, attributes);
    },
    onLost: log,
  };
}

/** Whether the queue's policy lets EventBridge send a message for the rule; there is no other way in for a service. */
function admits({ arn, account, attributes }: Queue, ruleArn: string): boolean {
  const resource: Policy | null = attributes.Policy
    ? parsePolicy(JSON.parse(attributes.Policy), 'resource', `policy of queue ${arn}`)
    : null;
  const principal: Principal = { account, arn: SERVICE, roleArn: null, type: 'service' };
  const context = new Map([
    ['aws:securetransport', ['true']],
    ['aws:sourcearn', [ruleArn]],
    ['aws:sourceaccount', [ruleArn.split(':')[4] ?? '']],
  ]);
  const request = { principal, action: 'sqs:SendMessage', resource: arn, resourceAccount: account, context };
  const policies = { identity: [], boundary: null, session: null, resource, resourceMustAllow: true };
  return evaluate(request, policies).allowed;
}
