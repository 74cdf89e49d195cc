import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { errorNames } from '../lambdas/core/errors.ts';
import { machines, workers } from '../lambdas/manifest.ts';
import { machineFiles, statesOf } from './support/machines.ts';
import { filesUnder, readSource, withoutComments } from './support/sources.ts';

/** The package has no types of its own. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => {
  isValid: boolean;
  errorsText(separator?: string): string;
};

const startExecution = 'arn:aws:states:::states:startExecution.sync:2';
const invoke = 'arn:aws:states:::lambda:invoke';
/** Errors that come from the services themselves. */
const services = /^(States|Lambda|StepFunctions|EventBridge)\.\w+$|^(Sandbox\.Timedout|Runtime\.ExitError)$/;

const allStates = machineFiles.flatMap(({ path, definition }) =>
  statesOf(definition.States).map((state) => ({ ...state, at: `${path} ${state.name}` })),
);
const tasks = allStates.filter(({ Type }) => Type === 'Task');
const placeholders = machineFiles.flatMap(({ text }) =>
  [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name),
);

describe('state machine files', () => {
  it('are those of the manifest', () => {
    expect(machineFiles.map(({ path }) => path)).toEqual(machines.map(({ file }) => file).sort());
  });

  it.each(machineFiles.map(({ path, text }) => ({ path, text })))('$path is accepted by asl-validator', ({ text }) => {
    const { isValid, errorsText } = validate(JSON.parse(text));
    expect(isValid ? '' : errorsText('\n')).toBe('');
  });

  it('the validator refuses a machine that leads nowhere', () => {
    const { isValid } = validate({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } });
    expect(isValid).toBe(false);
  });

  it('call every worker of the manifest, and no other', () => {
    const functions = placeholders.filter((name) => !name.endsWith('StateMachineArn'));
    expect([...new Set(functions)].sort()).toEqual(workers.map(({ id }) => `${id}Arn`).sort());
  });

  it('start machines of the manifest alone', () => {
    const started = placeholders.filter((name) => name.endsWith('StateMachineArn'));
    const known = machines.map(({ id }) => `${id}StateMachineArn`);
    expect(started.length).toBeGreaterThan(0);
    expect(started.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('name each state once', () => {
    for (const { path, definition } of machineFiles) {
      const names = statesOf(definition.States).map(({ name }) => name);
      expect(names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${path} ${name}`)).toEqual([]);
    }
  });

  it('expect only errors that can come: ours and those of the services', () => {
    const expected = allStates.flatMap(({ at, Retry = [], Catch = [] }) =>
      [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals.map((name) => ({ at, name }))),
    );
    const ours: readonly string[] = errorNames;
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.filter(({ name }) => !ours.includes(name) && !services.test(name))).toEqual([]);
  });
});

describe('pitfall 40: children of a Distributed Map that cannot do what their text says', () => {
  type DistributedMap = { name: string; ItemProcessor: { ProcessorConfig?: object; States: object } };
  const distributed = allStates.filter(
    (state): state is typeof state & DistributedMap =>
      JSON.stringify(state.ItemProcessor ?? {}).includes('"Mode":"DISTRIBUTED"') && state.Type === 'Map',
  );

  it('are executions of the standard kind: an express one ends after five minutes, and begins anew when redriven', () => {
    expect(distributed.length).toBeGreaterThan(0);
    for (const { at, ItemProcessor } of distributed) {
      expect(ItemProcessor.ProcessorConfig, at).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
    }
  });

  it('use no variable of the parent, which they cannot see', () => {
    for (const { at, ItemProcessor } of distributed) {
      const text = JSON.stringify(ItemProcessor.States);
      const assigned = [...text.matchAll(/"Assign":\{(.*?)\}/g)].flatMap(([, body = '']) =>
        [...body.matchAll(/"(\w+)":/g)].map(([, name]) => name),
      );
      // A name before a parenthesis is a function of the language.
      const used = [...text.matchAll(/\$([a-z]\w*)(?!\w*\s*\()/g)].map(([, name]) => name);
      expect(
        used.filter((name) => name !== 'states' && !assigned.includes(name)),
        at,
      ).toEqual([]);
    }
  });

  it('no child execution is named: a name is used up for 90 days, and has 80 characters at most', () => {
    for (const { text, path } of machineFiles) expect(text, path).not.toMatch(/"Name":/);
  });
});

describe('every Task', () => {
  it('has an end to its patience', () => {
    expect(tasks.length).toBeGreaterThan(0);
    expect(tasks.filter(({ TimeoutSeconds }) => !(Number(TimeoutSeconds) > 0)).map(({ at }) => at)).toEqual([]);
  });

  it('catches States.DataLimitExceeded by name, before everything else', () => {
    const catches = ({ Catch = [] }: (typeof tasks)[number]) => Catch.map(({ ErrorEquals }) => ErrorEquals);
    const wrong = tasks.filter((task) => {
      const names = catches(task);
      const limit = names.findIndex((list) => list.includes('States.DataLimitExceeded'));
      const all = names.findIndex((list) => list.includes('States.ALL'));
      return limit < 0 || all < 0 || limit >= all;
    });
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });

  it('that invokes a function has the shared Retry set', () => {
    const invoking = tasks.filter(({ Resource }) => Resource === invoke);
    const shared = JSON.stringify(invoking[0]?.Retry);
    expect(shared).toContain('Promotion.Throttled');
    expect(invoking.filter(({ Retry }) => JSON.stringify(Retry) !== shared).map(({ at }) => at)).toEqual([]);
  });

  it('that invokes a function waits longer than the function may take', () => {
    const late = machineFiles.flatMap(({ path, definition }) =>
      statesOf(definition.States)
        .filter(({ Resource }) => Resource === invoke)
        .filter((state) => {
          const id = /\$\{(\w+)Arn\}/.exec(JSON.stringify(state))?.[1];
          const limits = workers.filter((worker) => JSON.stringify(state).includes(`\${${worker.id}Arn}`));
          return !id || limits.some(({ timeoutSeconds }) => Number(state.TimeoutSeconds) <= timeoutSeconds);
        })
        .map(({ name }) => `${path} ${name}`),
    );
    expect(late).toEqual([]);
  });

  it('that starts an execution is never retried: a second child beside a living one would make two writers', () => {
    const starting = tasks.filter(({ Resource }) => Resource === startExecution);
    expect(starting.length).toBeGreaterThan(0);
    expect(starting.filter(({ Retry }) => Retry !== undefined).map(({ at }) => at)).toEqual([]);
  });
});

describe('the shared Retry set', () => {
  it('repeats the three names that may pass, and no final one', () => {
    const retried = tasks.flatMap(({ Retry = [] }) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals));
    const ours = new Set(retried.filter((name) => name.startsWith('Promotion.')));
    expect([...ours].sort()).toEqual(['Promotion.NotYetConsistent', 'Promotion.Throttled', 'Promotion.Transient']);
    expect(retried).not.toContain('States.ALL');
    expect(retried).not.toContain('States.TaskFailed');
  });
});

describe('the runbook', () => {
  const runbook = readSource('docs/runbook/errors.md').text;
  const sections = new Map(
    runbook
      .split(/^## /m)
      .slice(1)
      .map((section) => [/^`?([\w.]+)/.exec(section)?.[1] ?? '', section]),
  );
  const program = filesUnder('lambdas', '.ts').map(({ text }) => withoutComments(text));
  const raised = program.flatMap((text) => [
    ...[...text.matchAll(/new PromotionError\(\s*'(Promotion\.\w+)',\s*\{\s*code: '(\w+)'/g)].map(([, name, code]) => ({
      name: name ?? '',
      code: code ?? '',
    })),
    ...[...text.matchAll(/\b(?:(?:config|inputError)\(\s*|schemaError\(\s*\w+\.error,\s*)'(\w+)'/g)].map(
      ([, code]) => ({
        name: 'Promotion.Config',
        code: code ?? '',
      }),
    ),
  ]);

  it('has an entry for every error name', () => {
    expect([...sections.keys()]).toEqual([...errorNames]);
  });

  it('lists every code under the name that it is raised with', () => {
    expect(raised.length).toBeGreaterThan(30);
    const missing = raised.filter(({ name, code }) => !sections.get(name)?.includes(`\`${code}\``));
    expect(missing).toEqual([]);
  });

  it('lists no code that nothing raises', () => {
    const known = program.join('\n');
    const listed = [...runbook.matchAll(/^\| `(\w+)`/gm)].map(([, code = '']) => code);
    expect(listed.filter((code) => !known.includes(`'${code}'`))).toEqual([]);
  });
});
