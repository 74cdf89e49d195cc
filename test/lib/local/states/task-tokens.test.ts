import { describe, expect, it } from 'vitest';
import { createTaskTokens } from '../../../../lib/local/states/task-tokens.ts';
import { createWorld, errorNamed, FUNCTION, outputOf, single } from './machines.ts';

const PLACE = { account: '111111111111', region: 'us-east-1' };
const TOKEN = '{% $states.context.Task.Token %}';
const waiting = (more: object = {}) =>
  single({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: FUNCTION, Payload: { token: TOKEN } },
    End: true,
    ...more,
  });
const caught = (ErrorEquals: string[]) => ({
  Catch: [{ ErrorEquals, Output: { caught: '{% $states.errorOutput %}' }, Next: 'Only' }],
});

/** A world whose function hands the token to `answer` and returns "sent". */
function createTokenWorld(answer: (token: string, attempt: number) => void) {
  const tokens: string[] = [];
  const world = createWorld({
    work(input) {
      const { token } = input as { token: string };
      tokens.push(token);
      answer(token, tokens.length);
      return 'sent';
    },
  });
  return { ...world, tokens };
}

describe('lambda:invoke.waitForTaskToken', () => {
  it('ends with the output that the holder of the token sends', async () => {
    const { run, engine } = createTokenWorld((taskToken) =>
      setImmediate(() => engine.tasks.succeed(PLACE, { taskToken, output: '{"approved":true}' })),
    );
    const ended = await run(waiting());
    expect(outputOf(ended)).toEqual({ approved: true });
    expect(ended.events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(ended.events[4]?.details).toMatchObject({
      resource: 'invoke.waitForTaskToken',
      resourceType: 'lambda',
      output: expect.stringContaining('"Payload":"sent"'),
    });
  });
  it('takes an answer that comes before the function has returned', async () => {
    const { run, engine } = createTokenWorld((taskToken) => engine.tasks.succeed(PLACE, { taskToken, output: '1' }));
    expect(outputOf(await run(waiting()))).toBe(1);
  });
  it('fails with the error and cause that the holder sends, which Catch can name', async () => {
    const { run, engine } = createTokenWorld((taskToken) =>
      engine.tasks.fail(PLACE, { taskToken, error: 'Approval.Refused', cause: 'not today' }),
    );
    const ended = await run(waiting());
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Approval.Refused', cause: 'not today' });
    expect(ended.events.at(-2)).toMatchObject({ type: 'TaskFailed', details: { error: 'Approval.Refused' } });
  });
  it('gives each attempt a token of its own and ends the one before', async () => {
    const { run, engine, tokens } = createTokenWorld((taskToken, attempt) => {
      if (attempt === 1) engine.tasks.fail(PLACE, { taskToken, error: 'Again' });
      else engine.tasks.succeed(PLACE, { taskToken, output: '"second"' });
    });
    const ended = await run(waiting({ Retry: [{ ErrorEquals: ['Again'], MaxAttempts: 1 }] }));
    expect(outputOf(ended)).toBe('second');
    expect(new Set(tokens).size).toBe(2);
  });
  it('fails as the function does when that raises, whatever becomes of the token', async () => {
    const tokens: string[] = [];
    const { run, engine } = createWorld({
      work(input) {
        tokens.push((input as { token: string }).token);
        throw errorNamed('Promotion.Config');
      },
    });
    expect((await run(waiting())).error).toBe('Promotion.Config');
    const [taskToken = ''] = tokens;
    expect(() => engine.tasks.heartbeat(PLACE, { taskToken })).toThrow('Task Timed Out');
  });
  it('times out after TimeoutSeconds, and the token with it', async () => {
    const { run, engine, tokens } = createTokenWorld(() => {});
    const ended = await run(waiting({ TimeoutSeconds: 1 }));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(ended.events.at(-2)?.type).toBe('TaskTimedOut');
    const [taskToken = ''] = tokens;
    expect(() => engine.tasks.succeed(PLACE, { taskToken, output: '{}' })).toThrow(
      expect.objectContaining({
        code: 'TaskTimedOut',
        message: "Task Timed Out: 'Provided task does not exist anymore'",
      }),
    );
  });
  it('shows no token in the context object of a task that waits for none', async () => {
    const { run } = createWorld({ work: () => 'unused' });
    const ended = await run(waiting({ Resource: 'arn:aws:states:::lambda:invoke' }));
    expect(ended.error).toBe('States.QueryEvaluationError');
  });
});

describe('HeartbeatSeconds', () => {
  it('ends the task when heartbeats stay out, as States.Timeout that States.HeartbeatTimeout names too', async () => {
    const { run } = createTokenWorld(() => {});
    const missed = waiting({ HeartbeatSeconds: 1 });
    const ended = await run(missed);
    expect(ended).toMatchObject({ error: 'States.Timeout', cause: null });
    const other = createTokenWorld((taskToken, attempt) => {
      if (attempt === 2) other.engine.tasks.succeed(PLACE, { taskToken, output: '"late"' });
    });
    const retried = await other.run(waiting({ HeartbeatSeconds: 1, ...caught(['States.HeartbeatTimeout']) }));
    expect(outputOf(retried)).toBe('late');
  });
  it('does not take a timeout of the task for a lack of heartbeats', async () => {
    const { run } = createTokenWorld(() => {});
    const ended = await run(waiting({ TimeoutSeconds: 1, Retry: [{ ErrorEquals: ['States.HeartbeatTimeout'] }] }));
    expect(ended.events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(1);
  });
  it('begins anew with each heartbeat', async () => {
    const { run, engine } = createTokenWorld((taskToken) => {
      setTimeout(() => engine.tasks.heartbeat(PLACE, { taskToken }), 600);
      setTimeout(() => engine.tasks.succeed(PLACE, { taskToken, output: '"alive"' }), 1200);
    });
    expect(outputOf(await run(waiting({ HeartbeatSeconds: 1 })))).toBe('alive');
  });
});

describe('messages', () => {
  const sent: unknown[] = [];
  const messages = {
    publish: (call: unknown) => {
      sent.push(call);
      return { messageId: 'm-1' };
    },
    sendMessage: (call: unknown) => {
      sent.push(call);
      return { messageId: 'm-2', bodyDigest: 'd' };
    },
  };
  const topic = 'arn:aws:sns:us-east-1:111111111111:approvals';
  const publish = (resource: string) =>
    single({
      Type: 'Task',
      Resource: `arn:aws:states:::${resource}`,
      Arguments: { TopicArn: topic, Message: { plan: 'p' }, Subject: 'Please approve' },
      End: true,
    });

  it('sns:publish sends the message as JSON in the name of the role', async () => {
    const { run, rights } = createWorld({ messages });
    const ended = await run(publish('sns:publish'));
    expect(outputOf(ended)).toMatchObject({ MessageId: 'm-1', SdkHttpMetadata: { HttpStatusCode: 200 } });
    expect(sent.pop()).toEqual({ topicArn: topic, message: '{"plan":"p"}', subject: 'Please approve' });
    expect(rights).toEqual([{ action: 'sns:Publish', resource: topic }]);
  });
  it('sqs:sendMessage finds the queue behind its URL', async () => {
    const { run, rights } = createWorld({ messages });
    await run(
      single({
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Arguments: { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/222222222222/work', MessageBody: 'text' },
        End: true,
      }),
    );
    const queueArn = 'arn:aws:sqs:eu-west-1:222222222222:work';
    expect(sent.pop()).toEqual({ queueArn, body: 'text' });
    expect(rights).toEqual([{ action: 'sqs:SendMessage', resource: queueArn }]);
  });
  it('fail on a host without topics and queues', async () => {
    const ended = await createWorld().run(publish('sns:publish.waitForTaskToken'));
    expect(ended).toMatchObject({ error: 'States.Runtime', cause: 'This host has neither topics nor queues.' });
  });
  it('an argument that is not supported is refused when the machine is created', () => {
    const { create } = createWorld({ messages });
    const definition = single({
      Type: 'Task',
      Resource: 'arn:aws:states:::sns:publish',
      Arguments: { PhoneNumber: '1' },
      End: true,
    });
    expect(() => create(definition)).toThrow("The field 'PhoneNumber' is not supported");
  });
});

describe('answers to tokens', () => {
  const codeOf = (call: () => void): string => {
    try {
      call();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'none';
  };
  const tokens = createTaskTokens();
  it('InvalidToken for a text that is no token, and for a token of another account or region', () => {
    const { token: taskToken } = tokens.open(PLACE);
    const elsewhere = [
      { account: '222222222222', region: 'us-east-1' },
      { account: '111111111111', region: 'eu-west-1' },
    ];
    expect(codeOf(() => tokens.heartbeat(PLACE, { taskToken: 'NoSuchTaskToken' }))).toBe('InvalidToken');
    for (const place of elsewhere) expect(codeOf(() => tokens.heartbeat(place, { taskToken }))).toBe('InvalidToken');
    expect(codeOf(() => tokens.heartbeat(PLACE, { taskToken }))).toBe('none');
  });
  it('TaskDoesNotExist for a token of another engine', () => {
    const { token: taskToken } = createTaskTokens().open(PLACE);
    expect(codeOf(() => tokens.fail(PLACE, { taskToken }))).toBe('TaskDoesNotExist');
  });
  it('InvalidOutput for an output that is not JSON or too large; the task goes on', () => {
    const { token: taskToken, isOpen } = tokens.open(PLACE);
    expect(codeOf(() => tokens.succeed(PLACE, { taskToken, output: 'plain' }))).toBe('InvalidOutput');
    const output = JSON.stringify('é'.repeat(200_000));
    expect(codeOf(() => tokens.succeed(PLACE, { taskToken, output }))).toBe('InvalidOutput');
    expect(isOpen()).toBe(true);
  });
  it('TaskTimedOut for a second answer', async () => {
    const { token: taskToken, outcome } = tokens.open(PLACE);
    tokens.succeed(PLACE, { taskToken, output: '1' });
    expect(codeOf(() => tokens.succeed(PLACE, { taskToken, output: '2' }))).toBe('TaskTimedOut');
    await expect(outcome).resolves.toBe(1);
  });
});
