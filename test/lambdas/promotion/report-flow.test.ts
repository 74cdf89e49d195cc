import { describe, expect, it } from 'vitest';
import { kinds } from '../../../lambdas/core/contracts.ts';
import { html, render } from '../../../lambdas/promotion/html.ts';
import { flowPicture } from '../../../lambdas/promotion/report-flow.ts';
import { makeKind, makeReport, makeSteps } from './make-report.ts';
import { type PageElement, parsePage, select, textOf } from './page-parser.ts';

function picturesOf(report: Parameters<typeof flowPicture>[0]): [PageElement, PageElement] {
  const [wide, narrow] = select(parsePage(render(html`<div>${flowPicture(report)}</div>`)), 'svg');
  if (!wide || !narrow) throw new Error('a picture is not there');
  return [wide, narrow];
}

const places = (picture: PageElement, name: 'x' | 'y') =>
  select(picture, 'rect').map(({ attributes }) => Number(attributes[name]));

describe('flowPicture', () => {
  it('draws the steps in order, to the right or, on a narrow screen, downwards', () => {
    const [wide, narrow] = picturesOf(makeReport());
    const names = ['Validate', 'Lock', 'Export', 'Plan', 'Import', 'Verify', 'Report'];
    for (const picture of [wide, narrow]) expect(select(picture, '.step').map(textOf)).toEqual(names);
    for (const [along, across] of [
      [places(wide, 'x'), places(wide, 'y')],
      [places(narrow, 'y'), places(narrow, 'x')],
    ]) {
      expect(along).toEqual([...new Set(along)].sort((a, b) => a - b));
      expect(new Set(across).size).toBe(1);
    }
  });

  it('says in words what it shows', () => {
    const [wide] = picturesOf(makeReport({ mode: 'plan', steps: [] }));
    expect(select(wide, 'desc').map(textOf)).toEqual([
      'Validate: done. Lock: done. Plan: dynamodb not reached. Report: done.',
    ]);
  });

  it('gives every kind a lane of its own', () => {
    const [wide, narrow] = picturesOf(
      makeReport({ kinds: Object.fromEntries(kinds.map((kind) => [kind, makeKind()])) }),
    );
    for (const picture of [wide, narrow]) {
      expect(select(picture, '.kind').map(textOf)).toEqual([...kinds]);
      expect(select(picture, '.lane')).toHaveLength(4);
      expect(select(picture, '.state')).toHaveLength(16);
    }
  });

  it('leads past the steps that were not reached, and only then', () => {
    const curved = (picture: PageElement) =>
      select(picture, '.link').filter(({ attributes }) => attributes.d?.includes('C'));
    const [stopped] = picturesOf(makeReport({ steps: makeSteps('export') }));
    expect(curved(stopped)).toHaveLength(1);
    expect(select(stopped, '.step').map(({ attributes }) => attributes.class?.includes('unreached'))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
    const [whole] = picturesOf(makeReport());
    expect(curved(whole)).toHaveLength(0);
  });

  it('draws everything within its box', () => {
    for (const steps of [makeSteps('export'), makeSteps('export', 'plan', 'import', 'verify')]) {
      for (const picture of picturesOf(makeReport({ steps }))) {
        const { width, height } = picture.attributes;
        for (const { attributes } of [...select(picture, 'rect'), ...select(picture, 'text')]) {
          expect(Number(attributes.x) + Number(attributes.width ?? 0)).toBeLessThanOrEqual(Number(width));
          expect(Number(attributes.y) + Number(attributes.height ?? 0)).toBeLessThanOrEqual(Number(height));
        }
      }
    }
  });
});
