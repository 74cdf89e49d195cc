import { describe, expect, it } from 'vitest';
import { checkTablePolicy } from '../../../../../lib/local/emulators/dynamodb/policy-document.ts';

const ACCOUNT = '222222222222';
const TABLE = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/orders`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/reader`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/writer/session`;

type Parts = Record<string, unknown>;
const text = (...statements: Parts[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((parts) => ({
      Effect: 'Allow',
      Principal: { AWS: ROLE },
      Action: 'dynamodb:GetItem',
      Resource: TABLE,
      ...parts,
    })),
  });
const check = (policy: string, { confirmed = false, caller = SESSION } = {}) =>
  checkTablePolicy({ text: policy, tableArn: TABLE, caller, confirmed, findPrincipal: (arn) => arn === ROLE });

describe('checkTablePolicy', () => {
  it.each<[string, Parts]>([
    ['the table', {}],
    ['one of its indexes', { Resource: `${TABLE}/index/by-day` }],
    ['all of its indexes and itself', { Resource: [TABLE, `${TABLE}/index/*`, `${TABLE}/*`] }],
    ['whatever it is attached to', { Resource: '*' }],
    ['an account', { Principal: { AWS: '333333333333' } }],
    ['a service', { Principal: { Service: 'redshift.amazonaws.com' } }],
    ['everyone of an organization', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
    ['everyone, whom it denies', { Principal: '*', Effect: 'Deny', Action: 'dynamodb:DeleteTable' }],
  ])('accepts a statement about %s', (_what, parts) => {
    expect(() => check(text(parts))).not.toThrow();
  });

  it.each<[string, string, string]>([
    ['no JSON', '{', 'Invalid policy document'],
    ['no statement', '{"Version":"2012-10-17"}', 'has no statement'],
    ['no principal', text({ Principal: undefined }), 'needs Principal'],
    ['an action of another service', text({ Action: ['dynamodb:GetItem', 's3:GetObject'] }), 's3:GetObject'],
    ['another table', text({ Resource: `${TABLE}-2` }), `Invalid resource in policy document: ${TABLE}-2`],
    ['an index without a name', text({ Resource: `${TABLE}/index/` }), 'Invalid resource'],
    ['a table of another account', text({ Resource: TABLE.replace(ACCOUNT, '333333333333') }), 'Invalid resource'],
    ['a role that nobody made', text({ Principal: { AWS: `${ROLE}-2` } }), 'Invalid principal in policy document.'],
    ['everyone', text({ Principal: '*' }), 'public access'],
    [
      'everyone under a condition that narrows nothing',
      text({ Principal: '*', Condition: { StringLike: { 'aws:PrincipalArn': '*' } } }),
      'public access',
    ],
    [
      'everyone but an account',
      text({ Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } } }),
      'public access',
    ],
  ])('refuses %s', (_what, policy, reason) => {
    expect(() => check(policy)).toThrow(reason);
    expect(() => check(policy)).toThrow('One or more parameter values were invalid');
  });

  it('counts 20 KB with white space', () => {
    const policy = text({});
    expect(() => check(policy.padEnd(20 * 1024))).not.toThrow();
    expect(() => check(policy.padEnd(20 * 1024 + 1))).toThrow('20481 bytes');
  });

  it('refuses to lock the caller out unless that is confirmed', () => {
    const policy = text({ Effect: 'Deny', Principal: { AWS: ACCOUNT }, Action: 'dynamodb:*ResourcePolicy' });
    const writers = policy.replace(`"${ACCOUNT}"`, `"${ROLE}"`);
    expect(() => check(writers, { caller: SESSION.replace('writer', 'reader') })).toThrow('denies the caller');
    expect(() => check(writers, { caller: SESSION.replace('writer', 'reader'), confirmed: true })).not.toThrow();
    expect(() => check(writers)).not.toThrow();
    // Root keeps the right whatever a policy says.
    expect(() => check(policy, { caller: `arn:aws:iam::${ACCOUNT}:root` })).not.toThrow();
  });
});
