import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessRequest } from '../../../../lib/local/authorizer/evaluate.ts';
import { createPolicyFinder, type PolicyFinder } from '../../../../lib/local/authorizer/policies.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { createStores } from '../../../../lib/local/services.ts';

const ACCOUNT = '111111111111';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const TABLE = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/orders`;
const allow = (Action: string, more: Record<string, unknown> = { Resource: '*' }) => ({
  Version: '2012-10-17',
  Statement: [{ Sid: Action.replace(/\W/g, ''), Effect: 'Allow', Action, ...more }],
});
const trustPolicy = allow('sts:AssumeRole', { Principal: { Service: 'lambda.amazonaws.com' } });
const resourcePolicy = (Action: string) => JSON.stringify(allow(Action, { Principal: '*', Resource: '*' }));

let stores: ReturnType<typeof createStores>;
let tablePolicy: string | null;
let find: PolicyFinder;
beforeEach(() => {
  stores = createStores(realClock());
  tablePolicy = null;
  const policyOf = (place: { account: string; region: string }, table: string) =>
    place.account === ACCOUNT && place.region === 'us-east-1' && table === 'orders' ? tablePolicy : null;
  find = createPolicyFinder({ ...stores, dynamodb: { policyOf } });
});

const asking = (action = 'dynamodb:Scan', resource = TABLE): AccessRequest => ({
  principal: { account: ACCOUNT, arn: 'session', roleArn: ROLE, type: 'role' },
  action,
  resource,
  resourceAccount: ACCOUNT,
  context: new Map(),
});
const putRole = (fields: Partial<Parameters<typeof stores.iam.putRole>[0]> = {}) =>
  stores.iam.putRole({ account: ACCOUNT, name: 'worker', trustPolicy, ...fields });

describe('policies of an identity', () => {
  it('are the inline ones of the role and the managed ones that are attached', () => {
    const { arn } = stores.iam.putPolicy({ account: ACCOUNT, name: 'shared', document: allow('s3:GetObject') });
    stores.iam.putPolicy({ account: ACCOUNT, name: 'unattached', document: allow('s3:PutObject') });
    putRole({ policies: { own: allow('dynamodb:Scan') }, managedPolicies: [arn] });
    const found = find(asking(), null);
    expect(found.identity.map(({ name }) => name)).toEqual(['policy own of role worker', `policy ${arn}`]);
    expect(found).toMatchObject({ boundary: null, session: null, resource: null, resourceMustAllow: false });
  });

  it('are none where there is no such role', () => {
    expect(find(asking(), null).identity).toEqual([]);
  });

  it('are those of the moment: a policy that was put over another counts at once', () => {
    const role = putRole({ policies: { own: allow('dynamodb:Scan') } });
    const before = find(asking(), null).identity;
    expect(find(asking(), null).identity[0]).toBe(before[0]);
    role.policies.set('own', allow('dynamodb:Query'));
    expect(find(asking(), null).identity[0]?.statements[0]?.actions.patterns).toEqual(['dynamodb:Query']);
  });

  it('that cannot be read are an error with their name', () => {
    putRole({ policies: { own: { Statement: [{ Effect: 'Perhaps' }] } } });
    expect(() => find(asking(), null)).toThrow('policy own of role worker');
  });
});

describe('what bounds an identity', () => {
  it('is the boundary of the role and the policy of the session', () => {
    const { arn } = stores.iam.putPolicy({ account: ACCOUNT, name: 'bound', document: allow('dynamodb:*') });
    putRole({ permissionsBoundary: arn });
    const found = find(asking(), JSON.stringify(allow('dynamodb:Query')));
    expect(found.boundary).toMatchObject({ name: `policy ${arn}` });
    expect(found.session).toMatchObject({ name: 'session policy', statements: [{ id: 'dynamodbQuery' }] });
  });

  it('is everything where the boundary is gone', () => {
    putRole({ permissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/gone` });
    expect(find(asking(), null).boundary).toMatchObject({ statements: [] });
  });
});

describe('the policy of a resource', () => {
  it('is the trust policy of a role that is to be assumed, which must allow', () => {
    putRole();
    const found = find(asking('sts:AssumeRole', ROLE), null);
    expect(found.resource).toMatchObject({ name: `trust policy of ${ROLE}` });
    expect(found.resourceMustAllow).toBe(true);
    expect(find(asking('sts:AssumeRole', `${ROLE}-gone`), null)).toMatchObject({
      resource: null,
      resourceMustAllow: true,
    });
  });

  it('is that of the bucket for its objects too', () => {
    const bucket = stores.s3.createBucket({ name: 'artefacts', account: ACCOUNT, region: 'us-east-1' });
    expect(find(asking('s3:GetObject', 'arn:aws:s3:::artefacts/a/b'), null).resource).toBeNull();
    bucket.policy = resourcePolicy('s3:GetObject');
    for (const resource of ['arn:aws:s3:::artefacts', 'arn:aws:s3:::artefacts/a/b']) {
      expect(find(asking('s3:GetObject', resource), null).resource).toMatchObject({
        name: 'policy of bucket artefacts',
      });
    }
    expect(find(asking('s3:GetObject', 'arn:aws:s3:::artefact/a/b'), null)).toMatchObject({
      resource: null,
      resourceMustAllow: false,
    });
  });

  it('is that of the key, which must allow', () => {
    const key = stores.kms.putKey({ account: ACCOUNT, region: 'us-east-1', policy: resourcePolicy('kms:Decrypt') });
    expect(find(asking('kms:Decrypt', key.arn), null)).toMatchObject({
      resource: { name: `policy of key ${key.keyId}` },
      resourceMustAllow: true,
    });
    const alias = `arn:aws:kms:us-east-1:${ACCOUNT}:alias/one`;
    expect(find(asking('kms:DescribeKey', alias), null)).toMatchObject({ resource: null, resourceMustAllow: false });
  });

  it('is that of the table for its indexes too', () => {
    tablePolicy = resourcePolicy('dynamodb:Query');
    for (const resource of [TABLE, `${TABLE}/index/by-day`]) {
      expect(find(asking('dynamodb:Query', resource), null).resource).toMatchObject({ name: 'policy of table orders' });
    }
    expect(find(asking('dynamodb:Query', TABLE.replace('us-east-1', 'eu-west-1')), null).resource).toBeNull();
  });

  it('is none for an action without a resource', () => {
    expect(find(asking('s3:ListAllMyBuckets', '*'), null).resource).toBeNull();
  });
});
