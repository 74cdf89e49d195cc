import { type Html, html } from './html.ts';

/** How something went; shown by a glyph and a word, never by colour alone. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** Strokes in a box of 16 by 16: a tick, an exclamation mark, a cross, a dash. */
const glyphs: Readonly<Record<Tone, string>> = {
  good: 'M4.5 8.3 7 10.8l4.5-5.3',
  warn: 'M8 4v5m0 2.4v.6',
  bad: 'm5.3 5.3 5.4 5.4m0-5.4-5.4 5.4',
  quiet: 'M5 8h6',
};

/** The glyph of a tone inside another picture, its upper left corner at x and y. */
export function markAt(tone: Tone, x: number, y: number): Html {
  return html`<g class="mark ${tone}" transform="translate(${x} ${y})"><circle cx="8" cy="8" r="8"/><path d="${glyphs[tone]}"/></g>`;
}

/** Words with the glyph of their tone before them. */
export function marked(tone: Tone, words: string): Html {
  return html`<span class="marked ${tone}"><svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${markAt(tone, 0, 0)}</svg>${words}</span>`;
}
