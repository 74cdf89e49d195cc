import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { acknowledgeDeadLetterQueue } from './acknowledgements.ts';

/** What an event starts, and who may send one. */
export interface PromotionTriggerProps {
  /** The promotion machine. */
  readonly machine: StateMachine;
  readonly qualifier?: string | undefined;
  /** Accounts of this organization may send requests too. @default - only the tooling account */
  readonly organizationId?: string | undefined;
}

/** Detail type of the event that asks for a promotion. */
const REQUESTED = 'promotion.requested';
/** With what the source of such an event begins. */
const SOURCE = 'cross-account-promoter';
const RULE_NAME = 'promotion-requested';

/** Name of the event bus in the tooling account. */
export function eventBusName(qualifier?: string): string {
  return qualifier ? `cross-account-promoter-${qualifier}` : 'cross-account-promoter';
}

/**
 * Starts a promotion by an event: a bus of our own, and a rule that hands `detail.input` of an event to the promotion
 * machine as its input. EventBridge delivers at least once and names the execution after the event, so that the same
 * event starts one execution; two events with the same `promotionId` are two runs, of which the later one ends with
 * `Promotion.Conflict` at the lock while the first goes on. What cannot be delivered within an hour is kept for 14 days.
 */
export function promotionTrigger(stack: Stack, { machine, qualifier, organizationId }: PromotionTriggerProps): void {
  const bus = new EventBus(stack, 'PromotionBus', {
    eventBusName: eventBusName(qualifier),
    description: 'Requests for promotions',
  });
  if (organizationId !== undefined) admitOrganization(bus, organizationId);
  const undelivered = new Queue(stack, 'UndeliveredRequests', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledgeDeadLetterQueue(undelivered);
  const rule = new Rule(stack, 'PromotionRequested', {
    ruleName: RULE_NAME,
    description: 'Starts a promotion with the input that the event carries',
    eventBus: bus,
    eventPattern: {
      source: Match.prefix(SOURCE),
      detailType: [REQUESTED],
      detail: { schemaVersion: [1] },
    },
  });
  rule.addTarget(
    new SfnStateMachine(machine, {
      input: RuleTargetInput.fromEventPath('$.detail.input'),
      role: targetRole(stack, qualifier),
      deadLetterQueue: undelivered,
      // A request that comes later than that finds another situation than its sender had in mind.
      maxEventAge: Duration.hours(1),
      retryAttempts: 30,
    }),
  );
  new CfnOutput(stack, 'EventBusName', { value: bus.eventBusName });
}

/** The role in which the rule starts the machine. The right to do so comes from the target. */
function targetRole(stack: Stack, qualifier: string | undefined): Role {
  const bus = eventBusName(qualifier);
  // By its name: the rule names the role, so the role cannot refer to the rule.
  const ruleArn = `arn:${stack.partition}:events:${stack.region}:${stack.account}:rule/${bus}/${RULE_NAME}`;
  return new Role(stack, 'PromotionRequestedRole', {
    roleName: ['cross-account-promoter-request', ...(qualifier ? [qualifier] : [])].join('-'),
    description: 'EventBridge starts promotions of cross-account-promoter',
    assumedBy: new ServicePrincipal('events.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnEquals: { 'aws:SourceArn': ruleArn } },
    }),
  });
}

/** A bus without a policy is open to its own account alone. */
function admitOrganization(bus: EventBus, organizationId: string): void {
  new CfnEventBusPolicy(Stack.of(bus), 'PromotionBusPolicy', {
    eventBusName: bus.eventBusName,
    statementId: 'OrganizationRequestsPromotions',
    statement: {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'events:PutEvents',
      Resource: bus.eventBusArn,
      Condition: {
        StringEquals: { 'aws:PrincipalOrgID': organizationId, 'events:detail-type': REQUESTED },
        StringLike: { 'events:source': `${SOURCE}*` },
      },
    },
  });
}
