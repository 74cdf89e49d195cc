import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../lambdas/core/retry.ts';
import {
  hasEscape,
  misshapen,
  parsed,
  readArray,
  readMembers,
  readObject,
  skipNested,
  skipSpace,
  skipString,
  skipValue,
} from '../../../../lambdas/dynamodb/raw/tokens.ts';

const bytes = (text: string) => Buffer.from(text);
const whole = (read: () => unknown, message: string | RegExp) => {
  expect(read).toThrow(ShapeError);
  expect(read).toThrow(message);
};

/** Contents of strings around the length from which on another search is used, with backslashes and quotes at each end. */
const lengths = Array.from({ length: 8 }, (_, index) => index).concat(
  Array.from({ length: 12 }, (_, index) => 58 + index),
  Array.from({ length: 6 }, (_, index) => 126 + index),
);
const contents = lengths.flatMap((length) =>
  ['', '\\"', '\\\\', '\\\\\\"', '\\\\\\\\', '\\n', '}', ']', '{', '['].flatMap((part) => [
    'x'.repeat(length) + part,
    `${part}${'x'.repeat(length)}${part}y`,
  ]),
);

describe('misshapen', () => {
  it('shows twelve bytes of what is there, or that nothing is', () => {
    expect(misshapen(bytes('0123456789abcdefgh'), 2, 'a name').message).toBe(
      'an answer of 18 bytes has "23456789abcd" at 2 instead of a name',
    );
    expect(misshapen(bytes('[1'), 1, 'it').message).toBe('an answer of 2 bytes has "1" at 1 instead of it');
    expect(misshapen(bytes('[1'), 2, 'it').message).toBe('an answer of 2 bytes has the end at 2 instead of it');
    expect(misshapen(bytes('[1'), 9, 'it').message).toBe('an answer of 2 bytes has the end at 9 instead of it');
  });
});

describe('skipSpace', () => {
  it('passes the four bytes that JSON calls white space and no other', () => {
    const space = [0x20, 0x0a, 0x0d, 0x09];
    for (let byte = 0; byte < 256; byte++) {
      expect(skipSpace(Buffer.from([0x20, byte, 0x41]), 0), `byte ${byte}`).toBe(space.includes(byte) ? 2 : 1);
    }
  });

  it('begins where it is told and ends at the end', () => {
    expect(skipSpace(bytes('  a  b'), 3)).toBe(5);
    expect(skipSpace(bytes('a '), 1)).toBe(2);
    expect(skipSpace(bytes(''), 0)).toBe(0);
  });
});

describe('skipString', () => {
  it('ends behind the closing quote, whatever is escaped before it and however long it is', () => {
    for (const content of contents) {
      const text = `ab"${content}","z"`;
      expect(skipString(bytes(text), 2), content).toBe(content.length + 4);
    }
  });

  it('counts bytes, not characters', () => {
    const content = 'ü🂡'.repeat(20);
    expect(skipString(bytes(`"${content}"`), 0)).toBe(Buffer.byteLength(content) + 2);
  });

  it('refuses a string without an end', () => {
    for (const text of ['"', '"a', '"a\\"', '"\\', `"${'x'.repeat(100)}`, `"${'x'.repeat(100)}\\"`]) {
      whole(() => skipString(bytes(text), 0), `has the end at ${text.length} instead of the end of a string`);
    }
  });
});

describe('skipNested', () => {
  it('ends behind the bracket that closes the first', () => {
    for (const text of ['{}', '[]', '[[],[]]', '{"a":{"b":[1,{}]}}', '[{"a":"}"},"]"]']) {
      expect(skipNested(bytes(`..${text}}]}`), 2), text).toBe(text.length + 2);
    }
  });

  it('takes no bracket in a string for one, wherever the string ends', () => {
    for (const content of contents) {
      const text = `{"${content}":["${content}"],"b":"${content}"}`;
      expect(skipNested(bytes(`${text}]}`), 0), content).toBe(text.length);
    }
  });

  it('refuses what is cut', () => {
    whole(() => skipNested(bytes('{"a":1'), 0), 'has the end at 6 instead of a closing bracket');
    whole(() => skipNested(bytes('[[]'), 0), 'a closing bracket');
    whole(() => skipNested(bytes('{"a'), 0), 'the end of a string');
    whole(() => skipNested(bytes('{"a\\"}'), 0), 'the end of a string');
    whole(() => skipNested(bytes(`{"${'x'.repeat(100)}}`), 0), 'the end of a string');
  });

  it.each([63, 64, 65, 66, 127, 128])('refuses a string of %i bytes that the end cuts within an escape', (length) => {
    whole(() => skipNested(bytes(`["${'x'.repeat(length)}\\`), 0), 'the end of a string');
  });
});

