import { describe, expect, it } from 'vitest';
import { errorNames } from '../../../lambdas/core/errors.ts';
import { html, render } from '../../../lambdas/promotion/html.ts';
import type { Report } from '../../../lambdas/promotion/report-file.ts';
import { nextSteps } from '../../../lambdas/promotion/report-next.ts';
import { makeCounts, makeKind, makeReport } from './make-report.ts';
import { parsePage, textOf } from './page-parser.ts';

function stepsOf(overrides: Partial<Report>): string[] {
  return nextSteps(makeReport(overrides)).map((step) => textOf(parsePage(render(html`<p>${step}</p>`))));
}

const failed = { outcome: 'failed', error: { name: 'Promotion.Conflict', message: 'TableExists: it exists' } } as const;

describe('nextSteps', () => {
  it('say after a verified promotion that nothing is left, and how to undo it', () => {
    expect(stepsOf({})).toEqual([
      'Every asset was compared with its source and is equal. Nothing more needs to be done.',
      'Start again with promotionId p-1 and mode rollback to undo it: in prod the tables and other assets that this promotion created are removed with whatever was written to them since, replaced ones are brought back, and items that it wrote into tables that were there are taken out or put back as they were.',
    ]);
  });

  it('do not say so where an asset was not compared', () => {
    const counts = makeCounts({ planned: 2, created: 1, skipped: 1, verified: 1 });
    expect(stepsOf({ kinds: { dynamodb: makeKind({ counts }) } }).join()).not.toContain('is equal');
  });

  it('lead from export to plan, and from plan to import', () => {
    expect(stepsOf({ mode: 'export' }).join()).toContain('promotionId p-1 and mode plan');
    const planned = stepsOf({ mode: 'plan' });
    expect(planned[0]).toBe('Read the plan: above, or in promotions/p-1/dynamodb/plan/plan.md.');
    expect(planned[1]).toBe('Start again with promotionId p-1 and mode import to carry it out.');
  });

  it('name the findings first', () => {
    const findings = [{ code: 'SettingsKept', message: 'kept' }];
    expect(stepsOf({ kinds: { dynamodb: makeKind({ findings }) } })[0]).toBe('Read the findings above.');
  });

  it('have nothing to add to a comparison that found no difference, or to a rollback that is through', () => {
    expect(stepsOf({ mode: 'verify' })).toEqual([
      'The destination equals what was promoted. Nothing needs to be done.',
    ]);
    expect(stepsOf({ mode: 'rollback' })).toHaveLength(1);
  });

  it('own to what a rollback has left', () => {
    const findings = [{ code: 'NotRolledBack', message: '1 item left' }];
    const said = (kind: Parameters<typeof makeKind>[0]) =>
      stepsOf({ mode: 'rollback', kinds: { dynamodb: makeKind(kind) } }).at(-1);
    expect(said({ findings })).toContain('Not all that this promotion had made or written could be taken back');
    expect(said({ counts: makeCounts({ planned: 2, updated: 1, skipped: 1 }) })).toContain('Not all');
    expect(said({})).toBe('What this promotion had made is gone, and what it replaced or wrote over is back.');
  });

  it('say that items were chosen where all that were are equal', () => {
    const kinds = { dynamodb: makeKind({ changes: ['only items that meet a = b are promoted'] }) };
    expect(stepsOf({ kinds })[0]).toBe(
      'Every asset was compared with its source and is equal, as far as the input asks for it. Nothing more needs to be done.',
    );
  });

  it('do not call equal what was not compared', () => {
    const counts = makeCounts({ planned: 1, unchanged: 1 });
    const steps = stepsOf({ mode: 'verify', kinds: { dynamodb: makeKind({ counts }) } });
    expect(steps).toEqual(['Definitions are equal; what was not compared stands above.']);
  });

  it('say after an error that the same promotion continues', () => {
    expect(stepsOf(failed).at(-1)).toBe(
      'Start again with promotionId p-1 and the same input, under any execution name: it continues, and what is done is not done twice.',
    );
  });

  it('do not lead back to a run that would only find the same differences', () => {
    const differing = { ...failed, error: { name: 'Promotion.Partial' as const, message: 'x' } };
    const counts = makeCounts({ planned: 1, unchanged: 1, mismatched: 1 });
    expect(stepsOf({ ...differing, kinds: { dynamodb: makeKind({ counts }) } }).join()).not.toContain('it continues');
    const half = makeCounts({ planned: 1, failed: 1, mismatched: 1 });
    expect(stepsOf({ ...differing, kinds: { dynamodb: makeKind({ counts: half }) } }).join()).toContain('it continues');
  });

  it('offer a rollback only where something was changed', () => {
    const next = (counts: object) =>
      stepsOf({ kinds: { dynamodb: makeKind({ counts: makeCounts({ planned: 1, verified: 1, ...counts }) }) } }).join();
    expect(next({ unchanged: 1 })).not.toContain('rollback');
    for (const outcome of ['created', 'updated', 'replaced', 'adopted'])
      expect(next({ [outcome]: 1 })).toContain('rollback');
  });

  it('say what a merge left', () => {
    const steps = stepsOf({ kinds: { dynamodb: makeKind({ items: { extra: 1 } }) } }).join();
    expect(steps).toContain('were in the destination before were left');
    expect(steps).not.toContain('and is equal');
  });

  it('offer to undo only where something was changed', () => {
    expect(stepsOf(failed).join()).not.toContain('rollback');
    expect(stepsOf({ ...failed, outcome: 'partial' }).at(-1)).toContain('mode rollback');
    expect(stepsOf({ ...failed, outcome: 'partial', mode: 'rollback' }).join()).not.toContain('mode rollback');
  });

  it.each(errorNames)('have a remedy for %s and point to the runbook', (name) => {
    const [remedy] = stepsOf({ ...failed, error: { name, message: 'x' } });
    expect(remedy).toMatch(
      new RegExp(`^[A-Z].{30,}\\. The runbook has an entry on ${name} \\(docs/runbook/errors\\.md\\)\\.$`),
    );
  });

  it('explain items that differ by what was written since', () => {
    const items = { missing: 0, different: 3 };
    const counts = makeCounts({ planned: 1, created: 1, mismatched: 1 });
    const kinds = { dynamodb: makeKind({ items, counts }) };
    expect(stepsOf({ ...failed, outcome: 'partial', kinds }).join()).toContain('"existing": "merge"');
    expect(stepsOf({ ...failed, outcome: 'partial' }).join()).not.toContain('merge');
  });
});
