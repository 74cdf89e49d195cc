import { describe, expect, it } from 'vitest';
import { createLimiter, type LimiterOptions, LimitWait, unitsPerCall } from '../../../lambdas/dynamodb/limiter.ts';
import { shareLimits } from '../../../lambdas/dynamodb/limits.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

interface Spent {
  readonly at: number;
  readonly units: number;
}

const total = (spent: readonly Spent[]) => spent.reduce((sum, { units }) => sum + units, 0);

/** The most units of any second. */
function busiestSecond(spent: readonly Spent[]): number {
  return Math.max(...spent.map(({ at }) => total(spent.filter((one) => one.at >= at && one.at < at + 1000))));
}

function limiterOf(time: VirtualTime, options: LimiterOptions) {
  return createLimiter({ now: time.now, pause: time.pause, ...options });
}

/** Calls one after another, each of which takes a while; the meter says what it really took. */
async function callForEver(
  time: VirtualTime,
  limiter: ReturnType<typeof createLimiter>,
  call: { estimate(): number; takes(): number; milliseconds: number },
  meter: Spent[],
): Promise<never> {
  for (;;) {
    const estimated = call.estimate();
    await limiter.take(estimated);
    await time.pause(call.milliseconds);
    const units = call.takes();
    meter.push({ at: time.now(), units });
    limiter.settle(estimated, units);
  }
}

describe('pitfall 33: units are what the service says, not what a page was limited to', () => {
  it('keeps a scan within 5 % of its rate, however wrong the estimates are', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 500 });
    const meter: Spent[] = [];
    // Pages of 1 MB that are half full, full, or emptied by a filter; half a unit for 4 KB, rounded up over the page.
    const pages = [524_288, 1_048_576, 1_000, 900_001].map((bytes) => Math.ceil(bytes / 4096) / 2);
    for (let lane = 0; lane < 4; lane++) {
      let page = lane;
      const takes = () => pages[page++ % pages.length] ?? 0;
      void callForEver(time, limiter, { estimate: () => 1, takes, milliseconds: 60 }, meter);
    }
    await time.pass(120_000);
    expect(total(meter) / 120 / 500).toBeGreaterThan(0.95);
    expect(total(meter) / 120 / 500).toBeLessThan(1.05);
  });

  it('uses its whole rate where estimates are four times too high', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 100 });
    const meter: Spent[] = [];
    for (let lane = 0; lane < 8; lane++) {
      void callForEver(time, limiter, { estimate: () => 8, takes: () => 2, milliseconds: 12 }, meter);
    }
    await time.pass(60_000);
    expect(total(meter) / 60 / 100).toBeGreaterThan(0.95);
    expect(busiestSecond(meter)).toBeLessThanOrEqual(105);
  });
});

describe('pitfall 34: a limit is for all workers and indexes together', () => {
  const onDemand = { BillingMode: 'PAY_PER_REQUEST' as const };
  const shared = (groups: number, writeUnits: number) =>
    shareLimits({ writeUnits }, [{ as: 'PROD-orders', groups, source: onDemand, destination: onDemand }], {
      concurrency: 400,
      readsDestination: false,
    });

  it('never lets 400 workers write more than 100 units in any second, with two indexes', async () => {
    const time = virtualTime();
    const meter: Spent[] = [];
    const { concurrency, tables } = shared(4000, 100);
    const unitsPerSecond = tables.get('PROD-orders')?.writeUnits ?? 0;
    for (let worker = 0; worker < concurrency; worker++) {
      const limiter = limiterOf(time, { unitsPerSecond });
      // An item of 700 bytes takes a unit of the table and one of each index that it appears in.
      const call = { estimate: () => 3, takes: () => 3, milliseconds: 12 };
      for (let lane = 0; lane < 16; lane++) void callForEver(time, limiter, call, meter);
    }
    await time.pass(60_000);
    expect(busiestSecond(meter)).toBeLessThanOrEqual(105);
    expect(total(meter)).toBeGreaterThan(0.95 * 6_000);
  });

  it('never spends more than the rate allows until then, also in 400 shares of a quarter unit', async () => {
    const time = virtualTime();
    const meter: Spent[] = [];
    for (let worker = 0; worker < 400; worker++) {
      const limiter = limiterOf(time, { unitsPerSecond: 100 / 400 });
      void callForEver(time, limiter, { estimate: () => 1, takes: () => 1, milliseconds: 12 }, meter);
    }
    await time.pass(41_000);
    let spent = 0;
    for (const { at, units } of meter) {
      spent += units;
      expect(spent).toBeLessThanOrEqual((at / 1000) * 100);
    }
    expect(spent).toBe(4_000);
  });

  it('works for rates below one unit a second', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 0.05 });
    const meter: Spent[] = [];
    void callForEver(time, limiter, { estimate: () => 1, takes: () => 1, milliseconds: 0 }, meter);
    await time.pass(60_500);
    expect(meter.map(({ at }) => Math.round(at / 1000))).toEqual([20, 40, 60]);
  });
});

describe('pitfall 5: a page without items leaves the limiter working', () => {
  it('keeps the estimate where an answer names no units', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 10 });
    void limiter.take(5);
    await time.pass(1_000);
    limiter.settle(5, Number.NaN);
    const meter: Spent[] = [];
    void callForEver(time, limiter, { estimate: () => 1, takes: () => 0, milliseconds: 100 }, meter);
    await time.pass(1_000);
    expect(meter.length).toBeGreaterThan(5);
  });
});

