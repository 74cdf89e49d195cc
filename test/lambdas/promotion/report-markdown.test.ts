import { describe, expect, it } from 'vitest';
import { reportMarkdown } from '../../../lambdas/promotion/report-markdown.ts';
import { makeAsset, makeCounts, makeKind, makeReport, makeSteps } from './make-report.ts';

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

  it('says of a comparison how many assets differ, and of a step that failed by which error', () => {
    const counts = makeCounts({ planned: 3, created: 3, verified: 1, mismatched: 2 });
    const error = { name: 'Promotion.Throttled', message: 'slow' } as const;
    const steps = [
      ...makeSteps('import', 'verify'),
      { kind: 'dynamodb', verb: 'plan', outcome: 'failed', error } as const,
    ];
    const lines = reportMarkdown(makeReport({ steps, kinds: { dynamodb: makeKind({ counts }) } })).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '| dynamodb | import | done |',
        '| dynamodb | verify | 2 differ |',
        '| dynamodb | plan | failed: Promotion.Throttled |',
      ]),
    );
  });

  it('says what the input asks for', () => {
    const changes = ['only items that meet a | b are promoted', 'writing takes at most 100 units a second'];
    const text = reportMarkdown(makeReport({ kinds: { dynamodb: makeKind({ changes }) } }));
    expect(text).toContain(
      '## dynamodb\n\nAs the input asks:\n\n- only items that meet a \\| b are promoted\n- writing takes at most 100 units a second\n\n| asset',
    );
    expect(reportMarkdown(makeReport())).not.toContain('As the input asks');
  });

  it('says of a rollback what it did, in the words of the other report', () => {
    const counts = { items: undefined, verified: null, reason: 'the promotion had created it' };
    expect(rowOf('rollback', { ...counts, outcome: 'updated' })).toContain('| undone |');
    expect(rowOf('rollback', { ...counts, outcome: 'unchanged' })).toContain('| nothing to undo |');
  });
});
