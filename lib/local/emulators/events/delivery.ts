import { createHash } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import type { BusEvent } from './entries.ts';
import type { EventBus, EventRule, Target } from './store.ts';
import { inputFor } from './target-input.ts';

/** How the bus reaches its targets. */
export interface TargetPorts {
  /**
   * Starts an execution in the name of the target's role, for the rule. Throws `ServiceError` with a code of Step
   * Functions, `AccessDeniedException`, or `FailedToAssumeRole`.
   */
  startExecution(call: {
    roleArn: string;
    ruleArn: string;
    stateMachineArn: string;
    name: string;
    input: string;
  }): void;
  /** Puts a text into a queue for the rule; throws `ServiceError` when it is not there or does not let the rule in. */
  sendMessage(call: {
    queueArn: string;
    ruleArn: string;
    body: string;
    attributes: Readonly<Record<string, string>>;
  }): void;
  /** Told of an event that could neither be delivered nor put aside. */
  onLost(reason: string): void;
}

/** Codes that EventBridge writes beside an event in a dead-letter queue, by the code of the refusal. */
const ERROR_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'NO_PERMISSIONS',
  FailedToAssumeRole: 'FAILED_TO_ASSUME_ROLE',
  StateMachineDoesNotExist: 'NO_RESOURCE',
  ExecutionAlreadyExists: 'RESOURCE_ALREADY_EXISTS',
  InvalidExecutionInput: 'INVALID_PARAMETER',
};

/** A name that is the same for a repeated delivery of the same event, so that it starts no second execution. */
function executionName({ id }: BusEvent, { arn }: EventRule, target: Target): string {
  const digest = createHash('sha256').update(`${arn}/${target.Id}`).digest('hex');
  return `${id}_${digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')}`;
}

function deliver(ports: TargetPorts, event: BusEvent, rule: EventRule, target: Target): void {
  try {
    ports.startExecution({
      roleArn: target.RoleArn ?? '',
      ruleArn: rule.arn,
      stateMachineArn: target.Arn,
      name: executionName(event, rule, target),
      input: inputFor(target, event, rule.arn),
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    putAside(ports, event, rule, target, error);
  }
}

/** Refusals here are final: EventBridge does not repeat what permissions or a missing target forbid. */
function putAside(ports: TargetPorts, event: BusEvent, rule: EventRule, target: Target, error: ServiceError): void {
  const queueArn = target.DeadLetterConfig?.Arn;
  const lost = `${rule.arn}: event ${event.id} for ${target.Arn} is lost: ${error.code}: ${error.message}`;
  if (queueArn === undefined) {
    ports.onLost(lost);
    return;
  }
  const attributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.Arn,
    ERROR_CODE: ERROR_CODES[error.code] ?? 'ERROR_FROM_TARGET',
    ERROR_MESSAGE: error.message,
    RETRY_ATTEMPTS: '0',
  };
  try {
    ports.sendMessage({ queueArn, ruleArn: rule.arn, body: JSON.stringify(event), attributes });
  } catch (second) {
    if (!(second instanceof ServiceError)) throw second;
    ports.onLost(`${lost}; ${queueArn}: ${second.message}`);
  }
}

/** Hands an event to every target of every enabled rule that it fits. */
export function publish(ports: TargetPorts, bus: EventBus, event: BusEvent): void {
  for (const rule of bus.rules.values()) {
    if (rule.state !== 'ENABLED' || !rule.matches(event)) continue;
    for (const target of rule.targets.values()) deliver(ports, event, rule, target);
  }
}