describe('createLimiter', () => {
  it('begins empty, so that the first call waits for its units too', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 10, burstSeconds: 1 });
    let passed = -1;
    void limiter.take(5).then(() => {
      passed = time.now();
    });
    await time.pass(2_000);
    expect(passed).toBe(500);
  });

  it('serves first come first served, the small behind the large', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 10 });
    const order: string[] = [];
    const take = (name: string, units: number) => limiter.take(units).then(() => order.push(`${name} ${time.now()}`));
    void take('large', 40);
    void take('small', 1);
    void take('last', 1);
    await time.pass(10_000);
    expect(order).toEqual(['large 100', 'small 4100', 'last 4200']);
  });

  it('lets little gather while nobody calls', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 1000, burstSeconds: 0.1 });
    await time.pass(60_000);
    const meter: Spent[] = [];
    for (let lane = 0; lane < 16; lane++) {
      void callForEver(time, limiter, { estimate: () => 25, takes: () => 25, milliseconds: 1 }, meter);
    }
    await time.pass(1_000);
    expect(total(meter)).toBeGreaterThan(950);
    expect(total(meter)).toBeLessThanOrEqual(1_100);
  });

  it('makes no burst of what was held back for a slow call that took less', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 100 });
    void limiter.take(500);
    await time.pass(30_000);
    limiter.settle(500, 1);
    const meter: Spent[] = [];
    for (let lane = 0; lane < 16; lane++) {
      void callForEver(time, limiter, { estimate: () => 1, takes: () => 1, milliseconds: 1 }, meter);
    }
    await time.pass(1_000);
    expect(total(meter)).toBeLessThanOrEqual(105);
  });

  it('wakes who waits when a call took less than was held back for it', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 1 });
    let passed = -1;
    void limiter.take(30);
    await time.pass(1_500);
    void limiter.take(1).then(() => {
      passed = time.now();
    });
    await time.pass(200);
    limiter.settle(30, 1);
    await time.pass(1_000);
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(2_500);
  });

  it('refuses whoever would wait until after the end of the worker, with the time to wait', async () => {
    const time = virtualTime();
    const limiter = limiterOf(time, { unitsPerSecond: 2, remaining: () => 10_000 - time.now() });
    await Promise.all([limiter.take(40), time.pass(1_000)]);
    const refused: unknown[] = [];
    for (const call of [limiter.take(1), limiter.take(1)]) call.catch((error: unknown) => refused.push(error));
    await time.pass(1);
    expect(refused).toHaveLength(2);
    expect(refused[0]).toBeInstanceOf(LimitWait);
    expect(refused[0]).toMatchObject({ name: 'Promotion.Throttled', detail: { code: 'LimitWait' } });
    expect((refused[0] as LimitWait).waitSeconds).toBeCloseTo(19.5, 0);
    limiter.settle(40, 1);
    await Promise.all([limiter.take(1), time.pass(1_000)]);
  });

  it('refuses who waits already when the worker’s time runs out', async () => {
    const time = virtualTime();
    let end = 60_000;
    const limiter = limiterOf(time, { unitsPerSecond: 1, remaining: () => end - time.now() });
    await Promise.all([limiter.take(20), time.pass(1_000)]);
    const waiting = limiter.take(1).then(
      () => 'passed',
      (error: unknown) => (error as LimitWait).detail.code,
    );
    await time.pass(2_000);
    end = 5_000;
    await time.pass(2_000);
    expect(await waiting).toBe('LimitWait');
  });

  it('hands its debt on to the worker that follows', async () => {
    const time = virtualTime();
    const before = limiterOf(time, { unitsPerSecond: 10 });
    await Promise.all([before.take(1), time.pass(100)]);
    before.settle(1, 51);
    expect(before.debt()).toBeCloseTo(50, 6);
    const after = limiterOf(time, { unitsPerSecond: 10, debt: before.debt() });
    let passed = -1;
    void after.take(1).then(() => {
      passed = time.now();
    });
    await time.pass(10_000);
    expect(passed).toBeCloseTo(5_200, 6);
    expect(after.debt()).toBe(0);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate of %s', (unitsPerSecond) => {
    expect(() => createLimiter({ unitsPerSecond })).toThrow(/must be above 0/);
  });

  it('ends those who wait when its clock fails', async () => {
    const limiter = createLimiter({ unitsPerSecond: 1, pause: () => Promise.reject(new Error('no clock')) });
    await expect(limiter.take(1)).rejects.toThrow('no clock');
  });

  it('paces by the real clock where no other is given', async () => {
    const limiter = createLimiter({ unitsPerSecond: 200 });
    const began = performance.now();
    for (let call = 0; call < 10; call++) await limiter.take(4);
    expect(performance.now() - began).toBeGreaterThan(170);
  });
});

describe('unitsPerCall', () => {
  it.each([
    { rate: 100, units: 2 },
    { rate: 1000, units: 25 },
    { rate: 0.25, units: 1 },
  ])('is $units at $rate units a second', ({ rate, units }) => {
    expect(unitsPerCall(rate)).toBe(units);
  });
});
