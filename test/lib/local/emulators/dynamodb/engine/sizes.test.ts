import { describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import {
  indexWriteUnits,
  itemSize,
  projectItem,
  readUnits,
  writeUnits,
} from '../../../../../../lib/local/emulators/dynamodb/engine/sizes.ts';

const size = (value: Record<string, unknown>) => itemSize({ a: value }) - 1;

describe('itemSize', () => {
  it.each<[Record<string, unknown>, number]>([
    [{ S: 'abc' }, 3],
    [{ S: 'é語' }, 5],
    [{ S: '' }, 0],
    [{ B: 'AAEC' }, 3],
    [{ B: 'AA==' }, 1],
    [{ BOOL: true }, 1],
    [{ NULL: true }, 1],
    [{ N: '0' }, 1],
    [{ N: '7' }, 2],
    [{ N: '-7' }, 3],
    [{ N: '123' }, 3],
    [{ N: '100' }, 2],
    [{ N: '1E+50' }, 2],
    [{ SS: ['a', 'bc'] }, 3],
    [{ BS: ['AA==', 'AAE='] }, 3],
    [{ NS: ['1', '2'] }, 4],
    [{ L: [] }, 3],
    [{ L: [{ S: 'a' }, { S: 'b' }] }, 7],
    [{ M: {} }, 3],
    [{ M: { key: { S: 'v' } } }, 8],
  ])('counts %j as %i bytes', (value, bytes) => {
    expect(size(value)).toBe(bytes);
  });

  it('adds the bytes of attribute names', () => {
    expect(itemSize({ é: { S: 'x' }, bb: { S: 'y' } })).toBe(6);
  });
});

describe('units', () => {
  it('count writes by started KiB and at least one', () => {
    expect([0, 1, 1024, 1025].map(writeUnits)).toEqual([1, 1, 1, 2]);
  });

  it('count reads by started 4 KiB, halved unless consistent', () => {
    expect([1, 4096, 4097].map((bytes) => readUnits(bytes, true))).toEqual([1, 1, 2]);
    expect(readUnits(4097, false)).toBe(1);
  });
});

describe('indexWriteUnits', () => {
  const index = {
    IndexName: 'byColour',
    KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
  };
  const table: TableDefinition = {
    TableName: 'table',
    TableStatus: 'ACTIVE',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [],
  };
  const item = (more: object) => ({ pk: { S: 'a' }, ...more });
  const units = (before: object | null, after: object | null) =>
    indexWriteUnits(before && item(before), after && item(after), index, table);

  it.each<[string, object | null, object | null, number]>([
    ['nothing for items outside the index', {}, { note: { S: 'x' } }, 0],
    ['one put when an item comes in', null, { colour: { S: 'red' } }, 1],
    ['one delete when it leaves', { colour: { S: 'red' } }, {}, 1],
    ['two when its key changes', { colour: { S: 'red' } }, { colour: { S: 'blue' } }, 2],
    ['one when a projected attribute changes', { colour: { S: 'red' } }, { colour: { S: 'red' }, note: { S: 'x' } }, 1],
    ['nothing when another attribute changes', { colour: { S: 'red' } }, { colour: { S: 'red' }, far: { S: 'x' } }, 0],
  ])('costs %s', (_what, before, after, expected) => {
    expect(units(before, after)).toBe(expected);
  });

  it('projects keys and named attributes only', () => {
    expect(projectItem(item({ colour: { S: 'red' }, note: { S: 'n' }, far: { S: 'x' } }), index, table)).toEqual({
      colour: { S: 'red' },
      pk: { S: 'a' },
      note: { S: 'n' },
    });
  });
});
