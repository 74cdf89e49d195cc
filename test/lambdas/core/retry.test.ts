import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PromotionError } from '../../../lambdas/core/errors.ts';
import { attempt, classify, errorCode, named, ShapeError } from '../../../lambdas/core/retry.ts';

// The waits are looked at, not waited for.
vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn(async () => undefined) }));

const waits = () => vi.mocked(delay).mock.calls.map(([milliseconds]) => milliseconds ?? 0);
beforeEach(() => vi.mocked(delay).mockClear());
afterEach(() => vi.restoreAllMocks());

/** An error as the SDK throws it. */
const awsError = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error(`said ${name}`), { name, $metadata: httpStatusCode === undefined ? {} : { httpStatusCode } });
const connectionError = (code: string) => Object.assign(new Error('connection'), { code });

describe('classify', () => {
  it.each<[unknown, ReturnType<typeof classify>]>([
    [awsError('ThrottlingException', 400), 'throttled'],
    [awsError('Throttling', 400), 'throttled'],
    [awsError('ProvisionedThroughputExceededException', 400), 'throttled'],
    [awsError('RequestLimitExceeded', 503), 'throttled'],
    [awsError('SlowDown', 503), 'throttled'],
    [awsError('TooManyRequestsException', 429), 'throttled'],
    [awsError('Whatever', 429), 'throttled'],
    [awsError('InternalServerError', 500), 'transient'],
    [awsError('ServiceUnavailable', 503), 'transient'],
    [awsError('UnknownError', 502), 'transient'],
    [awsError('SyntaxError', 200), 'transient'],
    [awsError('TimeoutError'), 'transient'],
    [awsError('RequestTimeout', 400), 'transient'],
    [connectionError('ECONNRESET'), 'transient'],
    [connectionError('ECONNREFUSED'), 'transient'],
    [connectionError('EPIPE'), 'transient'],
    [connectionError('EHOSTUNREACH'), 'transient'],
    [connectionError('EAI_AGAIN'), 'transient'],
    [new ShapeError('no Items'), 'transient'],
    [
      new Error('missing closing tag </Key>.\n  Deserialization error: to see the raw response, inspect …'),
      'transient',
    ],
    [awsError('RequestTimeTooSkewed', 403), 'transient'],
    [new Error('Signature expired: 20261121T100000Z is now earlier than 20261121T100500Z'), 'transient'],
    [new Error('Signature not yet current: 20261121T101000Z is still later than 20261121T100500Z'), 'transient'],
    [awsError('ExpiredTokenException', 400), 'expired'],
    [awsError('ExpiredToken', 400), 'expired'],
    [awsError('UnrecognizedClientException', 400), 'expired'],
    [awsError('AccessDeniedException', 400), 'permission'],
    [awsError('AccessDenied', 403), 'permission'],
    [awsError('LimitExceededException', 400), 'quota'],
    [awsError('ServiceQuotaExceededException', 402), 'quota'],
    [awsError('ValidationException', 400), 'final'],
    [awsError('ResourceNotFoundException', 400), 'final'],
    [awsError('NoSuchKey', 404), 'final'],
    [awsError('ConditionalCheckFailedException', 400), 'final'],
    [new TypeError('a defect'), 'final'],
    ['a text', 'final'],
    [undefined, 'final'],
    [null, 'final'],
  ])('%s is %s', (error, trouble) => {
    expect(classify(error)).toBe(trouble);
  });
});

