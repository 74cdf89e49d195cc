import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readCause } from '../../lambdas/promotion/causes.ts';
import { realClock } from '../../lib/local/clock.ts';
import { createStatesEngine } from '../../lib/local/states/engine.ts';

const machine = (name: string) => `arn:aws:states:us-east-1:111111111111:stateMachine:${name}`;
const text = readFileSync(new URL('../../statemachines/promotion.asl.json', import.meta.url), 'utf8');

/** Runs the promotion machine with a second kind whose machine ends as told for each verb. */
async function run(failing: { verb: string; error: string }) {
  const verbs: string[] = [];
  const reports: { results: { kind: string; verb: string; error?: string; cause?: string }[] }[] = [];
  const engine = createStatesEngine({
    clock: realClock(1000),
    authorize: () => undefined,
    getObject: () => Promise.reject(new Error('no object is read')),
    async invokeFunction({ functionArn, payload }) {
      const input = JSON.parse(payload);
      const answer = (value: unknown) => ({
        payload: JSON.stringify(value),
        functionError: null,
        statusCode: 200,
        executedVersion: '$LATEST',
        requestId: 'r',
      });
      if (functionArn.endsWith('Validate')) {
        const steps = ['export', 'plan', 'import', 'verify'].map((verb) => ({ verb, kinds: ['dynamodb', 'dms'] }));
        return answer({ promotionId: 'two-kinds', steps });
      }
      if (functionArn.endsWith('Lock')) return answer({ more: false, waitSeconds: 0, request: { bucket: 'b' } });
      reports.push(input);
      const failed = input.results.find(({ error }: { error?: string }) => error);
      return answer({ outcome: 'partial', error: readCause(failed.error, failed.cause).name, cause: '{}' });
    },
  });
  const definition = text
    .replaceAll(
      "{'dynamodb': '${DynamoDbStateMachineArn}'}",
      `{'dynamodb': '${machine('good')}', 'dms': '${machine('bad')}'}`,
    )
    .replaceAll(/\$\{Promotion(\w+)Arn\}/g, 'arn:aws:lambda:us-east-1:111111111111:function:$1');
  const kindMachine = (name: string, states: object) => ({
    arn: machine(name),
    name,
    roleArn: 'arn:aws:iam::111111111111:role/machine',
    type: 'STANDARD',
    definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Route', States: states }),
  });
  engine.createStateMachine(kindMachine('good', { Route: { Type: 'Succeed' } }));
  engine.createStateMachine(
    kindMachine('bad', {
      Route: {
        Type: 'Choice',
        Choices: [{ Condition: `{% $states.input.verb = '${failing.verb}' %}`, Next: 'Bad' }],
        Default: 'Good',
      },
      Good: { Type: 'Succeed' },
      Bad: { Type: 'Fail', Error: failing.error, Cause: `{"errorMessage":"${'x'.repeat(3000)}"}` },
    }),
  );
  engine.createStateMachine({ ...kindMachine('promotion', {}), definition });
  engine.onEvent(({ event, stateMachineArn }) => {
    const name = String(event.details.name ?? '');
    if (stateMachineArn === machine('promotion') && event.type === 'MapStateEntered') verbs.push(name);
  });
  const { arn } = { arn: engine.startExecution({ stateMachineArn: machine('promotion'), input: '{}' }).executionArn };
  const { status, error } = await engine.executionEnded(arn);
  return { status, error, verbs, results: reports[0]?.results ?? [] };
}

it('leaves the name of a kind that fails in its import on the promotion, and the other kind finishes', async () => {
  const { status, error, verbs, results } = await run({ verb: 'import', error: 'Promotion.Quota' });
  expect([status, error]).toEqual(['FAILED', 'Promotion.Quota']);
  expect(verbs).toEqual(['Export', 'Plan', 'Import', 'Verify']);
  expect(results.filter(({ kind }) => kind === 'dynamodb').map(({ verb }) => verb)).toEqual([
    'export',
    'plan',
    'import',
    'verify',
  ]);
  expect(results.filter((result) => result.error).map(({ kind, verb }) => `${kind} ${verb}`)).toEqual(['dms import']);
});

it('imports no kind when the plan of one fails', async () => {
  const { error, verbs } = await run({ verb: 'plan', error: 'Promotion.Conflict' });
  expect([error, verbs]).toEqual(['Promotion.Conflict', ['Export', 'Plan']]);
});
