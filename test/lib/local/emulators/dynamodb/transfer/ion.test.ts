import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { readIonRecords } from '../../../../../../lib/local/emulators/dynamodb/transfer/ion-read.ts';
import { ionDecimal, ionRecord } from '../../../../../../lib/local/emulators/dynamodb/transfer/ion-write.ts';
import { decimal, plainNumber, scientificNumber } from '../../../../../support/arbitraries.ts';
import { wireItem } from './wire-items.ts';

/** The one form that a number has whatever its spelling: digits without outer zeros, and their exponent. */
function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const exponent = Number(power) - fraction.length + digits.length - significant.length;
  return `${sign === '-' ? '-' : ''}${significant}E${exponent}`;
}

/** An item whose numbers have one form. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'N' && typeof member === 'string') return [name, canonicalNumber(member)];
      if (name === 'NS' && Array.isArray(member)) return [name, member.map(canonicalNumber)];
      return [name, canonical(member)];
    }),
  );
}

const onlyItem = (text: string): Item => {
  const { items, malformed } = readIonRecords(text);
  if (malformed || items.length !== 1) throw new Error(`not one item: ${text}`);
  return items[0] as Item;
};

describe('ionRecord', () => {
  it('writes the record of the developer guide', () => {
    const book = {
      Authors: { SS: ['Author1', 'Author2'] },
      Dimensions: { S: '8.5 x 11.0 x 1.5' },
      Id: { N: '103' },
      InPublication: { BOOL: false },
      PageCount: { N: '600' },
      Price: { N: '2000' },
    };
    expect(ionRecord(book)).toBe(
      '$ion_1_0 {Item:{Authors:$dynamodb_SS::["Author1","Author2"],Dimensions:"8.5 x 11.0 x 1.5",Id:103.,' +
        'InPublication:false,PageCount:6d2,Price:2d3}}',
    );
  });

  it('quotes names that are no symbols or mean something else, and escapes what would end a text', () => {
    const odd = { 'a b': { S: '"\\\n' }, null: { NULL: true }, $1: { B: 'AQI=' }, "it's": { L: [{ M: {} }] } };
    expect(ionRecord(odd)).toBe(`$ion_1_0 {Item:{'a b':"\\"\\\\\\n",'null':null,'$1':{{AQI=}},'it\\'s':[{}]}}`);
    expect(onlyItem(ionRecord(odd))).toEqual(odd);
  });

  it.each([
    ['0', '0.'],
    ['-0', '0.'],
    ['103', '103.'],
    ['-17.50', '-17.5'],
    ['1E-130', '1d-130'],
    ['9.99E+125', '999d123'],
    ['0.000001', '1d-6'],
    ['0012.3400', '12.34'],
  ])('writes the number %s as %s', (number, ion) => {
    expect(ionDecimal(number)).toBe(ion);
  });
});

describe('readIonRecords', () => {
  it('gives back every item that was written, to the last digit', () => {
    fc.assert(
      fc.property(wireItem, (written) => {
        expect(canonical(onlyItem(ionRecord(written)))).toEqual(canonical(written));
      }),
      { numRuns: 300 },
    );
  });

  it('reads a number as the same whatever its spelling', () => {
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 5 }), (parts, point) => {
        const numbers = [plainNumber(parts), scientificNumber(parts, point)];
        const read = numbers.map((number) => onlyItem(`{Item:{n:${ionDecimal(number)}}}`).n?.N);
        expect(read.map((number) => canonicalNumber(String(number)))).toEqual(numbers.map(canonicalNumber));
      }),
    );
  });

  it('reads comments, long texts, escapes, quoted names, underscores in numbers and trailing commas', () => {
    const text = `$ion_1_0 // version
      /* the item */ {'Item': {"long": '''one ''' '''two''', 'quo\\'ted': "\\x41\\u00e9\\U0001F600", n: 1_000.5d-3, l: [1, 2,],},}`;
    expect(onlyItem(text)).toEqual({
      long: { S: 'one two' },
      "quo'ted": { S: 'Aé😀' },
      n: { N: '1000.5E-3' },
      l: { L: [{ N: '1' }, { N: '2' }] },
    });
  });

  it('keeps an attribute that is called __proto__', () => {
    const { items } = readIonRecords('$ion_1_0 {Item:{__proto__:"own"}}');
    expect(Object.entries(items[0] ?? {})).toEqual([['__proto__', { S: 'own' }]]);
  });

  it('reads records one after another, with nothing or empty lines between them', () => {
    const { items, malformed } = readIonRecords('$ion_1_0 {Item:{a:1}}{Item:{a:2}}\n\n$ion_1_0 {Item:{a:3}}\n');
    expect([items.map(({ a }) => a?.N), malformed]).toEqual([['1', '2', '3'], false]);
    expect(readIonRecords(' \n')).toEqual({ items: [], malformed: false });
  });

  it.each([
    ['a record without an item', '{Thing:{a:1}}'],
    ['an item that is no struct', '{Item:[1]}'],
    ['a value that is no struct', '1'],
    ['a float', '{Item:{a:1e0}}'],
    ['a timestamp', '{Item:{a:2007-01-01}}'],
    ['a symbol', '{Item:{a:b}}'],
    ['a typed null', '{Item:{a:null.string}}'],
    ['a clob', '{Item:{a:{{"text"}}}}'],
    ['an S-expression', '{Item:{a:(1)}}'],
    ['a hexadecimal number', '{Item:{a:0x1F}}'],
    ['an unknown annotation', '{Item:{a:set::[1]}}'],
    ['an annotation that every object has', '{Item:{a:toString::[1]}}'],
    ['a set of mixed types', '{Item:{a:$dynamodb_SS::["a",1]}}'],
    ['an unknown escape', '{Item:{a:"\\q"}}'],
    ['a struct without its end', '{Item:{a:1}'],
    ['two values without a comma', '{Item:{a:[1 2]}}'],
  ])('gives up at %s', (_what, text) => {
    expect(readIonRecords(`$ion_1_0 {Item:{first:1}}\n${text}\n{Item:{last:1}}`)).toEqual({
      items: [{ first: { N: '1' } }],
      malformed: true,
    });
  });
});
