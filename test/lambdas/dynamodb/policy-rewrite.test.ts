import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rewritePolicy, rewriteText } from '../../../lambdas/dynamodb/policy-rewrite.ts';
import { policyText } from '../../../lambdas/dynamodb/policy-text.ts';

const from = { partition: 'aws', account: '222222222222', region: 'us-east-1', name: 'orders' };
const to = { partition: 'aws', account: '333333333333', region: 'eu-west-1', name: 'PROD-orders' };
const allow = (fields: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', ...fields }],
});
const rewritten = (fields: object) => rewritePolicy(allow(fields), from, to);

describe('rewriteText', () => {
  it.each([
    ['222222222222', '333333333333'],
    [
      'arn:aws:dynamodb:us-east-1:222222222222:table/orders',
      'arn:aws:dynamodb:eu-west-1:333333333333:table/PROD-orders',
    ],
    [
      'arn:aws:dynamodb:us-east-1:222222222222:table/orders/index/*',
      'arn:aws:dynamodb:eu-west-1:333333333333:table/PROD-orders/index/*',
    ],
    [
      'arn:aws:dynamodb:us-east-1:222222222222:table/orders-2',
      'arn:aws:dynamodb:eu-west-1:333333333333:table/orders-2',
    ],
    ['arn:aws:iam::222222222222:role/app/reader', 'arn:aws:iam::333333333333:role/app/reader'],
    ['arn:aws:kinesis:us-east-1:222222222222:stream/orders', 'arn:aws:kinesis:eu-west-1:333333333333:stream/orders'],
    ['arn:aws:sns:ap-south-1:222222222222:topic', 'arn:aws:sns:ap-south-1:333333333333:topic'],
    ['arn:aws:iam::444444444444:role/reader', 'arn:aws:iam::444444444444:role/reader'],
    ['lambda.amazonaws.com', 'lambda.amazonaws.com'],
    ['*', '*'],
    // Neither tables of DynamoDB, nor ARNs.
    [
      'arn:aws:dynamodb:us-east-1:222222222222:export/orders/1',
      'arn:aws:dynamodb:eu-west-1:333333333333:export/orders/1',
    ],
    ['arn:aws:glue:us-east-1:222222222222:table/orders/a', 'arn:aws:glue:eu-west-1:333333333333:table/orders/a'],
    ['xarn:aws:iam::222222222222:root', 'xarn:aws:iam::222222222222:root'],
    ['arn:aws:iam::222222222222:user/a\nb', 'arn:aws:iam::333333333333:user/a\nb'],
  ])('makes of %s %s', (text, expected) => {
    expect(rewriteText(text, from, to)).toBe(expected);
  });

  it('makes ARNs of the destination’s partition', () => {
    const china = { ...to, partition: 'aws-cn', region: 'cn-north-1' };
    expect(rewriteText('arn:aws:iam::222222222222:root', from, china)).toBe('arn:aws-cn:iam::333333333333:root');
    expect(rewriteText('arn:aws-us-gov:iam::222222222222:root', from, china)).toBe(
      'arn:aws-us-gov:iam::333333333333:root',
    );
  });
});

