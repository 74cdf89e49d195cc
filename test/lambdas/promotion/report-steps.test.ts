import { describe, expect, it } from 'vitest';
import { modes } from '../../../lambdas/core/contracts.ts';
import { flowOf } from '../../../lambdas/promotion/report-steps.ts';
import { stepsOf } from '../../../lambdas/promotion/request.ts';
import { makeRequest } from '../../support/factories.ts';
import { makeCounts, makeKind, makeReport, makeSteps } from './make-report.ts';

/** Each step as its name and what it came to, kinds in brackets. */
function words(...report: Parameters<typeof flowOf>): string[] {
  return flowOf(...report).map(({ name, state, lanes }) =>
    lanes.length > 0
      ? `${name} (${lanes.map((lane) => `${lane.kind} ${lane.words}`).join(', ')})`
      : `${name} ${state.words}`,
  );
}

describe('flowOf', () => {
  it.each(modes)('has the verbs that mode %s walks, between those of every run', (mode) => {
    const walked = stepsOf(makeRequest({ mode }), ['dynamodb']).map(({ verb }) =>
      verb === 'rollback' ? 'roll back' : verb,
    );
    const names = flowOf(makeReport({ mode, steps: [] })).map(({ name }) => name.toLowerCase());
    expect(names).toEqual(['validate', 'lock', ...walked, 'report']);
  });

  it('has the export that a plan made for itself', () => {
    const names = flowOf(makeReport({ mode: 'plan', steps: makeSteps('export', 'plan') })).map(({ name }) => name);
    expect(names).toEqual(['Validate', 'Lock', 'Export', 'Plan', 'Report']);
  });

  it('shows the steps that a run did not reach, and that it was reported all the same', () => {
    const error = { name: 'Promotion.Conflict', message: 'TableExists: the table exists' } as const;
    const steps = [...makeSteps('export'), { kind: 'dynamodb', verb: 'plan', outcome: 'failed', error } as const];
    const report = makeReport({ outcome: 'failed', steps });
    expect(words(report)).toEqual([
      'Validate done',
      'Lock done',
      'Export (dynamodb done)',
      'Plan (dynamodb failed)',
      'Import (dynamodb not reached)',
      'Verify (dynamodb not reached)',
      'Report done',
    ]);
    expect(flowOf(report).map(({ reached }) => reached)).toEqual([true, true, true, true, false, false, true]);
  });

  it('tells the kinds apart, in their fixed order, and takes the worst of them for the step', () => {
    const steps = [
      { kind: 'quicksight', verb: 'verify', outcome: 'succeeded' },
      { kind: 'dynamodb', verb: 'verify', outcome: 'failed' },
    ] as const;
    const kinds = { quicksight: makeKind(), dynamodb: makeKind() };
    const report = makeReport({ mode: 'verify', steps, kinds });
    expect(words(report)[2]).toBe('Verify (dynamodb failed, quicksight done)');
    expect(flowOf(report)[2]?.state.tone).toBe('bad');
  });

  it('says that a kind whose bundle was there needed no export', () => {
    const kinds = { dynamodb: makeKind(), quicksight: makeKind() };
    expect(words(makeReport({ mode: 'plan', steps: makeSteps('export', 'plan'), kinds }))[2]).toBe(
      'Export (dynamodb done, quicksight not needed)',
    );
  });

  it('warns of assets that differ or failed though the step itself ended well', () => {
    const counts = makeCounts({ planned: 4, created: 2, failed: 2, mismatched: 1, verified: 1 });
    const report = makeReport({ outcome: 'partial', kinds: { dynamodb: makeKind({ counts }) } });
    expect(words(report).slice(4, 6)).toEqual(['Import (dynamodb 2 failed)', 'Verify (dynamodb 1 differs)']);
    expect(flowOf(report)[5]?.state.tone).toBe('warn');
  });
});
