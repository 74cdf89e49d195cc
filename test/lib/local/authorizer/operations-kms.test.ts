import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Authorizer, createAuthorizer } from '../../../../lib/local/authorizer/authorizer.ts';
import { type Catalogue, loadCatalogue } from '../../../../lib/local/authorizer/catalogue.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { createCredentials } from '../../../../lib/local/gateway/credentials.ts';
import { createStores } from '../../../../lib/local/services.ts';

const account = '111111111111';
const region = 'us-east-1';
const clock = realClock();
const caller = {
  ...{ account, region, role: 'worker', accessKeyId: 'ASIAWORKER', sessionName: 'session' },
  ...{ arn: `arn:aws:sts::${account}:assumed-role/worker/session`, sourceIdentity: null, sessionPolicy: null },
};
const allowed = (Condition: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: '*', Condition }],
});

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

let stores: ReturnType<typeof createStores>;
let authorizer: Authorizer;
let key: string;
beforeEach(() => {
  stores = createStores(clock);
  key = stores.kms.putKey({ account, region }).arn;
  const settings = { credentials: createCredentials(clock), clock, catalogue, log: () => undefined };
  authorizer = createAuthorizer({ ...stores, ...settings });
});

/** Whether the worker may use the key in this context when its role's policy has that condition. */
function mayUse(condition: object, EncryptionContext: unknown): boolean[] {
  const known = stores.iam.roleByName(account, 'worker');
  if (known) stores.iam.deleteRole(known);
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const trustPolicy = { Version: '2012-10-17', Statement };
  stores.iam.putRole({ account, name: 'worker', trustPolicy, policies: { all: allowed(condition) } });
  return ['GenerateDataKey', 'Decrypt'].map((operation) => {
    const body = Buffer.from(JSON.stringify({ KeyId: key, EncryptionContext }));
    const head = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, endpoint: '', requestId: '' };
    const request = { ...head, caller, body };
    return authorizer.authorize({ caller, service: 'kms', operation, resource: key, request }).allowed;
  });
}

describe('the use of a key', () => {
  const context = { promotionId: 'sales', kind: 'dynamodb' };

  it('is told apart by its encryption context', () => {
    const condition = { StringEquals: { 'kms:EncryptionContext:kind': 'dynamodb' } };
    expect(mayUse(condition, context)).toEqual([true, true]);
    expect(mayUse(condition, { ...context, kind: 'dms' })).toEqual([false, false]);
    expect(mayUse(condition, undefined)).toEqual([false, false]);
  });

  it('is told apart by the names in its context', () => {
    const condition = { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['promotionId', 'kind'] } };
    expect(mayUse(condition, context)).toEqual([true, true]);
    expect(mayUse(condition, { ...context, more: 'x' })).toEqual([false, false]);
  });

  it('is by the account itself and via no service', () => {
    expect(mayUse({ StringEquals: { 'kms:CallerAccount': account } }, context)).toEqual([true, true]);
    expect(mayUse({ StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } }, context)).toEqual([
      false,
      false,
    ]);
  });

  it('is left to the service to refuse where the context is none', () => {
    for (const none of ['text', 7, null, ['kind'], { kind: 7 }]) expect(mayUse({}, none)).toEqual([true, true]);
  });
});
