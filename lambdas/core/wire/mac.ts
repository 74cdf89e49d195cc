import { hash } from 'node:crypto';

/** HMAC-SHA256 (RFC 2104) of an ASCII text with one key, in hexadecimal. */
export type Mac = (text: string) => string;

/** Bytes that SHA-256 takes at once, and bytes of its result. */
const block = 64;
const result = 32;

/** Room for a text to sign: its lines are 17, 17, 64 and a scope of some 60 characters. */
const usualText = 512;

/**
 * Prepares a key of at most 64 bytes. Two hashes in one go take half the time of `createHmac` on Node 20 and a fifteenth
 * on Node 24 (measured: 1.0 of 1.9 µs, 0.8 of 12), which makes objects and looks up the algorithm each time.
 */
export function createMac(key: Buffer): Mac {
  if (key.length > block) throw new RangeError(`a key of ${key.length} bytes has to be hashed first`);
  const padded = (room: number, mask: number) => {
    const bytes = Buffer.alloc(block + room);
    key.copy(bytes);
    for (let at = 0; at < block; at++) bytes[at] = (bytes[at] as number) ^ mask;
    return bytes;
  };
  const outer = padded(result, 0x5c);
  let inner = padded(usualText, 0x36);

  return (text) => {
    if (block + text.length > inner.length) inner = padded(text.length, 0x36);
    const end = block + inner.write(text, block, 'latin1');
    // As text of one byte a character: a digest as a Buffer costs more than the hash.
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), block, 'latin1');
    return hash('sha256', outer, 'hex');
  };
}
