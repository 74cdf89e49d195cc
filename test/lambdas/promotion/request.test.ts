import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kinds, modes } from '../../../lambdas/core/contracts.ts';
import { promotionIdPattern } from '../../../lambdas/promotion/contracts.ts';
import { checkInput, promotionIdFrom, requestedKinds, stepsOf } from '../../../lambdas/promotion/request.ts';
import { environments, makeInput, makeRequest, makeTables, refusal } from '../../support/factories.ts';

const check = (input: unknown) => checkInput(input, 'run-1', environments);
const tables = (fields: object) => makeInput({ kinds: { dynamodb: { tables: ['orders'], ...fields } } });

describe('checkInput', () => {
  it('fills in every default', () => {
    expect(check(makeInput())).toEqual({
      promotionId: 'run-1',
      mode: 'migrate',
      source: 'dev',
      destination: 'prod',
      bundle: 'run-1',
      approval: 'none',
      onFailure: 'keep',
      kinds: { dynamodb: makeTables({ tables: ['DEV-orders'] }) },
    });
  });

  it('keeps what was said', () => {
    const dynamodb = {
      tables: ['DEV-orders', { name: 'DEV-users', as: 'PROD-people' }],
      rename: { prefix: { from: 'DEV-', to: 'PROD-' } },
      existing: 'merge',
      verify: 'full',
      segments: 64,
    };
    const found = check(makeInput({ mode: 'import', promotionId: 'sales', bundle: 'other', kinds: { dynamodb } }));
    expect(found).toMatchObject({ promotionId: 'sales', bundle: 'other', kinds: { dynamodb } });
  });

  it('takes another region of the same account', () => {
    expect(check(makeInput({ destination: 'dev-west' })).destination).toBe('dev-west');
  });

  it('takes an attribute that is named like the member of every object', () => {
    const transform = JSON.parse('[{"setAttribute":["m",{"M":{"__proto__":{"S":"x"}}}]}]');
    const taken = check(tables({ transform })).kinds.dynamodb?.transform;
    expect(JSON.stringify(taken)).toBe(JSON.stringify(transform));
  });

  it('takes an archive that is configured as a source alone', () => {
    expect(check(makeInput({ source: 'archive' })).source).toBe('archive');
  });

  it.each([
    { what: 'no object', input: null, pointer: '', code: 'InvalidInput', says: '/: ' },
    { what: 'an empty object', input: {}, pointer: '/mode', code: 'InvalidInput', says: '/source' },
    {
      what: 'an unknown field',
      input: makeInput({ tables: [] }),
      pointer: '/tables',
      code: 'InvalidInput',
      says: 'unknown field "tables"',
    },
    {
      what: 'an unknown field of a kind',
      input: tables({ exsting: 'adopt' }),
      pointer: '/kinds/dynamodb/exsting',
      code: 'InvalidInput',
      says: 'unknown field "exsting"',
    },
    {
      what: 'an unknown field, and what there is instead',
      input: tables({ limits: { writeunits: 5 } }),
      pointer: '/kinds/dynamodb/limits/writeunits',
      code: 'InvalidInput',
      says: 'unknown field "writeunits"; there is readUnits, writeUnits',
    },
    {
      what: 'a step of a transform that there is not',
      input: tables({ transform: [{ dropAttribute: 'a' }, { upperCase: 'b' }] }),
      pointer: '/kinds/dynamodb/transform/1/upperCase',
      code: 'InvalidInput',
      says: 'there is renameAttribute, dropAttribute, setAttribute, replacePrefix',
    },
    {
      what: 'a field that a schema would drop',
      input: tables(JSON.parse('{"filter":{"expression":"a = :a","values":{":a":{"S":"x"},"__proto__":{"S":"y"}}}}')),
      pointer: '/kinds/dynamodb/filter/values/__proto__',
      code: 'InvalidInput',
      says: '"__proto__"',
    },
    {
      what: 'an unknown kind',
      input: makeInput({ kinds: { redshift: {} } }),
      pointer: '/kinds/redshift',
      code: 'InvalidInput',
      says: 'unknown field "redshift"',
    },
    {
      what: 'an unknown field of a table',
      input: makeInput({ kinds: { dynamodb: { tables: ['orders', { name: 'users', to: 'people' }] } } }),
      pointer: '/kinds/dynamodb/tables/1/to',
      code: 'InvalidInput',
      says: 'unknown field "to"',
    },
    {
      what: 'a table that is neither name nor object',
      input: makeInput({ kinds: { dynamodb: { tables: [5] } } }),
      pointer: '/kinds/dynamodb/tables/0',
      code: 'InvalidInput',
      says: 'must be a string',
    },
    {
      what: 'no table',
      input: makeInput({ kinds: { dynamodb: { tables: [] } } }),
      pointer: '/kinds/dynamodb/tables',
      code: 'InvalidInput',
      says: 'must have at least 1 element',
    },
    {
      what: 'an unknown mode',
      input: makeInput({ mode: 'promote' }),
      pointer: '/mode',
      code: 'InvalidInput',
      says: '"promote"',
    },
    {
      what: 'an unknown way with existing tables',
      input: tables({ existing: 'overwrite' }),
      pointer: '/kinds/dynamodb/existing',
      code: 'InvalidInput',
      says: '"overwrite"',
    },
    {
      what: 'a number of segments that the service does not take',
      input: tables({ segments: 1_000_001 }),
      pointer: '/kinds/dynamodb/segments',
      code: 'InvalidInput',
      says: '1000001',
    },
    {
      what: 'a promotion id that is no folder name',
      input: makeInput({ promotionId: '../x' }),
      pointer: '/promotionId',
      code: 'InvalidInput',
      says: '"../x"',
    },
    {
      what: 'a source of another type',
      input: makeInput({ source: 222222222222 }),
      pointer: '/source',
      code: 'InvalidInput',
      says: 'must be a string',
    },
    {
      what: 'an unknown source',
      input: makeInput({ source: 'qa' }),
      pointer: '/source',
      code: 'UnknownEnvironment',
      says: 'configured are dev, prod',
    },
    {
      what: 'an unknown destination',
      input: makeInput({ destination: '333333333333' }),
      pointer: '/destination',
      code: 'UnknownEnvironment',
      says: '"333333333333"',
    },
    {
      what: 'an environment that is named like a member of every object',
      input: makeInput({ source: 'constructor' }),
      pointer: '/source',
      code: 'UnknownEnvironment',
      says: '"constructor"',
    },
    {
      what: 'a destination that may only be promoted from',
      input: makeInput({ destination: 'archive' }),
      pointer: '/destination',
      code: 'SideNotAllowed',
      says: '"archive"',
    },
    { what: 'no kind', input: makeInput({ kinds: {} }), pointer: '/kinds', code: 'NoKind', says: 'dynamodb' },
    {
      what: 'a foreign bundle with mode migrate',
      input: makeInput({ bundle: 'other' }),
      pointer: '/bundle',
      code: 'BundleNotRead',
      says: '"other"',
    },
    {
      what: 'a foreign bundle with mode export',
      input: makeInput({ mode: 'export', bundle: 'other' }),
      pointer: '/bundle',
      code: 'BundleNotRead',
      says: '"other"',
    },
    {
      what: 'two tables to one name',
      input: makeInput({ kinds: { dynamodb: { tables: ['orders', { name: 'other', as: 'orders' }] } } }),
      pointer: '/kinds/dynamodb/tables/1',
      code: 'NameCollision',
      says: '"orders"',
    },
    {
      what: 'a table named twice',
      input: makeInput({ kinds: { dynamodb: { tables: ['orders', 'orders'] } } }),
      pointer: '/kinds/dynamodb/tables/1',
      code: 'TableNamedTwice',
      says: '"orders"',
    },
    {
      what: 'an illegal table name',
      input: makeInput({ kinds: { dynamodb: { tables: ['my table'] } } }),
      pointer: '/kinds/dynamodb/tables/0',
      code: 'IllegalName',
      says: '"my table"',
    },
    {
      what: 'a name that the rename rule does not touch',
      input: tables({ rename: { prefix: { from: 'DEV-', to: 'PROD-' } } }),
      pointer: '/kinds/dynamodb/tables/0',
      code: 'NotRenamed',
      says: '"orders"',
    },
  ])('refuses $what', async ({ input, pointer, code, says }) => {
    const found = await refusal(() => check(input));
    expect(found).toMatchObject({ name: 'Promotion.Config', code, pointer });
    expect(found.message).toContain(says);
    expect(found.message).toContain(pointer);
  });

  it('names every problem at once, up to five, and counts the rest', async () => {
    const found = await refusal(() => check(makeInput({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, mode: 'x' })));
    expect(found.message).toContain('and 2 more');
  });
});