describe('skipValue', () => {
  it.each(['1', '-1.5E+10', 'true', 'false', 'null', '"a b"', '""', '{"a":[1]}', '[]', '[{}]'])(
    'ends behind %s',
    (text) => {
      expect(skipValue(bytes(`,${text} ,1`), 1)).toBe(text.length + 1);
      expect(skipValue(bytes(text), 0)).toBe(text.length);
    },
  );

  it('takes letters, digits, signs and points for parts of a scalar, and nothing else', () => {
    for (let byte = 0; byte < 256; byte++) {
      const isPart = /^[-+.0-9A-Za-z]$/.test(String.fromCharCode(byte));
      expect(skipValue(Buffer.from([0x31, byte, 0x20]), 0), `byte ${byte}`).toBe(isPart ? 2 : 1);
    }
  });

  it('refuses what begins no value', () => {
    for (const text of ['', ',', '}', ']', ':', ' 1'])
      whole(() => skipValue(bytes(text), 0), 'at 0 instead of a value');
  });

  it('agrees with JSON.parse on any text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom('', ' ', '\t', '\r\n'), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent.trim() === '' ? indent : '');
        const all = bytes(`[${spaced},0]`);
        expect(skipValue(all, 1)).toBe(all.length - 3);
        expect(skipValue(all, 0)).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** Name, as it stands there, and value of each member. */
function membersOf(text: string): [string, string][] {
  const all = bytes(text);
  const found: [string, string][] = [];
  const end = readMembers(all, 0, (nameStart, nameEnd, at) => {
    const valueEnd = skipValue(all, at);
    found.push([all.toString('utf8', nameStart, nameEnd), all.toString('utf8', at, valueEnd)]);
    return valueEnd;
  });
  found.push(['end', String(end)]);
  return found;
}

describe('readMembers', () => {
  it('gives names with their quotes and values, with white space anywhere', () => {
    expect(membersOf('{}x')).toEqual([['end', '2']]);
    expect(membersOf('{ \n}')).toEqual([['end', '4']]);
    expect(membersOf('{"a":1}')).toEqual([
      ['"a"', '1'],
      ['end', '7'],
    ]);
    expect(membersOf('{ "a" :\t1 ,\n"b\\"" : {"c":2}\r}')).toEqual([
      ['"a"', '1'],
      ['"b\\""', '{"c":2}'],
      ['end', '29'],
    ]);
  });

  it.each([
    ['[]', '"[]" at 0 instead of an object'],
    ['', 'the end at 0 instead of an object'],
    ['{1:2}', 'at 1 instead of a name'],
    ['{a":2}', 'at 1 instead of a name'],
    ['{"a" 2}', 'at 5 instead of ":"'],
    ['{"a"}', 'at 4 instead of ":"'],
    ['{"a":}', 'at 5 instead of a value'],
    ['{"a":1 "b":2}', 'at 7 instead of "," or an end'],
    ['{"a":1]', 'at 6 instead of "," or an end'],
    ['{"a":1', 'the end at 6 instead of "," or an end'],
    ['{"a":1,}', 'at 7 instead of a name'],
    ['{,"a":1}', 'at 1 instead of a name'],
  ])('refuses %s', (text, message) => {
    whole(() => membersOf(text), message);
  });
});

describe('readObject', () => {
  it('resolves the escapes of names', () => {
    const all = bytes('{"\\u0049tems":1,"a\\"b":2,"ü":3}');
    const names: string[] = [];
    readObject(all, 0, (name, at) => {
      names.push(name);
      return skipValue(all, at);
    });
    expect(names).toEqual(['Items', 'a"b', 'ü']);
  });

  it('refuses a name that is no JSON', () => {
    const all = bytes('{"\\x":1}');
    whole(() => readObject(all, 0, (_, at) => skipValue(all, at)), 'at 1 instead of JSON');
  });
});

describe('readArray', () => {
  const elementsOf = (text: string, from = 0) => {
    const all = bytes(text);
    const found: string[] = [];
    const end = readArray(all, from, (at) => {
      const valueEnd = skipValue(all, at);
      found.push(all.toString('utf8', at, valueEnd));
      return valueEnd;
    });
    return { found, end };
  };

  it('gives the elements in their order', () => {
    expect(elementsOf('[]')).toEqual({ found: [], end: 2 });
    expect(elementsOf('[ ] ')).toEqual({ found: [], end: 3 });
    expect(elementsOf('x[1 , "a" ,[2,3]\n],', 1)).toEqual({ found: ['1', '"a"', '[2,3]'], end: 18 });
  });

  it.each([
    ['{}', 'at 0 instead of a list'],
    ['[1}', 'at 2 instead of "," or an end'],
    ['[1 2]', 'at 3 instead of "," or an end'],
    ['[1,]', 'at 3 instead of a value'],
    ['[1', 'the end at 2 instead of "," or an end'],
  ])('refuses %s', (text, message) => {
    whole(() => elementsOf(text), message);
  });
});

describe('parsed', () => {
  it('reads the value between two positions, __proto__ as a member like any other', () => {
    expect(parsed(bytes('x{"a":"ü"}y'), 1, 11)).toEqual({ a: 'ü' });
    const value = parsed(bytes('{"__proto__":1}'), 0, 15) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it('calls what is no JSON misshapen where it begins', () => {
    whole(() => parsed(bytes('[{"a":tru}]'), 1, 10), 'at 1 instead of JSON');
  });

  it('lets errors of other kinds through', () => {
    const unreadable = {
      length: 0,
      toString() {
        throw new RangeError('too long a text');
      },
    } as unknown as Buffer;
    expect(() => parsed(unreadable, 0, 1)).toThrow(RangeError);
  });
});

describe('hasEscape', () => {
  it('looks between the two positions alone', () => {
    const all = bytes('\\ab\\');
    expect(hasEscape(all, 0, 4)).toBe(true);
    expect(hasEscape(all, 0, 1)).toBe(true);
    expect(hasEscape(all, 1, 3)).toBe(false);
    expect(hasEscape(all, 2, 4)).toBe(true);
    expect(hasEscape(all, 3, 3)).toBe(false);
  });
});
