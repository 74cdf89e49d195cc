import { describe, expect, it } from 'vitest';
import { type AccessRequest, evaluate, type PolicySet } from '../../../../lib/local/authorizer/evaluate.ts';
import { PolicyError, parsePolicy } from '../../../../lib/local/authorizer/policy.ts';

const ACCOUNT = '111111111111';
const OTHER = '222222222222';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`;
const OBJECT = 'arn:aws:s3:::artefacts/promotions/one/plan.json';

type Parts = Record<string, unknown>;
const statement = (parts: Parts) => ({
  Effect: 'Allow',
  ...('NotAction' in parts ? {} : { Action: 's3:GetObject' }),
  ...('NotResource' in parts ? {} : { Resource: '*' }),
  ...parts,
});
const document = (...parts: Parts[]) => ({ Version: '2012-10-17', Statement: parts.map(statement) });
const identity = (...parts: Parts[]) => parsePolicy(document(...parts), 'identity', 'identity');
const ofResource = (...parts: Parts[]) => parsePolicy(document(...parts), 'resource', 'resource');
const elsewhere = identity({ Action: 'ec2:*' });

const decide = (
  policies: Partial<PolicySet>,
  context: Record<string, string | string[]> = {},
  request: Partial<AccessRequest> = {},
) =>
  evaluate(
    {
      principal: { account: ACCOUNT, arn: SESSION, roleArn: ROLE, type: 'role' },
      action: 's3:GetObject',
      resource: OBJECT,
      resourceAccount: ACCOUNT,
      context: new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat()])),
      ...request,
    },
    { identity: [], boundary: null, session: null, resource: null, resourceMustAllow: false, ...policies },
  );
const allows = (parts: Parts, context: Record<string, string | string[]> = {}, request: Partial<AccessRequest> = {}) =>
  decide({ identity: [identity(parts)] }, context, request).allowed;

describe('actions and resources', () => {
  it.each([
    [{ Action: 's3:getobject' }, true],
    [{ Action: ['ec2:*', 's3:Get*'] }, true],
    [{ Action: 's3:?etObject' }, true],
    [{ Action: 's3:GetObjectVersion' }, false],
    [{ NotAction: 's3:Put*' }, true],
    [{ NotAction: 's3:Get*' }, false],
    [{ Resource: 'arn:aws:s3:::artefacts/*' }, true],
    [{ Resource: 'arn:aws:s3:::artefacts/promotions/*/plan.json' }, true],
    [{ Resource: 'arn:aws:s3:::artefact' }, false],
    // A wildcard does not reach over the first five colons.
    [{ Resource: 'arn:aws:*/plan.json' }, false],
    [{ NotResource: 'arn:aws:s3:::other/*' }, true],
    [{ NotResource: 'arn:aws:s3:::artefacts/*' }, false],
    [{ Resource: 'arn:aws:s3:::artefacts/${aws:PrincipalTag/team}/one/*' }, true],
    [{ Resource: "arn:aws:s3:::artefacts/${aws:PrincipalTag/none, 'promotions'}/*" }, true],
    [{ Resource: 'arn:aws:s3:::artefacts/${aws:PrincipalTag/none}*' }, false],
    // Found by the comparison with iam-simulate: a NotResource that cannot be read allows nothing.
    [{ NotResource: 'arn:aws:s3:::artefacts/${aws:PrincipalTag/none}' }, false],
  ])('%j allows reading the object: %s', (parts, expected) => {
    expect(allows(parts, { 'aws:PrincipalTag/team': 'promotions' })).toBe(expected);
  });

  it('takes what stands for a variable by the letter', () => {
    const parts = { Resource: 'arn:aws:s3:::artefacts/${aws:PrincipalTag/team}' };
    expect(allows(parts, { 'aws:PrincipalTag/team': '*' })).toBe(false);
  });

  it('denies everything by a NotResource that cannot be read', () => {
    const deny = { Effect: 'Deny', NotResource: 'arn:aws:s3:::artefacts/${aws:PrincipalTag/none}' };
    expect(decide({ identity: [identity({}, deny)] }).reason).toBe('with an explicit deny in an identity-based policy');
  });

  it('reads variables in policies of the version that has them', () => {
    const old = parsePolicy(
      { Statement: statement({ Resource: 'arn:aws:s3:::${aws:PrincipalTag/team}/*' }) },
      'identity',
      'old',
    );
    expect(decide({ identity: [old] }, { 'aws:PrincipalTag/team': 'artefacts' }).allowed).toBe(false);
  });

  it('grants an action without resources by the star alone', () => {
    const request = { action: 'dynamodb:ListTables', resource: '*' };
    expect(allows({ Action: 'dynamodb:*' }, {}, request)).toBe(true);
    expect(allows({ Action: 'dynamodb:*', Resource: `arn:aws:dynamodb:*:${ACCOUNT}:table/*` }, {}, request)).toBe(
      false,
    );
  });
});

describe('conditions', () => {
  const arn = 'arn:aws:states:us-east-1:111111111111:stateMachine:one';
  it.each<[string, string, string | string[], string | string[] | undefined, boolean]>([
    ['StringEquals', 'aws:x', ['a', 'b'], 'b', true],
    ['StringEquals', 'AWS:X', 'B', 'b', false],
    ['StringEqualsIgnoreCase', 'aws:x', 'B', 'b', true],
    ['StringNotEquals', 'aws:x', ['a', 'b'], 'b', false],
    ['StringNotEquals', 'aws:x', 'a', undefined, true],
    ['StringEquals', 'aws:x', 'a', undefined, false],
    ['StringEqualsIfExists', 'aws:x', 'a', undefined, true],
    ['StringLike', 'aws:x', 'pro*-?', 'promotion-1', true],
    ['StringLike', 'aws:x', 'a${*}', 'ab', false],
    ['StringLike', 'aws:x', 'a${*}', 'a*', true],
    ['StringNotLike', 'aws:x', 'a*', 'ab', false],
    // Found by the comparison with iam-simulate: what cannot be read is no reason to hold.
    ['StringNotEquals', 'aws:x', '${aws:none}', 'b', false],
    ['StringNotEqualsIgnoreCase', 'aws:x', ['z', '${aws:none}'], 'b', false],
    ['ArnLike', 'aws:x', 'arn:aws:states:*:*:stateMachine:*', arn, true],
    ['ArnEquals', 'aws:x', 'arn:aws:states:*:*:*', arn, true],
    ['ArnLike', 'aws:x', 'arn:aws:*', arn, false],
    ['ArnNotLike', 'aws:x', 'arn:aws:s3:::*', arn, true],
    ['ArnNotLike', 'aws:x', 'arn:aws:*', arn, false],
    ['Bool', 'aws:x', 'TRUE', 'true', true],
    ['Bool', 'aws:x', 'false', 'true', false],
    ['Null', 'aws:x', 'true', undefined, true],
    ['Null', 'aws:x', 'false', 'a', true],
    ['NumericLessThan', 'aws:x', '1.2', '1.1', true],
    ['NumericEquals', 'aws:x', '1.20', '1.2', true],
    ['NumericGreaterThanEquals', 'aws:x', '10', '9', false],
    ['NumericNotEquals', 'aws:x', '10', '9', true],
    ['NumericEquals', 'aws:x', '10', 'ten', false],
    ['DateGreaterThan', 'aws:x', '2026-01-01T00:00:00Z', '2026-11-21T10:00:00Z', true],
    ['DateLessThan', 'aws:x', '2026-01-01', '1790000000', false],
    ['IpAddress', 'aws:x', '10.0.0.0/8', '10.1.2.3', true],
    ['IpAddress', 'aws:x', '2001:db8::/32', '2001:db8::1', true],
    ['IpAddress', 'aws:x', '2001:db8::/32', '10.1.2.3', false],
    ['NotIpAddress', 'aws:x', '10.0.0.0/8', '10.1.2.3', false],
    ['ForAllValues:StringEquals', 'aws:x', ['a', 'b'], ['b', 'a'], true],
    ['ForAllValues:StringEquals', 'aws:x', ['a', 'b'], ['b', 'c'], false],
    ['ForAllValues:StringEquals', 'aws:x', 'a', undefined, true],
    ['ForAnyValue:StringEquals', 'aws:x', 'a', ['b', 'a'], true],
    ['ForAnyValue:StringEquals', 'aws:x', 'a', undefined, false],
    // Found by the comparison with iam-simulate.
    ['ForAnyValue:StringEqualsIfExists', 'aws:x', 'a', undefined, false],
    ['ForAnyValue:StringNotEquals', 'aws:x', 'a', ['b', 'a'], true],
    ['ForAllValues:StringNotEquals', 'aws:x', 'a', ['b', 'a'], false],
    ['StringEquals', 'aws:x', 'a', ['a', 'a2'], false],
  ])('%s of %s with %j holds for %j: %s', (operator, key, values, actual, expected) => {
    const context: Record<string, string | string[]> = actual === undefined ? {} : { 'aws:x': actual };
    expect(allows({ Condition: { [operator]: { [key]: values } } }, context)).toBe(expected);
  });

  it('must all hold', () => {
    const Condition = { StringEquals: { 'aws:x': 'a' }, Bool: { 'aws:y': true } };
    expect(allows({ Condition }, { 'aws:x': 'a', 'aws:y': 'true' })).toBe(true);
    expect(allows({ Condition }, { 'aws:x': 'a', 'aws:y': 'false' })).toBe(false);
  });
});

describe('policies of an identity, its boundary and its session', () => {
  it('must all allow, and each can deny', () => {
    const all = { identity: [identity({})], boundary: identity({}), session: identity({}) };
    expect(decide(all)).toEqual({
      allowed: true,
      reason: '',
      statements: expect.arrayContaining([{ policy: 'identity', statement: '1' }]),
    });
    const lacking = (kind: string) => `no ${kind} allows the s3:GetObject action`;
    expect(decide({ ...all, identity: [elsewhere] }).reason).toBe(lacking('identity-based policy'));
    expect(decide({ ...all, boundary: elsewhere }).reason).toBe(lacking('permissions boundary'));
    expect(decide({ ...all, session: elsewhere }).reason).toBe(lacking('session policy'));
    const deny = identity({}, { Effect: 'Deny', Sid: 'No' });
    expect(decide({ ...all, boundary: deny })).toMatchObject({
      reason: 'with an explicit deny in a permissions boundary',
      statements: [{ statement: 'No' }],
    });
    expect(decide({ ...all, session: deny }).reason).toBe('with an explicit deny in a session policy');
  });
});

describe('the policy of a resource', () => {
  const naming = (Principal: unknown) => ofResource({ Principal });
  it.each([
    ['the session', { AWS: SESSION }, { none: true, boundary: true, session: true }],
    ['everyone', '*', { none: true, boundary: true, session: false }],
    ['the role', { AWS: ROLE }, { none: true, boundary: false, session: false }],
    ['the account', { AWS: ACCOUNT }, { none: false, boundary: false, session: false }],
    ['another account', { AWS: OTHER }, { none: false, boundary: false, session: false }],
    ['a service', { Service: 'lambda.amazonaws.com' }, { none: false, boundary: false, session: false }],
  ])('that names %s suffices within the account as far as AWS says', (_who, principal, expected) => {
    const resource = naming(principal);
    expect({
      none: decide({ resource }).allowed,
      boundary: decide({ resource, boundary: elsewhere }).allowed,
      session: decide({ resource, session: elsewhere }).allowed,
    }).toEqual(expected);
  });

  it('uses the most favourable of several statements', () => {
    const resource = ofResource({ Principal: { AWS: ROLE } }, { Principal: '*' });
    expect(decide({ resource, boundary: elsewhere }).allowed).toBe(true);
  });

  it('must allow besides the identity across accounts', () => {
    const far = { resourceAccount: OTHER };
    const both = { identity: [identity({})], resource: naming({ AWS: ACCOUNT }) };
    expect(decide(both, {}, far).allowed).toBe(true);
    expect(decide({ ...both, resource: null }, {}, far).reason).toContain('no resource-based policy');
    expect(decide({ ...both, identity: [] }, {}, far).reason).toContain('no identity-based policy');
  });

  it('must allow whatever happens to a key or to a role that is to be assumed', () => {
    const key = { identity: [identity({})], resourceMustAllow: true };
    expect(decide({ ...key, resource: null }).allowed).toBe(false);
    expect(decide({ ...key, resource: naming({ AWS: ACCOUNT }) }).allowed).toBe(true);
    expect(decide({ ...key, identity: [], resource: naming({ AWS: ACCOUNT }) }).allowed).toBe(false);
  });

  it('denies everyone whom a NotPrincipal leaves out, and all who have a boundary', () => {
    const deny = (NotPrincipal: unknown) => ofResource({ Effect: 'Deny', NotPrincipal });
    const own = [identity({})];
    expect(decide({ identity: own, resource: deny({ AWS: ROLE }) }).allowed).toBe(true);
    expect(decide({ identity: own, resource: deny({ AWS: OTHER }) }).allowed).toBe(false);
    expect(decide({ identity: own, resource: deny({ AWS: ROLE }), boundary: identity({}) }).allowed).toBe(false);
  });

  it('lets a service in that it names, on behalf of the resource that it names', () => {
    const principal = { account: ACCOUNT, arn: 'states.amazonaws.com', roleArn: null, type: 'service' } as const;
    const Condition = { ArnLike: { 'aws:SourceArn': 'arn:aws:states:*:*:stateMachine:one' } };
    const resource = ofResource({ Principal: { Service: 'states.amazonaws.com' }, Condition });
    const from = (name: string) => ({ 'aws:SourceArn': `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:${name}` });
    expect(decide({ resource }, from('one'), { principal }).allowed).toBe(true);
    expect(decide({ resource }, from('two'), { principal }).allowed).toBe(false);
  });
});

describe('the statements of a verdict', () => {
  const granted = (...statements: [policy: string, statement: string][]) => ({
    allowed: true,
    reason: '',
    statements: statements.map(([policy, statement]) => ({ policy, statement })),
  });
  const sid = (Sid: string, parts: Parts = {}) => ({ Sid, ...parts });

  it('are those that allow: of the identity, its boundary, its session and the resource', () => {
    const policies = {
      identity: [elsewhere, identity({ Action: 'ec2:*' }, sid('Own'), sid('Later'))],
      boundary: identity(sid('Bound')),
      session: identity(sid('Session')),
      resource: ofResource(sid('Account', { Principal: { AWS: ACCOUNT } })),
    };
    expect(decide(policies)).toEqual(
      granted(['identity', 'Own'], ['identity', 'Bound'], ['identity', 'Session'], ['resource', 'Account']),
    );
    expect(decide({ identity: policies.identity })).toEqual(granted(['identity', 'Own']));
  });

  it('are that of the resource alone where it names the session, the most direct of several', () => {
    const by = (Sid: string, Principal: unknown) => sid(Sid, { Principal });
    const everybody = [
      by('Account', { AWS: ACCOUNT }),
      by('Service', { Service: 'lambda.amazonaws.com' }),
      by('Role', { AWS: ROLE }),
      by('Everyone', '*'),
      by('Session', { AWS: SESSION }),
    ];
    const first = (count: number) => decide({ resource: ofResource(...everybody.slice(0, count)) });
    expect(first(5)).toEqual(granted(['resource', 'Session']));
    expect(decide({ resource: ofResource(...[...everybody].reverse()) })).toEqual(granted(['resource', 'Session']));
    expect(first(4)).toEqual(granted(['resource', 'Everyone']));
    expect(first(3)).toEqual(granted(['resource', 'Role']));
    expect(first(2)).toEqual({
      allowed: false,
      reason: 'no identity-based policy allows the s3:GetObject action',
      statements: [],
    });
  });

  it('are the one that denies, wherever it stands', () => {
    const deny = { Sid: 'No', Effect: 'Deny' };
    const refused = (where: string, policy: string) => ({
      allowed: false,
      reason: `with an explicit deny in ${where}`,
      statements: [{ policy, statement: 'No' }],
    });
    expect(decide({ identity: [identity({}), identity({}, deny, {})] })).toEqual(
      refused('an identity-based policy', 'identity'),
    );
    const resource = ofResource({ Principal: '*' }, { ...deny, Principal: { AWS: ROLE } });
    expect(decide({ identity: [identity({})], resource })).toEqual(refused('a resource-based policy', 'resource'));
  });
});

describe('who asks', () => {
  const root = { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, roleArn: null, type: 'root' } as const;
  const service = { account: ACCOUNT, arn: 'states.amazonaws.com', roleArn: null, type: 'service' } as const;

  it('may do everything in its own account as its root, without a policy', () => {
    expect(decide({}, {}, { principal: root }).allowed).toBe(true);
    expect(decide({ identity: [elsewhere] }).allowed).toBe(false);
    expect(decide({}, {}, { principal: root, resourceAccount: OTHER }).reason).toBe(
      'no resource-based policy allows the s3:GetObject action',
    );
    const resource = ofResource({ Principal: { AWS: ACCOUNT } });
    expect(decide({ resource }, {}, { principal: root, resourceAccount: OTHER }).allowed).toBe(true);
  });

  it('is a service only by its name or by everyone', () => {
    const asked = (Principal: unknown) => decide({ resource: ofResource({ Principal }) }, {}, { principal: service });
    expect(asked({ Service: 'states.amazonaws.com' })).toMatchObject({
      allowed: true,
      statements: [{ policy: 'resource', statement: '1' }],
    });
    expect(asked('*').allowed).toBe(true);
    for (const other of [{ Service: 'lambda.amazonaws.com' }, { AWS: ACCOUNT }, { AWS: ROLE }]) {
      expect(asked(other)).toEqual({
        allowed: false,
        reason: 'no resource-based policy allows the s3:GetObject action',
        statements: [],
      });
    }
    expect(decide({}, {}, { principal: service }).allowed).toBe(false);
  });

  it('is a session across accounts only with both sides, whoever is named', () => {
    const far = { resourceAccount: OTHER };
    for (const AWS of [SESSION, ROLE, ACCOUNT]) {
      const resource = ofResource({ Principal: { AWS } });
      expect(decide({ resource }, {}, far).allowed, AWS).toBe(false);
      expect(decide({ resource, identity: [identity({})] }, {}, far).allowed, AWS).toBe(true);
      expect(decide({ resource, identity: [identity({})], boundary: elsewhere }, {}, far).allowed, AWS).toBe(false);
    }
    const everyone = { resource: ofResource({ Principal: '*' }), identity: [identity({})] };
    expect(decide({ ...everyone, boundary: elsewhere }, {}, far).allowed).toBe(false);
  });
});

describe('parsePolicy', () => {
  it.each([
    ['an unknown operator', { Condition: { StringIs: { a: 'b' } } }, "condition operator 'StringIs'"],
    ['IfExists of Null', { Condition: { NullIfExists: { a: 'true' } } }, "condition operator 'NullIfExists'"],
    ['an unknown element', { Actions: '*' }, "statement element 'Actions'"],
    ['a principal at an identity', { Principal: '*' }, "statement element 'Principal'"],
    ['both Action and NotAction', { Action: '*', NotAction: '*' }, 'Action or NotAction'],
    ['a wrong effect', { Effect: 'Alow' }, "effect 'Alow'"],
    ['an action without a service', { Action: 'GetObject' }, "action 'GetObject'"],
    ['a resource that is no text', { Resource: [{}] }, 'Resource must be a text'],
  ])('refuses %s by name', (_what, parts, message) => {
    const parse = () =>
      parsePolicy({ Version: '2012-10-17', Statement: [{ ...statement({}), ...parts }] }, 'identity', 'it');
    expect(parse).toThrow(PolicyError);
    expect(parse).toThrow(message);
  });

  it('refuses what is no policy', () => {
    for (const text of ['{', '[]', '{"Version":"2012-10-17"}', '{"Version":"2026-01-01","Statement":[]}']) {
      expect(() => parsePolicy(text, 'identity', 'it'), text).toThrow(PolicyError);
    }
  });

  it('refuses NotPrincipal with Allow, federated principals and principals that are none', () => {
    const parse = (parts: Parts) => () => parsePolicy(document(parts), 'resource', 'it');
    expect(parse({ NotPrincipal: '*' })).toThrow('NotPrincipal with Allow');
    expect(parse({ Principal: { Federated: 'x' } })).toThrow("principal type 'Federated'");
    expect(parse({ Principal: { AWS: 'someone' } })).toThrow("principal 'someone'");
  });
});
