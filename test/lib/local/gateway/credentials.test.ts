import { describe, expect, it } from 'vitest';
import { realClock } from '../../../../lib/local/clock.ts';
import { createCredentials, isRootKey, randomId } from '../../../../lib/local/gateway/credentials.ts';

const request = {
  account: '111111111111',
  arn: 'arn:aws:sts::111111111111:assumed-role/worker/function',
  role: 'worker',
  sessionName: 'function',
  sourceIdentity: null,
  sessionPolicy: null,
  durationSeconds: 900,
};

describe('createCredentials', () => {
  it('issues keys that end after the duration and are found again', () => {
    const credentials = createCredentials({ ...realClock(), now: () => 1_000_500 });
    const issued = credentials.issue(request);
    expect(issued.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(issued.expiration.getTime()).toBe(1_900_000);
    expect(credentials.find(issued.accessKeyId)).toEqual({ ...request, ...issued });
  });

  it('knows no key that it did not issue', () => {
    expect(createCredentials(realClock()).find('ASIAXXXXXXXXXXXXXXXX')).toBeUndefined();
  });

  it('issues different secrets for the same request', () => {
    const credentials = createCredentials(realClock());
    const [one, two] = [credentials.issue(request), credentials.issue(request)];
    expect(one.accessKeyId).not.toBe(two.accessKeyId);
    expect(one.secretAccessKey).not.toBe(two.secretAccessKey);
    expect(one.sessionToken).not.toBe(two.sessionToken);
  });
});

describe('isRootKey', () => {
  it('is true for twelve digits only', () => {
    expect(['111111111111', '1111', 'ASIA11111111', '1111111111111'].map(isRootKey)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(isRootKey(randomId('ASIA'))).toBe(false);
  });
});
