import { expect, it } from 'vitest';
import { realClock } from '../../../lib/local/clock.ts';
import { enforceStateLimits, stateInputLimit } from '../../../lib/local/state-limits.ts';
import { createStatesEngine } from '../../../lib/local/states/engine.ts';

async function run(characters: number) {
  const engine = createStatesEngine({
    clock: realClock(100),
    authorize: () => undefined,
    getObject: () => Promise.reject(new Error('no object is read')),
    invokeFunction: () => Promise.reject(new Error('no function is called')),
  });
  enforceStateLimits(engine);
  const arn = 'arn:aws:states:us-east-1:111111111111:stateMachine:large';
  const States = {
    Grow: { Type: 'Pass', Output: { text: 'x'.repeat(characters) }, Next: 'Wait' },
    Wait: { Type: 'Wait', Seconds: 5, Next: 'Done' },
    Done: { Type: 'Succeed' },
  };
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Grow', States });
  const roleArn = 'arn:aws:iam::111111111111:role/machine';
  engine.createStateMachine({ arn, name: 'large', roleArn, type: 'STANDARD', definition });
  const { executionArn } = engine.startExecution({ stateMachineArn: arn });
  return await engine.executionEnded(executionArn);
}

it('ends an execution that carries more in its state than pointers and counts', async () => {
  const { status, error, cause } = await run(stateInputLimit);
  expect([status, error]).toEqual(['ABORTED', 'Host.StateInputTooLarge']);
  expect(cause).toContain('state Wait');
});

it('lets everything else pass', async () => {
  expect((await run(stateInputLimit - 20)).status).toBe('SUCCEEDED');
});