describe('pitfall 32: source and destination are the same', () => {
  it.each([
    ['the same environment', 'dev'],
    ['another name for the same account and region', 'dev-copy'],
  ])('refuses %s', async (_what, destination) => {
    expect(await refusal(() => check(makeInput({ destination })))).toMatchObject({
      name: 'Promotion.Config',
      code: 'SameEnvironment',
      pointer: '/destination',
    });
  });
});

describe('promotionIdFrom', () => {
  it.each([
    ['2026-11-sales', '2026-11-sales'],
    ['ab', 'ab'],
    ['x'.repeat(40), 'x'.repeat(40)],
    // printf '…' | sha256sum
    ['x'.repeat(41), `${'x'.repeat(31)}-3164596d`],
    ['a', 'a-ca978112'],
    ['november.sales', 'novembersales-51f39362'],
  ])('makes of %s the id %s', (name, id) => {
    expect(promotionIdFrom(name)).toBe(id);
  });

  it('makes a legal id of every execution name, and keeps those that are one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 80 }), (name) => {
        const id = promotionIdFrom(name);
        expect(id).toMatch(promotionIdPattern);
        if (promotionIdPattern.test(name)) expect(id).toBe(name);
      }),
    );
  });
});

describe('stepsOf', () => {
  const verbs = (mode: (typeof modes)[number], bundled: boolean) =>
    stepsOf(makeRequest({ mode }), bundled ? ['dynamodb'] : []).map(({ verb }) => verb);

  it.each([
    ['export', ['export']],
    ['import', ['plan', 'import', 'verify']],
    ['migrate', ['export', 'plan', 'import', 'verify']],
    ['verify', ['verify']],
    ['rollback', ['rollback']],
  ] as const)('mode %s runs %j, whether there is a bundle or not', (mode, expected) => {
    expect(verbs(mode, true)).toEqual(expected);
    expect(verbs(mode, false)).toEqual(expected);
  });

  it('mode plan exports first where there is no bundle', () => {
    expect(verbs('plan', false)).toEqual(['export', 'plan']);
    expect(verbs('plan', true)).toEqual(['plan']);
  });

  it('mode plan exports only the kinds that have no bundle, and plans all', () => {
    const request = makeRequest({ mode: 'plan', kinds: { ...makeRequest().kinds, dms: {} } });
    expect(stepsOf(request, ['dynamodb'])).toEqual([
      { verb: 'export', kinds: ['dms'] },
      { verb: 'plan', kinds: ['dynamodb', 'dms'] },
    ]);
  });

  it('goes over the kinds in their fixed order, whatever the order in the input', () => {
    const reversed = Object.fromEntries([...kinds].reverse().map((kind) => [kind, {}]));
    const request = makeRequest({ kinds: { ...reversed, ...makeRequest().kinds } });
    expect(requestedKinds(request)).toEqual(kinds);
  });

  it('knows every mode', () => {
    for (const mode of modes) expect(stepsOf(makeRequest({ mode }), []).length).toBeGreaterThan(0);
  });
});