describe('rewritePolicy', () => {
  it('maps principals and conditions of the source account and says so', () => {
    const { policy, mapped, left, dropped } = rewritten({
      Principal: { AWS: ['222222222222', 'arn:aws:iam::222222222222:role/a', '444444444444'] },
      Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/*' } },
    });
    expect(policy).toEqual(
      allow({
        Principal: { AWS: ['333333333333', 'arn:aws:iam::333333333333:role/a', '444444444444'] },
        Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::333333333333:role/*' } },
      }),
    );
    expect(mapped).toEqual([
      '222222222222 → 333333333333',
      'arn:aws:iam::222222222222:role/* → arn:aws:iam::333333333333:role/*',
      'arn:aws:iam::222222222222:role/a → arn:aws:iam::333333333333:role/a',
    ]);
    expect(left).toEqual(['444444444444']);
    expect(dropped).toEqual([]);
  });

  it('maps whoever and whatever a denial does not concern, and no other member of it', () => {
    const table = 'arn:aws:dynamodb:us-east-1:222222222222:table/orders';
    const denial = {
      ...{ Sid: '222222222222', Effect: 'Deny', Action: 'dynamodb:*' },
      ...{ NotPrincipal: { AWS: ['arn:aws:iam::222222222222:role/a'] }, NotResource: [table, `${table}/index/*`] },
    };
    const { policy, mapped } = rewritten(denial);
    const there = 'arn:aws:dynamodb:eu-west-1:333333333333:table/PROD-orders';
    expect(policy?.Statement).toEqual([
      {
        ...denial,
        NotPrincipal: { AWS: ['arn:aws:iam::333333333333:role/a'] },
        NotResource: [there, `${there}/index/*`],
      },
    ]);
    expect(mapped).toEqual(['arn:aws:iam::222222222222:role/a → arn:aws:iam::333333333333:role/a']);
    expect(rewritten({ Principal: '*', Resource: [table] }).policy?.Statement).toMatchObject([{ Resource: [there] }]);
  });

  it('names as left who is neither of the source nor of the destination, in order', () => {
    const own = ['333333333333', 'arn:aws:iam::333333333333:role/a', 'arn:aws:sts::333333333333:assumed-role/a/b'];
    const others = ['b444444444444', 'arn:aws:iam::444444444444:root', 'arn:aws:iam::cloudfront:user/x'];
    const likeOwn = ['a333333333333', 'arn:aws:s3::333333333333:x', '333333333333x'];
    const { left, mapped } = rewritten({
      Principal: { AWS: [...own, ...others, ...likeOwn], Service: 'events.amazonaws.com' },
    });
    expect(left).toEqual([...others, ...likeOwn, 'events.amazonaws.com'].sort());
    expect(mapped).toEqual([]);
  });

  it('lets a condition on the region of a request follow the table, and no other condition', () => {
    const Condition = {
      StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'us-east-2'], 'aws:PrincipalTag/home': 'us-east-1' },
    };
    const { policy, mapped } = rewritten({ Principal: '*', Condition });
    expect(policy?.Statement).toMatchObject([
      {
        Condition: {
          StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-2'], 'aws:PrincipalTag/home': 'us-east-1' },
        },
      },
    ]);
    expect(mapped).toEqual(['us-east-1 → eu-west-1']);
  });

  it('keeps values of conditions that are no texts, and says nothing of those that stay', () => {
    const Condition = {
      Bool: { 'aws:SecureTransport': true },
      NumericLessThan: { 'aws:MultiFactorAuthAge': 300 },
      StringEquals: { 'aws:SourceVpc': ['vpc-1', null] },
    };
    const { policy, mapped, left } = rewritten({ Principal: '333333333333', Condition });
    expect(policy?.Statement).toMatchObject([{ Condition }]);
    expect([mapped, left]).toEqual([[], []]);
  });

  it('leaves out what would let the source account in by a pattern, and keeps what denies it', () => {
    const Condition = { StringLike: { 'aws:PrincipalArn': '*:222222222222:*' } };
    const open = rewritten({ Sid: 'Pattern', Principal: '*', Condition });
    expect(open).toMatchObject({ policy: null, dropped: ['Pattern'] });
    expect(rewritten({ Principal: '*', Condition }).dropped).toEqual(['number 1']);
    const closed = rewritten({ Effect: 'Deny', Principal: '*', Condition });
    expect(closed).toMatchObject({ policy: allow({ Effect: 'Deny', Principal: '*', Condition }), dropped: [] });
  });

  it('keeps what has the number of the source account in a name alone', () => {
    const named = rewritten({
      Sid: 'of222222222222',
      Principal: { AWS: 'arn:aws:iam::222222222222:role/cdk-exec-222222222222' },
      Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444444444444:role/*222222222222*' } },
    });
    expect(named).toMatchObject({ dropped: [], left: [] });
    expect(named.mapped).toEqual([
      'arn:aws:iam::222222222222:role/cdk-exec-222222222222 → arn:aws:iam::333333333333:role/cdk-exec-222222222222',
    ]);
    const anyAccount = { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*222222222222*' } };
    expect(rewritten({ Principal: '*', Condition: anyAccount }).dropped).toEqual(['number 1']);
  });

  it('keeps everything within one account, where only the region and the name change', () => {
    const within = { ...to, account: from.account };
    const Resource = 'arn:aws:dynamodb:us-east-1:222222222222:table/orders';
    const { policy, dropped, left } = rewritePolicy(
      allow({ Principal: { AWS: '222222222222' }, Resource }),
      from,
      within,
    );
    expect(policy?.Statement).toMatchObject([
      { Principal: { AWS: '222222222222' }, Resource: 'arn:aws:dynamodb:eu-west-1:222222222222:table/PROD-orders' },
    ]);
    expect([dropped, left]).toEqual([[], []]);
  });

  it('never leaves the source account in what is allowed, whoever else is named', () => {
    const who = fc.constantFrom(
      ...['222222222222', '333333333333', '444444444444', '*', 'arn:aws:iam::222222222222:root', 'x222222222222y'],
      ...['arn:aws:sts::222222222222:assumed-role/a/b', 'arn:*:iam::222222222222:*', 'events.amazonaws.com'],
    );
    const statement = fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.oneof(who, fc.record({ AWS: fc.array(who) })),
      Resource: fc.array(who),
      Condition: fc.dictionary(fc.constant('StringLike'), fc.dictionary(fc.constantFrom('a', 'b'), who)),
    });
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 4 }), (Statement) => {
        const { policy } = rewritePolicy({ Version: '2012-10-17', Statement }, from, to);
        const kept = [policy?.Statement ?? []].flat();
        expect(JSON.stringify(kept.filter(({ Effect }) => Effect === 'Allow'))).not.toContain(from.account);
        const denials = Statement.filter(({ Effect }) => Effect === 'Deny').length;
        expect(kept.filter(({ Effect }) => Effect === 'Deny')).toHaveLength(denials);
      }),
    );
  });
});

describe('policyText', () => {
  it('is the same for spellings that mean the same', () => {
    const texts = [
      allow({ Principal: { AWS: '222222222222' }, Resource: ['a'] }),
      allow({ Principal: { AWS: ['arn:aws:iam::222222222222:root'] }, Resource: 'a' }),
      {
        ...allow({}),
        Statement: { Effect: 'Allow', Resource: 'a', Action: ['dynamodb:GetItem'], Principal: { AWS: '222222222222' } },
      },
    ].map(policyText);
    expect(new Set(texts).size).toBe(1);
  });

  it.each([
    ['a principal', { Principal: '*' }],
    ['an effect', { Effect: 'Deny', Principal: '1' }],
    ['a condition', { Principal: '1', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
  ])('differs by %s', (_what, fields) => {
    expect(policyText(allow(fields))).not.toBe(policyText(allow({ Principal: '1' })));
  });
});
