import { afterEach, describe, expect, it, vi } from 'vitest';
import { ShapeError } from '../../../../lambdas/core/retry.ts';
import { ServiceFault } from '../../../../lambdas/dynamodb/raw/answer.ts';
import { jitter, pause, persist, unprocessed } from '../../../../lambdas/dynamodb/raw/repeat.ts';
import { refusal } from '../../../support/factories.ts';

afterEach(() => vi.restoreAllMocks());

const fault = (code: string, status = 400) => new ServiceFault(code, `said ${code}`, status, []);
/** A clock that only waiting moves. */
const clock = (time = 60_000) => {
  const waits: number[] = [];
  let left = time;
  return {
    waits,
    endurance: {
      what: 'writing items to orders',
      remaining: () => left,
      wait: async (milliseconds: number) => {
        waits.push(milliseconds);
        left -= milliseconds;
      },
    },
  };
};
/** Throws these one after the other, then answers. */
const failing = (...errors: Error[]) => {
  let calls = 0;
  return {
    call: async () => {
      const error = errors[calls++];
      if (error) throw error;
      return 'answer';
    },
    calls: () => calls,
  };
};
const nothing = () => undefined;

describe('pitfall 2: waits between repetitions', () => {
  it('are drawn anew from none to a bound that doubles up to 5 s', () => {
    const bounds = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    expect(bounds.map((_, index) => Math.round(jitter(index + 1)))).toEqual(bounds);
    expect(Math.round(jitter(2000))).toBe(5000);
    random.mockReturnValue(0);
    expect(jitter(7)).toBe(0);
    random.mockReturnValue(0.5);
    expect(jitter(7)).toBe(2500);
  });

  it('never go past the time that there is', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const { endurance, waits } = clock(120);
    const error = await refusal(() => pause(8, endurance, () => unprocessed('orders')));
    expect(error).toMatchObject({ name: 'Promotion.Throttled', code: 'Unprocessed' });
    expect(waits).toEqual([120]);
  });

  it('are none where there is no time left', async () => {
    const { endurance, waits } = clock(0);
    await refusal(() => pause(1, endurance, () => unprocessed('orders')));
    expect(waits).toEqual([]);
  });

  it('of a throttled call go on for as long as there is time, and sum up to no more', async () => {
    const { endurance, waits } = clock(60_000);
    const throttled = async () => {
      throw fault('ThrottlingException');
    };
    const error = await refusal(() => persist(throttled, endurance, nothing));
    expect(error).toMatchObject({ name: 'Promotion.Throttled', code: 'Throttled' });
    expect(waits.length).toBeGreaterThan(12);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeCloseTo(60_000, 3);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(5000);
  });
});

describe('persist', () => {
  it('calls once where the call succeeds', async () => {
    const { endurance, waits } = clock();
    const { call, calls } = failing();
    expect([await persist(call, endurance, nothing), calls(), waits]).toEqual(['answer', 1, []]);
  });

  it('repeats a throttled call and says each time why', async () => {
    const { endurance } = clock();
    const told: unknown[] = [];
    const errors = [fault('ThrottlingException'), fault('RequestLimitExceeded')];
    await persist(failing(...errors).call, endurance, (error) => told.push(error));
    expect(told).toEqual(errors);
  });

  it.each<[string, () => Error]>([
    ['a server error', () => fault('InternalServerError', 500)],
    ['a damaged answer', () => new ShapeError('cut')],
    ['a lost connection', () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    ['a write that met another region’s', () => fault('ReplicatedWriteConflictException')],
  ])('repeats after %s, six calls in a row at most', async (_what, make) => {
    const { endurance } = clock();
    const five = failing(...Array.from({ length: 5 }, make));
    expect(await persist(five.call, endurance, nothing)).toBe('answer');
    const six = failing(...Array.from({ length: 6 }, make));
    const error = await refusal(() => persist(six.call, endurance, nothing));
    expect([error.name.startsWith('Promotion.'), six.calls()]).toEqual([true, 6]);
  });

  it('counts lost answers anew after the service has answered that it throttles', async () => {
    const { endurance } = clock();
    const lost = Array.from({ length: 5 }, () => new ShapeError('cut'));
    const { call } = failing(...lost, fault('ThrottlingException'), ...lost);
    expect(await persist(call, endurance, nothing)).toBe('answer');
  });

  it('repeats nothing when the time is over', async () => {
    const { endurance } = clock(0);
    const { call, calls } = failing(new ShapeError('cut'));
    expect(await refusal(() => persist(call, endurance, nothing))).toMatchObject({ name: 'Promotion.Transient' });
    expect(calls()).toBe(1);
  });

  it.each([
    ['AccessDeniedException', 'Promotion.Permission', 'AccessDenied'],
    ['ValidationException', 'Promotion.Data', 'ValidationException'],
    ['ResourceNotFoundException', 'Promotion.Data', 'ResourceNotFoundException'],
    ['ExpiredTokenException', 'Promotion.Transient', 'ServiceUnavailable'],
  ])('throws %s at once as %s', async (code, name, ours) => {
    const { endurance } = clock();
    const { call, calls } = failing(fault(code));
    const error = await refusal(() => persist(call, endurance, nothing));
    expect(error).toMatchObject({ name, code: ours, message: expect.stringContaining('writing items to orders') });
    expect(calls()).toBe(1);
  });
});
