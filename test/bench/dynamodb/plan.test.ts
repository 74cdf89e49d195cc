import { describe, expect, it } from 'vitest';
import { cpuMeasurements, parts, planOf, UsageError } from '../../../bench/dynamodb/plan.ts';

describe('planOf', () => {
  it('measures all parts unless some are named, and these in their usual order', () => {
    expect(planOf([]).only).toEqual(parts);
    expect(planOf(['--only', 'cold', '--only', 'cpu']).only).toEqual(['cpu', 'cold']);
  });

  it('takes less time in the short form, with as many rounds to take the median of', () => {
    const [full, short] = [planOf([]), planOf(['--short'])];
    expect(short.seconds).toBeLessThan(full.seconds);
    expect(short.rounds).toBe(full.rounds);
    expect([full.promotions.at(-1), short.promotions.at(-1)]).toEqual([1_000_000, 10_000]);
  });

  it('leaves out what needs a server of our own where another is named', () => {
    expect(planOf(['--endpoint', 'http://127.0.0.1:8000']).only).not.toContain('identity');
  });

  it.each([[['--only', 'speed']], [['--endpoint', 'localhost']], [['--fast']], [['more']]])('refuses %j', (argv) => {
    expect(() => planOf(argv)).toThrow(UsageError);
  });
});

describe('cpuMeasurements', () => {
  const texts = (argv: string[]) =>
    cpuMeasurements(planOf(argv)).map(({ variant, dataset, secure }) => `${variant} ${dataset} ${secure}`);

  it('lets all variants take turns in every round', () => {
    expect(texts([]).slice(0, 5)).toEqual([
      'raw mixed false',
      'sdk mixed false',
      'document mixed false',
      'null mixed false',
      'raw small false',
    ]);
  });

  it('measures everything as often by https as by http in the full form', () => {
    const all = texts([]);
    expect(all).toHaveLength(2 * 3 * 2 * 4);
    expect(all.filter((one) => one === 'sdk small true')).toHaveLength(3);
  });

  it('measures https once in the short form', () => {
    const all = texts(['--short']);
    expect(all.filter((one) => one === 'raw mixed true')).toHaveLength(1);
    expect(all.filter((one) => one === 'raw mixed false')).toHaveLength(3);
  });

  it('measures another server by what its address says', () => {
    expect(new Set(texts(['--endpoint', 'https://127.0.0.1:1']).map((one) => one.split(' ')[2]))).toEqual(
      new Set(['true']),
    );
  });
});
