import { describe, expect, it } from 'vitest';
import { reportMarkdown } from '../../../lambdas/promotion/report-markdown.ts';
import { makeAsset, makeKind, makeReport } from './make-report.ts';

describe('reportMarkdown', () => {
  const rowOf = (mode: 'migrate' | 'rollback', asset: Parameters<typeof makeAsset>[0]) => {
    const kinds = { dynamodb: makeKind({ assets: [makeAsset(asset)] }) };
    return reportMarkdown(makeReport({ mode, kinds }))
      .split('\n')
      .find((line) => line.startsWith('| DEV-orders'));
  };

  it('has a line for each asset, whose cells hold whatever they say', () => {
    expect(rowOf('migrate', { reason: 'a | b\nc' })).toBe(
      '| DEV-orders | PROD-orders | created | yes | 12345 | 12345 | 12345 | 0 | 0 | 0 | a \\| b c |',
    );
  });

  it('says of a rollback what it did, in the words of the other report', () => {
    const counts = { items: undefined, verified: null, reason: 'the promotion had created it' };
    expect(rowOf('rollback', { ...counts, outcome: 'updated' })).toContain('| undone |');
    expect(rowOf('rollback', { ...counts, outcome: 'unchanged' })).toContain('| nothing to undo |');
  });
});
