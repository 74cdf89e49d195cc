import type { Catalogue } from '../../../lib/local/authorizer/catalogue.ts';

/** A request with its policies, as both evaluators take it. */
export interface Case {
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: Readonly<Record<string, string | string[]>>;
  readonly identity: readonly object[];
  readonly boundary: object | null;
  readonly session: object | null;
  readonly resourcePolicy: object | null;
}

export const ACCOUNT = '111111111111';
const OTHER = '222222222222';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`;

/** Actions, each with a resource of its own account; `*` where the action knows none. */
const targets: readonly (readonly [action: string, resource: (account: string) => string])[] = [
  ['s3:GetObject', () => 'arn:aws:s3:::artefacts/promotions/one/plan.json'],
  ['s3:PutObject', () => 'arn:aws:s3:::artefacts/locks/one'],
  ['s3:ListBucket', () => 'arn:aws:s3:::artefacts'],
  ['s3:ListAllMyBuckets', () => '*'],
  ['dynamodb:Scan', (account) => `arn:aws:dynamodb:us-east-1:${account}:table/DEV-one`],
  ['dynamodb:BatchWriteItem', (account) => `arn:aws:dynamodb:eu-west-1:${account}:table/PROD-one`],
  ['dynamodb:CreateTable', (account) => `arn:aws:dynamodb:us-east-1:${account}:table/PROD-two`],
  ['dynamodb:ListTables', () => '*'],
  ['kms:Decrypt', (account) => `arn:aws:kms:us-east-1:${account}:key/11111111-2222-3333-4444-555555555555`],
  ['sts:AssumeRole', (account) => `arn:aws:iam::${account}:role/target`],
  ['sts:SetSourceIdentity', (account) => `arn:aws:iam::${account}:role/target`],
  ['lambda:InvokeFunction', (account) => `arn:aws:lambda:us-east-1:${account}:function:copy`],
  ['states:DescribeExecution', (account) => `arn:aws:states:us-east-1:${account}:execution:machine:run-1`],
  ['secretsmanager:GetSecretValue', (account) => `arn:aws:secretsmanager:us-east-1:${account}:secret:db/one-AbCdEf`],
  ['sqs:SendMessage', (account) => `arn:aws:sqs:us-east-1:${account}:queue`],
];

/** Keys that requests have now and then, with values that conditions can hit or miss. */
const pool: Readonly<Record<string, readonly string[]>> = {
  'aws:PrincipalTag/team': ['data', 'web', 'Data'],
  'aws:RequestTag/team': ['data', 'web'],
  'aws:RequestedRegion': ['us-east-1', 'eu-west-1'],
  // Whether an address of version 6 is outside a range of version 4 is answered differently; the host has only version 4.
  'aws:SourceIp': ['127.0.0.1', '10.1.2.3', '10.9.9.9'],
  'aws:SecureTransport': ['true', 'false'],
  'aws:CurrentTime': ['2026-11-21T10:00:00Z', '2025-01-01T00:00:00Z'],
  'aws:SourceIdentity': ['promotion-1', 'promotion-2'],
  'aws:SourceArn': ['arn:aws:states:us-east-1:111111111111:stateMachine:one', 'arn:aws:s3:::artefacts'],
  'aws:MultiFactorAuthAge': ['30', '3600'],
  's3:prefix': ['promotions/', 'locks/', ''],
  's3:max-keys': ['10', '1000'],
  's3:TlsVersion': ['1.1', '1.2', '1.3'],
  'sts:ExternalId': ['shared', 'wrong'],
  'sts:SourceIdentity': ['promotion-1', 'promotion-2'],
};
const lists: Readonly<Record<string, readonly string[]>> = { 'aws:TagKeys': ['team', 'cost', 'Team', 'owner'] };

const operators: readonly (readonly [names: readonly string[], keys: RegExp, values: readonly string[]])[] = [
  [
    ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
    /Tag\/|Region|Identity|prefix|ExternalId|TagKeys/,
    ['data', 'web', 'us-east-1', 'promotion-1', 'promotions/', 'shared', 'team', '${aws:PrincipalTag/team}', ''],
  ],
  [
    ['StringLike', 'StringNotLike'],
    /Tag\/|Region|Identity|prefix|ExternalId|SourceArn|TagKeys/,
    [
      '*',
      'd*',
      'promotion-?',
      'us-*',
      'promotions/*',
      't?am',
      '${aws:PrincipalTag/team}*',
      'sh${*}',
      '*:stateMachine:*',
    ],
  ],
  [['Bool'], /SecureTransport/, ['true', 'false']],
  [
    ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan'],
    /max-keys|TlsVersion|AuthAge/,
    ['10', '1.2', '1.20', '3600', '100'],
  ],
  [['NumericGreaterThanEquals'], /max-keys|TlsVersion|AuthAge/, ['10', '1.2', '3600']],
  [
    ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
    /CurrentTime/,
    ['2026-11-21T10:00:00Z', '2026-01-01T00:00:00Z', '2030-01-01T00:00:00Z'],
  ],
  [['IpAddress'], /SourceIp/, ['127.0.0.0/8', '10.1.2.3', '10.0.0.0/16', '2001:db8::/32']],
  [['NotIpAddress'], /SourceIp/, ['127.0.0.0/8', '10.1.2.3', '10.0.0.0/16']],
  [
    ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
    /SourceArn/,
    [
      ...['arn:aws:states:us-east-1:111111111111:stateMachine:one', 'arn:aws:states:*:*:stateMachine:*'],
      // Patterns of five parts are left out: how far `*` reaches in them is nowhere said.
      ...['arn:aws:s3:::*', 'arn:aws:states:*'],
    ],
  ],
  [['Null'], /./, ['true', 'false']],
];

/** Makes cases, the same for the same seed. */
export function caseGenerator(seed: number, catalogue: Catalogue): () => Case {
  const random = mulberry32(seed);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const some = <T>(values: readonly T[]) => values.filter(() => chance(0.5));
  const times = <T>(most: number, make: () => T) => Array.from({ length: 1 + Math.floor(random() * most) }, make);

  function actionPattern(action: string): string {
    const [service = '', name = ''] = action.split(':');
    const verb = /^[A-Z][a-z]+/.exec(name)?.[0] ?? '';
    return pick([
      ...[action, action, action.toLowerCase(), `${service}:*`, `${service}:${verb}*`, '*'],
      ...[`${service}:?${name.slice(1)}`, `${service}:*${name.slice(-4)}`, 'ec2:Describe*', pick(targets)[0]],
    ]);
  }

  function resourcePattern(resource: string): string {
    if (resource === '*') return pick(['*', '*', 'arn:aws:dynamodb:us-east-1:111111111111:table/*', 'arn:aws:s3:::*']);
    const cut = resource.slice(0, Math.max(resource.lastIndexOf('/'), resource.lastIndexOf(':')) + 1);
    const parts = resource.split(':');
    const anyRegion = [...parts.slice(0, 3), '*', ...parts.slice(4)].join(':');
    return pick([
      ...[resource, resource, '*', `${cut}*`, anyRegion, `${resource}x`, `${resource.slice(0, -1)}?`],
      ...[
        `${cut}\${aws:PrincipalTag/team}`,
        `${cut}\${aws:PrincipalTag/team, 'one'}*`,
        'arn:aws:sns:us-east-1:*:topic',
      ],
      `${parts.slice(0, 5).join(':')}:*`,
    ]);
  }

  function conditions() {
    const block: Record<string, Record<string, string | string[]>> = {};
    for (const [names, keys, values] of times(2, () => pick(operators))) {
      const name = pick(names);
      const key = pick([...Object.keys(pool), ...Object.keys(lists)].filter((one) => keys.test(one)));
      const set = key in lists ? pick(['ForAllValues:', 'ForAnyValue:']) : chance(0.08) ? 'ForAnyValue:' : '';
      const suffix = chance(0.2) ? 'IfExists' : '';
      const operator = name === 'Null' ? name : `${set}${name}${suffix}`;
      if (block[operator]) continue;
      block[operator] = {
        [key]: name === 'Null' || chance(0.6) ? pick(values) : [...new Set(times(3, () => pick(values)))],
      };
    }
    return block;
  }

  function principal() {
    return pick<unknown>([
      '*',
      { AWS: '*' },
      { AWS: ACCOUNT },
      { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      { AWS: ROLE },
      { AWS: [ROLE, `arn:aws:iam::${OTHER}:role/worker`] },
      { AWS: SESSION },
      { AWS: `arn:aws:iam::${OTHER}:root` },
      { AWS: `arn:aws:iam::${ACCOUNT}:role/other` },
      { Service: 'lambda.amazonaws.com' },
    ]);
  }

  function statement(action: string, resource: string, place: 'identity' | 'resource' | 'trust') {
    const effect = chance(0.22) ? 'Deny' : 'Allow';
    const actions =
      place === 'trust' ? pick([[action], ['sts:AssumeRole'], ['sts:*']]) : times(2, () => actionPattern(action));
    const isNotAction = place !== 'trust' && chance(0.12);
    const isNotResource = place !== 'trust' && chance(0.12);
    // A variable without a value in NotResource is judged by the form of the ARN there; ours is strict for all of them.
    const resources = times(2, () => resourcePattern(resource)).map((pattern) =>
      isNotResource ? pattern.replace('/team}', "/team, 'two'}") : pattern,
    );
    return {
      Effect: effect,
      ...(place !== 'identity' &&
        (effect === 'Deny' && chance(0.2) ? { NotPrincipal: principal() } : { Principal: principal() })),
      [isNotAction ? 'NotAction' : 'Action']: actions,
      ...(place !== 'trust' && { [isNotResource ? 'NotResource' : 'Resource']: resources }),
      ...(chance(0.35) && { Condition: conditions() }),
    };
  }

  const policy = (action: string, resource: string, place: 'identity' | 'resource' | 'trust') => ({
    Version: '2012-10-17',
    Statement: times(3, () => statement(action, resource, place)),
  });

  return () => {
    const [action, resourceOf] = pick(targets);
    const resourceAccount = resourceOf(ACCOUNT) === '*' || chance(0.65) ? ACCOUNT : OTHER;
    const resource = resourceOf(resourceAccount);
    const facts = catalogue.action(action);
    const place = action.startsWith('sts:') ? 'trust' : 'resource';
    const given = [...Object.entries(pool), ...Object.entries(lists)].filter(([key]) => {
      const isOwn = !key.startsWith('aws:') || /RequestTag|TagKeys/.test(key);
      return chance(0.6) && (!isOwn || facts.hasKey(key.toLowerCase()));
    });
    const session = chance(0.2) ? policy(action, resource, 'identity') : null;
    const resourcePolicy =
      resource !== '*' && (place === 'trust' || chance(0.55)) ? policy(action, resource, place) : null;
    // The IAM guide ("Session policies") lets a resource's grant to a session pass the session's policy; iam-simulate does not.
    const isContested = session !== null && JSON.stringify(resourcePolicy).includes(SESSION);
    return {
      action,
      resource,
      resourceAccount,
      context: {
        'aws:PrincipalArn': ROLE,
        'aws:PrincipalAccount': ACCOUNT,
        ...Object.fromEntries(
          given.flatMap(([key, values]) => {
            const value = key in lists ? some(values) : pick(values);
            // A key without values counts as absent here; which requests have one, nobody says.
            return value.length > 0 || typeof value === 'string' ? [[key, value]] : [];
          }),
        ),
      },
      identity: times(2, () => policy(action, resource, 'identity')),
      boundary: chance(0.2) ? policy(action, resource, 'identity') : null,
      session: isContested ? null : session,
      resourcePolicy,
    };
  };
}

/** A small generator of numbers in [0, 1) with a state of 32 bits. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
