import { describe, expect, it } from 'vitest';
import { childText, parseXml, toXml } from '../../../../lib/local/gateway/xml.ts';

describe('toXml', () => {
  it('nests records, repeats arrays and leaves out undefined', () => {
    const xml = toXml('A', { B: [1, 2], C: { D: true }, E: undefined, F: [] }, 'xmlns="x"');
    expect(xml).toBe('<A xmlns="x"><B>1</B><B>2</B><C><D>true</D></C></A>');
  });

  it('escapes markup and control characters, and keeps tabs and line feeds', () => {
    expect(toXml('A', '<a & "b">\r\u0001\t\n')).toBe('<A>&lt;a &amp; &quot;b&quot;&gt;&#13;&#x1;\t\n</A>');
  });
});

describe('parseXml', () => {
  it('reads what toXml writes', () => {
    const text = '<a & "b">\r\u0001 é';
    const root = parseXml(`<?xml version="1.0"?>\n${toXml('A', { B: text, C: '' })}`);
    expect(childText(root, 'B')).toBe(text);
    expect(childText(root, 'C')).toBe('');
    expect(childText(root, 'D')).toBeUndefined();
  });

  it('drops prefixes, attributes and comments', () => {
    const root = parseXml(`<s:A x='1' y="2"><!-- c --><s:B/></s:A>`);
    expect(root).toEqual({ name: 'A', text: '', children: [{ name: 'B', children: [], text: '' }] });
  });

  it.each([
    ['an open tag', '<a><b></a>'],
    ['a closing tag too many', '<a></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>x'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['nothing', ''],
    ['no markup', 'text'],
  ])('refuses %s', (_what, source) => {
    expect(() => parseXml(source)).toThrow(SyntaxError);
  });
});
