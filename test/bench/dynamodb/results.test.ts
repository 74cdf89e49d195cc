import { describe, expect, it } from 'vitest';
import { documentOf, resultTables } from '../../../bench/dynamodb/document.ts';
import { isKept, promises, type Results, ratiosOf } from '../../../bench/dynamodb/results.ts';
import { spreadOf } from '../../../bench/statistics.ts';

const cpuOf = (variant: 'raw' | 'sdk', dataset: 'mixed' | 'small', perItem: number, secure = false) => ({
  ...{ variant, dataset, secure },
  perItem: spreadOf([perItem]),
  itemsPerSecond: spreadOf([1e6 / perItem]),
});
const rateOf = (variant: 'raw' | 'sdk' | 'null', rate: number, rss: number[]) => ({
  variant,
  itemsPerSecond: spreadOf([rate]),
  rssMiB: spreadOf(rss),
});
const coldOf = (milliseconds: number) => ({ milliseconds: spreadOf([milliseconds]), bytes: 1000 });

const results: Results = {
  machine: 'a machine',
  cpu: [
    cpuOf('raw', 'mixed', 8),
    cpuOf('sdk', 'mixed', 168),
    cpuOf('raw', 'small', 5),
    cpuOf('sdk', 'small', 45),
    cpuOf('raw', 'mixed', 11, true),
  ],
  throughput: [rateOf('raw', 56_000, [140, 150]), rateOf('sdk', 5_000, [300]), rateOf('null', 60_000, [100])],
  cold: { worker: coldOf(10), engine: coldOf(8), sdk: coldOf(40), sdkJob: coldOf(55) },
  promotions: [
    {
      items: 10_000,
      seconds: 5,
      phases: { export: 0.1, plan: 0.1, prepare: 0.2, copy: 2, finalize: 0.1, verify: 2, between: 0.5 },
      cpu: { host: 1, workers: 2, data: 1 },
      dataCalls: 600,
      transitions: 52,
    },
    {
      items: 100_000,
      seconds: 40,
      phases: { export: 0.1, plan: 0.1, prepare: 0.2, copy: 20, finalize: 0.1, verify: 19, between: 0.5 },
      cpu: { host: 8, workers: 15, data: 8 },
      dataCalls: 6_000,
      transitions: 52,
    },
  ],
};

describe('ratiosOf', () => {
  it('has exactly the members that are promised, in their order', () => {
    expect(JSON.stringify(ratiosOf(results))).toBe(
      '{"cpuRatioToSdk":{"mixed":21,"small":9},"throughputRatioToSdk":11.2,"ofNullClient":0.933,"rssMiB":150,"coldStartRatio":0.182}',
    );
  });

  it('takes http alone where both were measured, and the highest memory of all rounds', () => {
    const { cpuRatioToSdk, rssMiB } = ratiosOf(results);
    expect(cpuRatioToSdk.mixed).toBe(168 / 8);
    expect(rssMiB).toBe(150);
  });

  it('is null where a part was left out', () => {
    expect(ratiosOf({ machine: 'm' })).toEqual({
      cpuRatioToSdk: { mixed: null, small: null },
      throughputRatioToSdk: null,
      ofNullClient: null,
      rssMiB: null,
      coldStartRatio: null,
    });
  });
});

describe('promises', () => {
  it('are kept by these figures', () => {
    const ratios = ratiosOf(results);
    expect(promises.map((promise) => isKept(promise, promise.of(ratios) ?? Number.NaN))).toEqual(Array(6).fill(true));
  });

  it('are broken below the limit of what should be large, and above that of what should be small', () => {
    expect(isKept({ limit: 15, atLeast: true }, 14.9)).toBe(false);
    expect(isKept({ limit: 256, atLeast: false }, 257)).toBe(false);
  });
});

describe('the document', () => {
  const text = documentOf(results, ratiosOf(results), new Date('2026-11-21T12:00:00Z'));

  it('says when and on what it was measured, and by which command it is written', () => {
    expect(text).toContain('Measured on 2026-11-21: a machine.');
    expect(text).toContain('npm run bench -- dynamodb --write');
  });

  it('shows every part, and what further items cost alone', () => {
    expect(text).toMatch(/\| raw engine +\| +8\.0 \(8\.0–8\.0\) \| +5\.0/);
    expect(text).toMatch(/\| the copying worker as deployed[^|]+\| +10\.0/);
    // 27 s more of CPU for 90,000 items more.
    expect(text).toMatch(/\| 100,000 \| +310 \| +150 \| +80 \| +80 \| +300 \| +6,000 \| +52 \|/);
    expect(text.match(/\| +yes \|/g)).toHaveLength(6);
  });

  it('leaves out parts that were not measured, and says of no promise that it is kept', () => {
    const bare = resultTables({ machine: 'm' }, ratiosOf({ machine: 'm' }));
    expect(bare).not.toContain('Cold start\n');
    expect(bare).not.toContain('yes');
  });

  it('says plainly which promise is not kept', () => {
    const slow = { ...results, throughput: [rateOf('raw', 20_000, [300]), rateOf('sdk', 5_000, [300])] };
    expect(resultTables(slow, ratiosOf(slow))).toMatch(/items\/s of raw ÷ the SDK +\| +at least 8 \| +4 \| +NO \|/);
  });
});
