import { describe, expect, it } from 'vitest';
import type { RequestFile } from '../../../lambdas/promotion/contracts.ts';
import { requestIdentity } from '../../../lambdas/promotion/identity.ts';
import { checkInput } from '../../../lambdas/promotion/request.ts';
import { environments, makeInput, makeRequest } from '../../support/factories.ts';

const withTables = (fields: Partial<NonNullable<RequestFile['kinds']['dynamodb']>>): RequestFile => {
  const { dynamodb } = makeRequest().kinds;
  if (!dynamodb) throw new Error('the request has tables');
  return makeRequest({ kinds: { dynamodb: { ...dynamodb, ...fields } } });
};
const base = requestIdentity(makeRequest());

describe('requestIdentity', () => {
  it('is a SHA-256', () => {
    expect(base).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Partial<RequestFile>]>([
    ['promotionId', { promotionId: 'p-2' }],
    ['mode', { mode: 'plan' }],
    ['bundle', { bundle: 'p-9' }],
    ['approval', { approval: 'required' }],
    ['onFailure', { onFailure: 'rollback' }],
  ])('does not depend on %s, which is a field of the run', (_field, fields) => {
    expect(requestIdentity(makeRequest(fields))).toBe(base);
  });

  it('does not depend on tuning: segments and verify', () => {
    expect(requestIdentity(withTables({ segments: 64 }))).toBe(base);
    expect(requestIdentity(withTables({ verify: 'sample' }))).toBe(base);
  });

  it('does not depend on whether a default is written out', () => {
    const short = checkInput(makeInput(), 'run-1', environments);
    const dynamodb = { tables: ['DEV-orders'], existing: 'fail', verify: 'full', segments: 'auto' };
    const long = checkInput(makeInput({ approval: 'none', kinds: { dynamodb } }), 'run-2', environments);
    expect(requestIdentity(long)).toBe(requestIdentity(short));
  });

  it('does not depend on defaults that a later version adds or an earlier one did not write', () => {
    const { existing: _, ...older } = makeRequest().kinds.dynamodb ?? { existing: '' };
    const request = { ...makeRequest(), kinds: { dynamodb: older } } as unknown as RequestFile;
    expect(requestIdentity(request)).toBe(base);
  });

  it.each<[string, RequestFile]>([
    ['source', makeRequest({ source: 'staging' })],
    ['destination', makeRequest({ destination: 'staging' })],
    ['the kinds', makeRequest({ kinds: { ...makeRequest().kinds, dms: {} } })],
    ['the tables', withTables({ tables: ['orders', 'users'] })],
    ['the name of a table in the destination', withTables({ tables: [{ name: 'orders', as: 'sales' }] })],
    ['the rename rule', withTables({ rename: { prefix: { from: 'o', to: 'p' } } })],
    ['existing', withTables({ existing: 'merge' })],
  ])('depends on %s', (_field, request) => {
    expect(requestIdentity(request)).not.toBe(base);
  });

  it('does not depend on the order of members', () => {
    const request = makeRequest();
    const reversed = Object.fromEntries(Object.entries(request).reverse()) as unknown as RequestFile;
    expect(requestIdentity(reversed)).toBe(base);
  });
});
