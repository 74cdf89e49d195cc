import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/local/faults/random.ts';
import type { Item } from '../support/world.ts';
import { fitted, itemsBefore, keyOf, plain, randomScenario, wantedOf } from './scenario.ts';
import { keyValues, randomTables } from './tables.ts';

const seeds = Array.from({ length: 300 }, (_, index) => index);
const scenarios = seeds.map((seed) => randomScenario(seededRandom(seed)));

describe('randomScenario', () => {
  it('draws every engine, raw most, and every way to treat a table that is there', () => {
    const count = (engine: string) => scenarios.filter((one) => one.engine === engine).length;
    expect(count('raw')).toBeGreaterThan(150);
    expect(count('sdk')).toBeGreaterThan(10);
    expect(count('exportImport')).toBeGreaterThan(40);
    expect(new Set(scenarios.map(({ existing }) => existing))).toEqual(new Set(['fail', 'adopt', 'merge', 'replace']));
    expect(scenarios.filter(({ moves }) => moves).length).toBeGreaterThan(80);
    expect(scenarios.filter(({ options }) => 'limits' in options).length).toBeGreaterThan(20);
  });

  it('asks nothing of an export that it cannot do', () => {
    for (const { engine, existing, options } of scenarios) {
      if (engine === 'exportImport') expect([existing, options]).toEqual(['fail', {}]);
    }
  });

  it('says what a filter leaves out and a transform makes of the rest', () => {
    const changing = scenarios.find(({ options }) => 'filter' in options);
    const item = (count: string): Item => ({ pk: { S: 'a' }, 'a count': { N: count } });
    expect(changing && wantedOf(changing, [item('-1'), item('1000'), { pk: { S: 'b' } }])).toEqual([
      { pk: { S: 'a' }, 'a number': { N: '-1' }, 'a stage': { S: 'prod' } },
    ]);
  });
});

describe('fitted', () => {
  it('makes tables that can be exported, with no attribute too many, and leaves others as they are', () => {
    for (const table of seeds.slice(0, 40).flatMap(randomTables)) {
      expect(fitted(table, plain('raw'))).toBe(table);
      const { definition } = fitted(table, plain('exportImport'));
      const { KeySchema, GlobalSecondaryIndexes = [], AttributeDefinitions } = definition.table;
      const used = [KeySchema, ...GlobalSecondaryIndexes.map((index) => index.KeySchema ?? [])].flat();
      expect(definition.table).not.toHaveProperty('LocalSecondaryIndexes');
      expect(definition.pointInTimeRecovery).not.toBeNull();
      expect(new Set(AttributeDefinitions.map(({ AttributeName }) => AttributeName))).toEqual(
        new Set(used.map(({ AttributeName }) => AttributeName)),
      );
    }
  });
});

describe('itemsBefore', () => {
  const items: Item[] = seeds.map((index) => ({ pk: { S: `${index}` } }));
  const found = (existing: 'fail' | 'adopt' | 'merge' | 'replace') =>
    itemsBefore({ ...plain('raw'), existing }, items, seededRandom(3));

  it('is no table, an empty one, or one with some items as they should be and some outdated', () => {
    expect(found('fail')).toBeNull();
    expect(found('adopt')).toEqual([]);
    expect(found('replace')).toHaveLength(10);
    const merged = found('merge') ?? [];
    const outdated = merged.filter((item) => 'a remnant' in item).length;
    expect([outdated, merged.length - outdated].every((count) => count > 30)).toBe(true);
    expect(merged.length).toBeLessThan(items.length);
  });
});

describe('keyOf', () => {
  it('tells items by their key alone, also those that a writer adds', () => {
    for (const { definition, items } of seeds.slice(0, 20).flatMap(randomTables)) {
      const textOf = keyOf(definition);
      const added = keyValues(definition, 10_000);
      expect(textOf({ ...added, 'a version': { N: '1' } })).toBe(textOf(added));
      expect(items.map(textOf)).not.toContain(textOf(added));
      expect(new Set(items.map(textOf)).size).toBe(items.length);
    }
  });
});
