import { describe, expect, it } from 'vitest';
import { type AssumeRequest, isTrusted, parseTrustPolicy } from '../../../../../lib/local/emulators/sts/trust.ts';

const ACCOUNT = '111111111111';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/path/worker`;
const call: AssumeRequest = {
  account: ACCOUNT,
  principalArn: ROLE,
  sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`,
  actions: ['sts:AssumeRole'],
  context: { 'aws:principalarn': ROLE, 'sts:externalid': 'id' },
};
const statement = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' };
const policy = (...changes: Record<string, unknown>[]) =>
  parseTrustPolicy({ Version: '2012-10-17', Statement: changes.map((change) => ({ ...statement, ...change })) });
const trusts = (change: Record<string, unknown>, request: Partial<AssumeRequest> = {}) =>
  isTrusted(policy(change), { ...call, ...request });

describe('isTrusted', () => {
  it.each([
    [ACCOUNT, true],
    [`arn:aws:iam::${ACCOUNT}:root`, true],
    [ROLE, true],
    ['222222222222', false],
    [`arn:aws:iam::${ACCOUNT}:role/other`, false],
    [`arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`, true],
    ['*', true],
  ])('for the principal %s is %s', (AWS, expected) => {
    expect(trusts({ Principal: { AWS: [AWS] } })).toBe(expected);
  });

  it('is false for services, which do not call over the wire', () => {
    expect(trusts({ Principal: { Service: ['lambda.amazonaws.com'] } })).toBe(false);
  });

  it.each([
    ['StringEquals', 'sts:ExternalId', 'id', true],
    ['StringEquals', 'sts:ExternalId', 'ID', false],
    ['StringEquals', 'STS:externalid', ['x', 'id'], true],
    ['StringLike', 'sts:ExternalId', 'i?', true],
    ['StringLike', 'sts:ExternalId', 'x*', false],
    ['ArnLike', 'aws:PrincipalArn', `arn:aws:iam::${ACCOUNT}:role/*`, true],
    ['ArnEquals', 'aws:PrincipalArn', ROLE, true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*', false],
    ['StringLike', 'aws:PrincipalArn', 'arn:aws:iam::*', true],
    ['Null', 'sts:ExternalId', 'false', true],
    ['Null', 'sts:SourceIdentity', 'false', false],
    ['Null', 'sts:SourceIdentity', 'true', true],
    ['StringEquals', 'aws:PrincipalOrgID', 'o-1', false],
  ])('with %s %s = %j is %s', (operator, key, value, expected) => {
    expect(trusts({ Condition: { [operator]: { [key]: value } } })).toBe(expected);
  });

  it('needs every condition and every action', () => {
    const Condition = { StringEquals: { 'sts:ExternalId': 'id', 'sts:RoleSessionName': 'x' } };
    expect(trusts({ Condition })).toBe(false);
    const actions = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
    expect(trusts({}, { actions })).toBe(false);
    expect(trusts({ Action: actions }, { actions })).toBe(true);
    expect(isTrusted(policy({}, { Action: 'sts:SetSourceIdentity' }), { ...call, actions })).toBe(true);
  });

  it('asks for the external id at AssumeRole alone, whose request has it', () => {
    const actions = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
    const Condition = { StringEquals: { 'sts:ExternalId': 'id' } };
    expect(trusts({ Action: actions, Condition }, { actions })).toBe(false);
    const split = policy({ Condition }, { Action: 'sts:SetSourceIdentity' });
    expect(isTrusted(split, { ...call, actions })).toBe(true);
  });

  it('is false when a statement denies', () => {
    expect(isTrusted(policy({}, { Effect: 'Deny', Principal: { AWS: ROLE } }), call)).toBe(false);
  });
});

describe('parseTrustPolicy', () => {
  it.each([
    ['a federated principal', { Principal: { Federated: 'x' } }, "principal type 'Federated'"],
    ['an organization', { Principal: { AWS: 'o-1' } }, "principal 'o-1'"],
    ['another action', { Action: 'sts:AssumeRoleWithSAML' }, "action 'sts:AssumeRoleWithSAML'"],
    ['another operator', { Condition: { StringIs: { 'sts:ExternalId': 'x' } } }, "operator 'StringIs'"],
    ['a resource', { Resource: '*' }, "element 'Resource'"],
    ['another effect', { Effect: 'allow' }, "effect 'allow'"],
    ['no action', { Action: [] }, 'Action must be'],
  ])('refuses %s by name', (_what, change, message) => {
    expect(() => policy(change)).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument' }));
    expect(() => policy(change)).toThrow(message);
  });

  it('refuses a document of another version or without a statement', () => {
    expect(() => parseTrustPolicy({ Version: '2020-01-01', Statement: statement })).toThrow(/version/);
    expect(() => parseTrustPolicy({ Version: '2012-10-17' })).toThrow(/no statement/);
    expect(() => parseTrustPolicy([])).toThrow(/object/);
  });
});
