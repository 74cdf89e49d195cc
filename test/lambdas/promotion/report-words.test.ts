import { describe, expect, it } from 'vitest';
import { headline, outcomeTone, outcomeWords } from '../../../lambdas/promotion/report-words.ts';
import { makeAsset, makeCounts, makeKind, makeReport } from './make-report.ts';

describe('outcomeWords', () => {
  it('are the outcome itself where something was done', () => {
    expect(outcomeWords('migrate', 'created')).toBe('created');
    expect(outcomeWords('import', 'failed')).toBe('failed');
  });

  it('say of a plan what would be, and of a rollback what was taken back', () => {
    expect(outcomeWords('plan', 'created')).toBe('to create');
    expect(outcomeWords('plan', 'failed')).toBe('in conflict');
    expect(outcomeWords('rollback', 'updated')).toBe('undone');
    expect(outcomeWords('rollback', 'skipped')).toBe('left as it is');
  });
});

describe('outcomeTone', () => {
  it('does not praise what a plan has not done yet', () => {
    expect(outcomeTone('migrate', 'created')).toBe('good');
    expect(outcomeTone('plan', 'created')).toBe('quiet');
    expect(outcomeTone('plan', 'failed')).toBe('bad');
  });
});

describe('headline', () => {
  it('adds up the assets and items of all kinds', () => {
    const items = { read: 1000, written: 1000, compared: 900 };
    const kinds = { dynamodb: makeKind({ items }), quicksight: makeKind({ items }) };
    expect(headline(makeReport({ kinds }))).toBe(
      '2 assets: 2 created, 2 verified. 2,000 items written, 1,800 items compared.',
    );
  });

  it('says first what a run that did not succeed has changed', () => {
    const none = { dynamodb: makeKind({ assets: [], counts: makeCounts() }) };
    expect(headline(makeReport({ outcome: 'failed', kinds: none }))).toBe('Nothing was changed in prod.');
    const counts = makeCounts({ planned: 3, created: 2, failed: 1, verified: 1, mismatched: 1 });
    expect(headline(makeReport({ outcome: 'partial', kinds: { dynamodb: makeKind({ counts }) } }))).toBe(
      'Not all was done in prod, but something was. 3 assets: 2 created, 1 failed, 1 verified, 1 different from the source.',
    );
  });

  it('says of a comparison only what was compared', () => {
    const counts = makeCounts({ planned: 1, unchanged: 1, verified: 1 });
    const kinds = { dynamodb: makeKind({ assets: [makeAsset()], counts }) };
    expect(headline(makeReport({ mode: 'verify', kinds }))).toBe('1 asset: 1 verified.');
  });

  it('says that an export wrote the bundle', () => {
    const kinds = { dynamodb: makeKind({ assets: [], counts: makeCounts() }) };
    expect(headline(makeReport({ mode: 'export', kinds }))).toBe('The bundle of dev is written.');
  });
});
