import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/local/faults/random.ts';
import { parseFaultRules } from '../../lib/local/faults/rules.ts';
import { readSource } from '../support/sources.ts';
import { randomFaults } from './faults.ts';
import { mutations } from './mutate.ts';
import { randomTables } from './tables.ts';

const seeds = Array.from({ length: 300 }, (_, index) => index);

describe('randomFaults', () => {
  it('makes rules that a file of faults may hold, with every action among them', () => {
    const actions = new Set<string>();
    for (const seed of seeds) {
      const rules = randomFaults(seededRandom(seed));
      expect(parseFaultRules(JSON.stringify(rules))).toEqual(rules);
      for (const { action } of rules) actions.add(action);
    }
    expect(actions.size).toBe(15);
  });

  it('makes the same rules for the same seed', () => {
    expect(randomFaults(seededRandom(7))).toEqual(randomFaults(seededRandom(7)));
    expect(randomFaults(seededRandom(7))).not.toEqual(randomFaults(seededRandom(8)));
  });

  it('makes about every second rule a favoured fault, at the operation that it is wanted for', () => {
    const favoured = { service: 'dynamodb', operation: 'Scan', action: 'empty' } as const;
    const rules = seeds.flatMap((seed) => randomFaults(seededRandom(seed), [favoured]));
    const share = rules.filter((rule) => rule.action === 'empty' && rule.operation === 'Scan').length / rules.length;
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.65);
  });
});

describe('randomTables', () => {
  it('makes the same tables for the same seed, with the keys that the table asks for', () => {
    expect(randomTables(11)).toEqual(randomTables(11));
    const tables = seeds.slice(0, 20).flatMap((seed) => randomTables(seed));
    expect(tables.some(({ items }) => items.length > 50)).toBe(true);
    for (const { definition, items } of tables) {
      const keys = definition.table.KeySchema.map(({ AttributeName }) => AttributeName);
      for (const item of items) expect(Object.keys(item)).toEqual(expect.arrayContaining(keys));
      expect(new Set(items.map((item) => JSON.stringify(keys.map((key) => item[key])))).size).toBe(items.length);
    }
  });
});

describe('mutations', () => {
  it('change lines that the program has once', () => {
    const changes = Object.values(mutations).flatMap(({ changes }) => changes);
    expect(changes.length).toBeGreaterThan(0);
    for (const { file, search } of changes) expect(readSource(file).text.split(search)).toHaveLength(2);
  });
});
