import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMac } from '../../../../lambdas/core/wire/mac.ts';

describe('createMac', () => {
  // RFC 4231, test cases 1 and 2.
  it.each([
    ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe').toString('hex'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
  ])('answers what the standard gives for the key %s', (key, text, code) => {
    expect(createMac(Buffer.from(key, 'hex'))(text)).toBe(code);
  });

  it('answers as node:crypto does, for one text after the other, short and long', () => {
    const keys = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    const text = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ minLength: 500, maxLength: 1200 }));
    fc.assert(
      fc.property(keys, fc.array(text, { minLength: 1, maxLength: 4 }), (key, texts) => {
        const mac = createMac(key);
        for (const one of texts) expect(mac(one)).toBe(createHmac('sha256', key).update(one).digest('hex'));
      }),
    );
  });

  it('refuses a key that would have to be hashed first', () => {
    expect(() => createMac(Buffer.alloc(65))).toThrow('a key of 65 bytes');
  });
});
