import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Html, html, render } from '../../../lambdas/promotion/html.ts';
import { parsePage, select, textOf } from './page-parser.ts';

/** What a browser shows of a value, and what it reads from an attribute that holds it. */
function shown(value: string): { text: string; title: string | undefined } {
  const [element] = select(parsePage(render(html`<p title="${value}">${value}</p>`)), 'p');
  if (!element) throw new Error('the element is not there');
  return { text: textOf(element), title: element.attributes.title };
}

describe('a template', () => {
  it('keeps its literal text, joins lists and leaves out null', () => {
    const list = ['a', 'b'].map((text) => html`<li>${text}</li>`);
    expect(render(html`<ul class="${'x'}">${list}${null}</ul> ${3}`)).toBe('<ul class="x"><li>a</li><li>b</li></ul> 3');
  });

  it('escapes what could end the text or the attribute', () => {
    expect(render(html`${`<script>"a" & 'b'</script>`}`)).toBe(
      '&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;',
    );
  });

  it('escapes an entity that stands in a value, so that it is shown as it was written', () => {
    expect(shown('&lt;b&gt;').text).toBe('&lt;b&gt;');
  });

  it('does not take a value read from JSON for markup', () => {
    const forged = JSON.parse('{"markup":"<b>"}') as Html;
    expect(() => render(html`${forged}`)).toThrow(TypeError);
  });

  it.each([
    ['\u0000', '⟨U+0000⟩'],
    ['\u001b[31m', '⟨U+001B⟩[31m'],
    ['\u0085', '⟨U+0085⟩'],
    ['gnp\u202eexe', 'gnp⟨U+202E⟩exe'],
    ['a\u2066b\u2069', 'a⟨U+2066⟩b⟨U+2069⟩'],
    ['a\u200fb', 'a⟨U+200F⟩b'],
    ['a\u2028b', 'a⟨U+2028⟩b'],
    ['\ud800', '⟨U+D800⟩'],
    ['\uffff', '⟨U+FFFF⟩'],
    ['a\rb', 'a⟨U+000D⟩b'],
  ])('shows the invisible character in %j by its number', (value, expected) => {
    expect(shown(value).text).toBe(expected);
  });

  it.each(['two\nlines', 'a\ttab', 'سلام', '👩‍💻', '名前'])('leaves %j as it is', (value) => {
    expect(shown(value).text).toBe(value);
  });

  it('makes one line end of the two characters that Windows writes', () => {
    expect(shown('two\r\nlines').text).toBe('two\nlines');
  });

  it('is a page that parses, and shows the same in text and attribute, whatever the value', () => {
    const hostile = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '</p>',
      '<!--',
      ']]>',
      '&amp;',
      '\u202e',
      '\u0000',
      '`',
      '=',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, fc.string({ unit: 'binary' }))), (parts) => {
        const value = parts.join('');
        const { text, title } = shown(value);
        expect(title).toBe(text);
        const visible = value.replaceAll('\r\n', '\n');
        expect(text.replace(/⟨U\+([0-9A-F]{4,6})⟩/g, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))).toBe(
          visible,
        );
      }),
    );
  });
});