describe('attempt', () => {
  const failing = (times: number, error: unknown) => {
    let calls = 0;
    return vi.fn(async () => {
      if (calls++ < times) throw error;
      return 'answer';
    });
  };

  it('answers at once where the first call succeeds', async () => {
    const call = failing(0, null);
    await expect(attempt(call)).resolves.toBe('answer');
    expect(call).toHaveBeenCalledTimes(1);
    expect(waits()).toEqual([]);
  });

  it.each([
    awsError('ThrottlingException', 400),
    awsError('InternalServerError', 500),
    awsError('SyntaxError', 200),
    connectionError('ECONNRESET'),
  ])('repeats after %s', async (error) => {
    const call = failing(2, error);
    await expect(attempt(call)).resolves.toBe('answer');
    expect(call).toHaveBeenCalledTimes(3);
  });

  it.each([
    awsError('ValidationException', 400),
    awsError('AccessDeniedException', 400),
    awsError('LimitExceededException', 400),
    awsError('ExpiredTokenException', 400),
    new TypeError('a defect'),
  ])('does not repeat after %s', async (error) => {
    const call = failing(1, error);
    await expect(attempt(call)).rejects.toBe(error);
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('throws the last error as it came after six calls', async () => {
    const error = awsError('ThrottlingException', 400);
    const call = failing(Number.POSITIVE_INFINITY, error);
    await expect(attempt(call)).rejects.toBe(error);
    expect(call).toHaveBeenCalledTimes(6);
  });

  it('repeats an answer of a wrong shape, and takes the right one', async () => {
    const answers = [{}, {}, { Items: [] }];
    const call = vi.fn(async () => answers.shift() as { Items?: unknown[] });
    const check = ({ Items }: { Items?: unknown[] }) => (Items ? null : 'no Items');
    await expect(attempt(call, { check })).resolves.toEqual({ Items: [] });
    expect(call).toHaveBeenCalledTimes(3);
  });

  it('ends with the wrong shape where it stays wrong', async () => {
    const call = vi.fn(async () => ({}));
    await expect(attempt(call, { check: () => 'no Items', attempts: 4 })).rejects.toThrow(new ShapeError('no Items'));
    expect(call).toHaveBeenCalledTimes(4);
  });
});

describe('pitfall 2: waits without jitter or bound', () => {
  const fail = async (random: number, options: object) => {
    vi.mocked(delay).mockClear();
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const error = awsError('ThrottlingException', 400);
    await expect(attempt(() => Promise.reject(error), options)).rejects.toBe(error);
    return waits();
  };

  it('waits between nothing and a bound that doubles up to the cap', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 12 }),
        async (random, baseMilliseconds, capMilliseconds, attempts) => {
          const found = await fail(random, { baseMilliseconds, capMilliseconds, attempts });
          expect(found).toHaveLength(attempts - 1);
          found.forEach((milliseconds, index) => {
            expect(milliseconds).toBe(random * Math.min(capMilliseconds, baseMilliseconds * 2 ** index));
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('spreads over the whole interval', async () => {
    expect(await fail(0, {})).toEqual([0, 0, 0, 0, 0]);
    expect(await fail(0.5, {})).toEqual([50, 100, 200, 400, 800]);
  });

  it('waits 3.1 s in all at most with what is not said otherwise', async () => {
    const sum = (await fail(1, {})).reduce((a, b) => a + b, 0);
    expect(sum).toBe(3100);
  });
});

describe('named', () => {
  it.each([
    [awsError('ThrottlingException', 400), 'Promotion.Throttled', 'Throttled'],
    [awsError('InternalServerError', 500), 'Promotion.Transient', 'ServiceUnavailable'],
    [awsError('ExpiredTokenException', 400), 'Promotion.Transient', 'ServiceUnavailable'],
    [awsError('AccessDenied', 403), 'Promotion.Permission', 'AccessDenied'],
    [awsError('LimitExceededException', 400), 'Promotion.Quota', 'LimitExceeded'],
    [awsError('ValidationException', 400), 'Promotion.Data', 'ValidationException'],
  ])('makes of %s the error %s with code %s', (error, name, code) => {
    const found = named(error, 'reading table orders');
    expect(found.name).toBe(name);
    expect(found.detail.code).toBe(code);
    expect(found.message).toContain(`reading table orders: ${error.name}: said ${error.name}`);
    expect(found.cause).toBe(error);
  });

  it('sends whom a policy denies something to that policy, and not to the access stack', () => {
    const denied = (message: string) => Object.assign(new Error(message), { name: 'AccessDeniedException' });
    const resolutionOf = (message: string) => named(denied(message), 'reading').detail.resolution;
    expect(resolutionOf('not authorized with an explicit deny in a resource-based policy')).toContain(
      'denying statement',
    );
    expect(resolutionOf('because no identity-based policy allows it')).toContain('access stack');
  });

  it('leaves an error of ours as it is', () => {
    const error = new PromotionError('Promotion.Conflict', { code: 'Locked', message: 'held' });
    expect(named(error, 'whatever')).toBe(error);
  });

  it('says something of a thrown text', () => {
    expect(named('a text', 'reading').message).toContain('a text');
    expect(named(undefined, 'reading').detail.code).toBe('Unexpected');
  });
});

describe('errorCode', () => {
  it('is the name of an AWS error, and empty for what is none', () => {
    expect(errorCode(awsError('NoSuchKey', 404))).toBe('NoSuchKey');
    expect(errorCode('a text')).toBe('');
  });
});
