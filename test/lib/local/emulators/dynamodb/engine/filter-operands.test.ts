import { describe, expect, it } from 'vitest';
import type { AttributeValue, Item } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { meets } from './parsed.ts';

describe('size', () => {
  it.each<[AttributeValue, number]>([
    [{ S: '' }, 0],
    [{ S: 'abc' }, 3],
    [{ S: 'é語' }, 2],
    [{ S: 'é𝄞' }, 3],
    [{ B: '' }, 0],
    [{ B: 'AQL/' }, 3],
    [{ SS: ['long', 'b'] }, 2],
    [{ NS: ['1'] }, 1],
    [{ BS: ['AA==', 'AQ==', 'Ag=='] }, 3],
    [{ L: [] }, 0],
    [{ L: [{ L: [{ S: 'a' }, { S: 'b' }] }] }, 1],
    [{ M: {} }, 0],
    [{ M: { a: { S: 'x' }, b: { S: 'y' } } }, 2],
  ])('of %j is %i', (a, size) => {
    expect(meets({ a }, 'size(a) = :n', { ':n': { N: `${size}.0` } })).toBe(true);
    expect(meets({ a }, 'size(a) BETWEEN :n AND :n', { ':n': { N: String(size) } })).toBe(true);
    expect(meets({ a }, 'size(a) < :n', { ':n': { N: String(size) } })).toBe(false);
    expect(meets({ a }, 'size(a) = :n', { ':n': { S: String(size) } })).toBe(false);
  });

  it.each<AttributeValue>([{ N: '5' }, { BOOL: true }, { NULL: true }])('of %j is nothing', (a) => {
    for (const sign of ['<', '=', '>=']) expect(meets({ a }, `size(a) ${sign} :n`, { ':n': { N: '1' } })).toBe(false);
    expect(meets({ a }, 'size(a) <> :n', { ':n': { N: '1' } })).toBe(true);
  });

  it('is taken of values too, and compared with attributes', () => {
    expect(meets({ a: { N: '2' } }, 'size(:v) = a', { ':v': { S: 'xy' } })).toBe(true);
    expect(meets({ a: { L: [{ N: '2' }] } }, 'contains(a, size(:v))', { ':v': { S: 'xy' } })).toBe(true);
  });
});

describe('paths', () => {
  const item: Item = {
    l: { L: [{ S: 'first' }, { M: { price: { N: '10' }, l: { L: [{ L: [{ S: 'deep' }] }] } } }] },
    m: { M: { '0': { S: 'named' }, 'a.b': { S: 'dotted' }, nothing: { NULL: true } } },
    'a.b': { S: 'top' },
    s: { S: 'text' },
  };

  it.each(['l[0]', 'l[1].price', 'l[1].l[0][0]', 'm.nothing', 'm.#zero', 'm.#dotted', '#dotted', 's'])(
    'find %s',
    (path) => {
      expect(meets(item, `attribute_exists(${path})`, {}, { '#zero': '0', '#dotted': 'a.b' })).toBe(true);
    },
  );

  it.each([
    ...['l[2]', 'l[9].price', 'l.#zero', 'l.#length', 'm[0]', 's[0]', 's.x', 'm.nothing.x', 'l[0][0]', 'm.price'],
    ...['gone.x[3]', 'constructor', 'm.constructor', 'm.#proto', '#proto'],
  ])('do not find %s', (path) => {
    const names = { '#zero': '0', '#length': 'length', '#proto': '__proto__' };
    expect(meets(item, `attribute_exists(${path})`, {}, names)).toBe(false);
    expect(meets(item, `${path} <> :v`, { ':v': { S: 'x' } }, names)).toBe(true);
  });

  it('are compared with each other', () => {
    expect(
      meets(item, 'l[1].l[0][0] = :v AND l[0] > l[1].l[0][0] AND NOT l[1].price = s', { ':v': { S: 'deep' } }),
    ).toBe(true);
  });
});
