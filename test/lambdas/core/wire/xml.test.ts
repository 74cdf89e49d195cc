import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../lambdas/core/retry.ts';
import { childOf, readXml, textOf } from '../../../../lambdas/core/wire/xml.ts';
import { toXml, XML_DECLARATION } from '../../../../lib/local/gateway/xml.ts';

const listing = `${XML_DECLARATION}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><KeyCount>1</KeyCount><Prefix/><Contents><Key>a &amp; b&#x1;.json</Key><ETag>&quot;e&quot;</ETag></Contents></ListBucketResult>`;

describe('readXml', () => {
  it('reads elements and texts, references in them', () => {
    const document = readXml(listing);
    expect(document.name).toBe('ListBucketResult');
    expect(textOf(document, 'Contents', 'Key')).toBe('a & b\u0001.json');
    expect(textOf(document, 'Contents', 'ETag')).toBe('"e"');
    expect(textOf(document, 'Prefix')).toBe('');
    expect(textOf(document, 'Contents', 'Size')).toBeNull();
    expect(childOf(document, 'Nothing', 'Key')).toBeNull();
  });

  it('takes white space between elements, and keeps that of a text', () => {
    const document = readXml('<a>\n  <b> x </b>\n  <c:d xmlns:c="u"/>\n</a>\n');
    expect(document.children.map(({ name, text }) => [name, text])).toEqual([
      ['b', ' x '],
      ['d', ''],
    ]);
  });

  it('refuses a document that is cut, wherever it is cut', () => {
    for (let length = 0; length < listing.length; length++) {
      expect(() => readXml(listing.slice(0, length)), `cut at ${length}`).toThrow(ShapeError);
    }
  });

  it.each([
    ['a page of HTML', '<!DOCTYPE html>\n<html><body><h1>503</h1></body></html>'],
    ['an unclosed element of HTML', '<html><br></html>'],
    ['two documents', '<a></a><b></b>'],
    ['text beside elements', '<a>x<b></b></a>'],
    ['text beside the document', 'x<a></a>'],
    ['elements that cross', '<a><b></a></b>'],
    ['a closing tag too many', '<a></a></a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['a reference without an end', '<a>&amp</a>'],
    ['a reference to no character', '<a>&#x110000;</a>'],
    ['a section of CDATA', '<a><![CDATA[x]]></a>'],
    ['a comment', '<a><!-- x --></a>'],
    ['JSON', '{"a":1}'],
    ['nothing', ''],
  ])('refuses %s', (_what, source) => {
    expect(() => readXml(source)).toThrow(ShapeError);
  });

  it('reads any texts that another writer of XML wrote', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(texts, (values) => {
        const document = readXml(XML_DECLARATION + toXml('a', { b: values }));
        expect(document.children.map(({ text }) => text)).toEqual(values);
      }),
    );
  });
});
