import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../../lambdas/promotion/report-html.ts';
import { makeAsset, makeKind, makeReport } from './make-report.ts';
import { cellsOf, elements, type PageElement, parsePage, select, textOf } from './page-parser.ts';

function pageOf(...overrides: Parameters<typeof makeReport>): PageElement {
  return parsePage(reportHtml(makeReport(...overrides)));
}

const throughput = Array.from({ length: 120 }, (_, index) => ({
  at: new Date(Date.parse('2026-11-21T08:58:50Z') + index * 150).toISOString(),
  items: index * 103,
}));

describe('the page', () => {
  it('loads and runs nothing', () => {
    const page = pageOf({ kinds: { dynamodb: makeKind({ throughput }) } });
    const names = new Set(elements(page).map(({ name }) => name));
    for (const active of ['script', 'link', 'img', 'iframe', 'object', 'form', 'a', 'base', 'use', 'image']) {
      expect(names).not.toContain(active);
    }
    const attributes = elements(page).flatMap((element) => Object.keys(element.attributes));
    expect(attributes.filter((name) => /^(on|src|href|xlink|action|style$)/.test(name))).toEqual([]);
    expect(select(page, 'style').map(textOf).join()).not.toMatch(/url\(|@import|@font-face/);
  });

  it('forbids a browser whatever it does not need, and fits its window', () => {
    const metas = select(pageOf(), 'meta').map(({ attributes }) => attributes);
    expect(metas[0]).toEqual({ charset: 'utf-8' });
    expect(metas).toContainEqual({
      'http-equiv': 'Content-Security-Policy',
      content: "default-src 'none'; style-src 'unsafe-inline'",
    });
    expect(metas).toContainEqual({ name: 'viewport', content: 'width=device-width, initial-scale=1' });
  });

  it('says what the input asks for, and nothing where it asks for a plain copy', () => {
    const changes = ['only items that meet a < b are promoted'];
    const page = pageOf({ kinds: { dynamodb: makeKind({ changes }) } });
    expect(select(page, 'li').map(textOf)).toContain('only items that meet a < b are promoted');
    expect(textOf(pageOf())).not.toContain('As the input asks');
  });

  it('names each of its parts once', () => {
    const kinds = { dynamodb: makeKind({ throughput }), quicksight: makeKind({ throughput }) };
    const ids = elements(pageOf({ kinds })).flatMap(({ attributes }) => attributes.id ?? []);
    expect(ids.length).toBeGreaterThan(8);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('stands in the same order for every report', () => {
    const error = { name: 'Promotion.Partial', message: '1 assets failed' } as const;
    const headings = select(pageOf({ outcome: 'partial', error }), 'h2').map(textOf);
    expect(headings).toEqual(['What went wrong', 'Flow', 'Assets', 'dynamodb', 'Findings', 'Next steps']);
  });

  it('is small: a report of one table stays under 30 KB', () => {
    expect(reportHtml(makeReport({ kinds: { dynamodb: makeKind({ throughput }) } })).length).toBeLessThan(30_000);
  });
});

describe('the head of a report', () => {
  it.each([
    ['succeeded', 'good'],
    ['partial', 'warn'],
    ['failed', 'bad'],
  ] as const)('says %s in words and by a mark', (outcome, tone) => {
    const page = pageOf({ outcome });
    expect(textOf(select(page, 'title')[0] as PageElement)).toBe(`Promotion p-1: ${outcome}`);
    const [badge] = select(page, '.badge');
    if (!badge) throw new Error('there is no badge');
    expect(textOf(badge)).toBe(outcome);
    expect(select(badge, `.${tone}`).length).toBeGreaterThan(0);
  });

  it('says from where to where, in which mode, when, how long and by which execution', () => {
    const [about] = select(pageOf(), '.about');
    if (!about) throw new Error('there is no such part');
    expect(select(about, '.side').map((side) => side.children.map((part) => textOf(part as PageElement)))).toEqual([
      ['Source', 'dev', 'account 222222222222', 'us-east-1'],
      ['Destination', 'prod', 'account 333333333333', 'eu-west-1'],
    ]);
    expect(select(about, 'dd').map(textOf)).toEqual([
      'migrate',
      '2026-11-21 08:58:47 UTC',
      '2026-11-21 08:59:09 UTC',
      '21.7 s',
      'arn:aws:states:us-east-1:111111111111:execution:cross-account-promoter-promotion:p-1',
    ]);
  });

  it('shows the resolution of an error on a line of its own', () => {
    const message = 'TableExists: PROD-orders (new) exists (remove the table, or choose existing adopt (if empty))';
    const page = pageOf({ outcome: 'failed', error: { name: 'Promotion.Conflict', message } });
    expect(select(page, '.message').map(textOf)).toEqual([
      'TableExists: PROD-orders (new) exists',
      'remove the table, or choose existing adopt (if empty)',
    ]);
    expect(select(page, '.resolution')).toHaveLength(1);
  });

  it('shows a message without a resolution, or cut in its midst, as it is', () => {
    for (const message of ['States.Timeout: States.Timeout', 'TableExists: it exists (remove the ta']) {
      const page = pageOf({ outcome: 'failed', error: { name: 'Promotion.Data', message } });
      expect(select(page, '.message').map(textOf)).toEqual([message]);
    }
  });

  it('names the errors of other kinds too', () => {
    const error = { name: 'Promotion.Quota', message: 'first' } as const;
    const other = { name: 'Promotion.Data', message: 'second' } as const;
    const steps = [
      { kind: 'dynamodb', verb: 'import', outcome: 'failed', error },
      { kind: 'dms', verb: 'verify', outcome: 'failed', error: other },
    ] as const;
    const [wrong] = select(pageOf({ outcome: 'partial', error, steps }), '.error');
    expect(select(wrong as PageElement, '.name-of-error').map(textOf)).toEqual([
      'Promotion.Quota',
      'dms, verify: Promotion.Data',
    ]);
  });
});

describe('what comes from outside', () => {
  const hostile = `</td><script>alert("1")</script>&amp;'\u0000\u001b\u202e<!--${'x'.repeat(255)}`;
  const shown = hostile.replace('\u0000', '⟨U+0000⟩').replace('\u001b', '⟨U+001B⟩').replace('\u202e', '⟨U+202E⟩');

  it('is shown as text wherever it stands', () => {
    const asset = makeAsset({
      asset: hostile,
      destination: hostile,
      reason: hostile,
      items: { [hostile]: 1 },
      verified: false,
      differences: [{ path: hostile, wanted: hostile, found: hostile }],
      examples: [{ problem: hostile, key: hostile }],
    });
    const side = { environment: hostile, account: hostile, region: hostile };
    const error = { name: 'Promotion.Data', message: hostile } as const;
    const steps = [
      { kind: 'dynamodb', verb: 'import', outcome: 'failed', error: { ...error, message: `${hostile}2` } },
    ] as const;
    const page = pageOf({
      promotionId: hostile,
      outcome: 'partial',
      error,
      execution: hostile,
      startedAt: hostile,
      finishedAt: hostile,
      source: side,
      destination: side,
      steps,
      kinds: {
        dynamodb: makeKind({
          assets: [asset],
          items: { [hostile]: 1 },
          throughput: [{ at: hostile, items: 1 }],
          findings: [{ code: hostile, asset: hostile, message: hostile }],
        }),
      },
    });
    expect(select(page, 'script')).toEqual([]);
    // Title, heading, sides, dates, execution, errors, column, cells, details, finding, next steps …
    const text = textOf(page)
      .replaceAll('\\u0000', '⟨U+0000⟩')
      .replaceAll('\\u001b', '⟨U+001B⟩')
      .replaceAll('\\"', '"');
    expect(text.split(shown).length - 1).toBeGreaterThanOrEqual(25);
    expect(text.split('x'.repeat(255)).length).toBe(text.split(shown).length);
  });

  it('may be a thousand assets', () => {
    const assets = Array.from({ length: 1000 }, (_, index) =>
      makeAsset({ asset: `<${index}>${'n'.repeat(250)}`, verified: index % 2 === 0 }),
    );
    const page = pageOf({ kinds: { dynamodb: makeKind({ assets }) } });
    const [body] = select(page, 'tbody');
    const names = select(body as PageElement, 'tr').map((row) => cellsOf(row)[0]);
    expect(names).toHaveLength(1000);
    expect(names[0]).toBe(`<1>${'n'.repeat(250)}`);
  });
});
