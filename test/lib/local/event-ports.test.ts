import { describe, expect, it } from 'vitest';
import { createSqsStore } from '../../../lib/local/emulators/sqs/store.ts';
import { createEventPorts, type EventPortsSettings } from '../../../lib/local/event-ports.ts';
import { ServiceError } from '../../../lib/local/service.ts';
import { TaskFailure } from '../../../lib/local/states/ports.ts';

const ruleArn = 'arn:aws:events:us-east-1:111111111111:rule/requests/requested';
const queueArn = 'arn:aws:sqs:us-east-1:111111111111:undelivered';
const start = {
  roleArn: 'arn:aws:iam::111111111111:role/starts',
  ruleArn,
  stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:promotion',
  name: 'event_1',
  input: '{}',
};
const allow = (Condition: object) => ({
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: queueArn,
  Condition,
});

function make(overrides: Partial<EventPortsSettings> = {}, statements?: object[]) {
  const did: unknown[] = [];
  const sqs = createSqsStore(Date);
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  sqs.putQueue({
    account: '111111111111',
    region: 'us-east-1',
    name: 'undelivered',
    attributes: statements ? { Policy } : {},
  });
  const ports = createEventPorts({
    states: { startExecution: (call) => did.push(call) as never },
    sqs,
    authorize: (action) => did.push(action),
    mayAssume: (service, roleArn, sourceArn) => ({ allowed: did.push([service, roleArn, sourceArn]) > 0 }),
    log: (line) => did.push(line),
    ...overrides,
  });
  return { ports, did, sqs };
}
const codeOf = (call: () => void) => {
  try {
    call();
  } catch (error) {
    return error instanceof ServiceError ? error.code : error;
  }
  return null;
};

describe('starting an execution for a rule', () => {
  it("takes the target's role for the rule, then asks for the right in its name", () => {
    const { ports, did } = make();
    ports.startExecution(start);
    const { roleArn, stateMachineArn, name, input } = start;
    expect(did).toEqual([
      ['events.amazonaws.com', roleArn, ruleArn],
      { roleArn, action: 'states:StartExecution', resource: stateMachineArn },
      { stateMachineArn, name, input },
    ]);
  });
  it('starts nothing when the role does not trust the rule or may not do it', () => {
    const untrusted = make({ mayAssume: () => ({ allowed: false }) });
    expect(codeOf(() => untrusted.ports.startExecution(start))).toBe('FailedToAssumeRole');
    const authorize = () => {
      throw new TaskFailure('StepFunctions.AWSStepFunctionsException', 'not authorized');
    };
    const forbidden = make({ authorize });
    expect(codeOf(() => forbidden.ports.startExecution(start))).toBe('AccessDeniedException');
    expect([...untrusted.did, ...forbidden.did]).toEqual([['events.amazonaws.com', start.roleArn, ruleArn]]);
  });
});

describe('putting an event aside', () => {
  const send = { queueArn, ruleArn, body: 'event', attributes: { ERROR_CODE: 'NO_RESOURCE' } };
  const ours = { ArnEquals: { 'aws:SourceArn': ruleArn } };
  const tls = {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'sqs:*',
    Resource: queueArn,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };

  it('sends it to a queue whose policy lets the rule in', () => {
    const { ports, sqs } = make({}, [tls, allow(ours)]);
    ports.sendMessage(send);
    expect(sqs.findQueue(queueArn)?.messages).toMatchObject([{ body: 'event', attributes: send.attributes }]);
  });
  it.each([
    ['without a policy', undefined],
    ['that lets another rule in', [allow({ ArnEquals: { 'aws:SourceArn': `${ruleArn}-other` } })]],
    ['that denies it', [allow(ours), { ...tls, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }]],
  ])('is refused by a queue %s', (_what, statements) => {
    const { ports, sqs } = make({}, statements);
    expect(codeOf(() => ports.sendMessage(send))).toBe('AccessDenied');
    expect(sqs.findQueue(queueArn)?.messages).toEqual([]);
  });
  it('is refused for a queue that does not exist', () => {
    const call = () => make().ports.sendMessage({ ...send, queueArn: `${queueArn}-gone` });
    expect(codeOf(call)).toBe('QueueDoesNotExist');
  });
});
