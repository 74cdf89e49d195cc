import { describe, expect, it } from 'vitest';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { overlongKey } from '../../../lambdas/dynamodb/key-sizes.ts';

const text = (length: number) => ({ S: 'x'.repeat(length) });
const bytes = (length: number) => ({ B: Buffer.alloc(length).toString('base64') });

describe('overlongKey', () => {
  it.each<[string, WireItem, object | null]>([
    ['a partition key of 2,048 bytes', { id: text(2048), at: text(1) }, null],
    ['a partition key of 2,049 bytes', { id: text(2049), at: text(1) }, { name: 'id', bytes: 2049, most: 2048 }],
    ['a sort key of 1,024 bytes', { id: text(1), at: text(1024) }, null],
    ['a sort key of 1,025 bytes', { id: text(1), at: text(1025) }, { name: 'at', bytes: 1025, most: 1024 }],
    ['characters of two bytes', { id: text(1), at: { S: 'ä'.repeat(600) } }, { name: 'at', bytes: 1200, most: 1024 }],
    ['binary of 1,024 bytes', { id: text(1), at: bytes(1024) }, null],
    ['binary of 1,025 bytes', { id: text(1), at: bytes(1025) }, { name: 'at', bytes: 1025, most: 1024 }],
    ['a number', { id: text(1), at: { N: '1'.repeat(38) } }, null],
    ['a long attribute beside the key', { id: text(1), at: text(1), note: text(5000) }, null],
  ])('knows %s', (_what, item, expected) => {
    expect(overlongKey(item, ['id', 'at'])).toEqual(expected);
  });
});
