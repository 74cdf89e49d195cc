import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamodbRequest, transformStep } from '../../../lambdas/dynamodb/contracts.ts';
import { changeStep, itemChange, segmentGroup, segmentInput } from '../../../lambdas/dynamodb/segment-contracts.ts';
import { executionArn, segmentGroup as makeGroup, makeTables } from '../../support/factories.ts';

const name = fc.string({ minLength: 1, maxLength: 20 });
const value = fc.record({ S: name });
const step = fc.oneof(
  fc.record({ renameAttribute: fc.tuple(name, name) }),
  fc.record({ dropAttribute: name }),
  fc.record({ setAttribute: fc.tuple(name, value) }),
  fc.record({ replacePrefix: fc.tuple(name, name, fc.string()) }),
);
const damage = fc.oneof(
  fc.record({ dropAttribute: fc.constantFrom(1, null, {}) }),
  fc.record({ renameAttribute: fc.oneof(fc.tuple(name), fc.tuple(name, fc.integer())) }),
  fc.record({ dropAttribute: name, renameAttribute: fc.tuple(name, name) }),
  fc.record({ setAttribute: fc.tuple(name, name) }),
  fc.record({ replacePrefix: fc.tuple(name, name) }),
  fc.record({ unknown: name }),
  fc.constantFrom({}, null, 'text', []),
);

describe('a step of a transform', () => {
  it('is taken from a line and refused there as it is in a request', () => {
    fc.assert(
      fc.property(fc.oneof(step, damage), (one) => {
        expect(changeStep.safeParse(one).success).toBe(transformStep.safeParse(one).success);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the change of a request', () => {
  it('stands in a line whatever a request may say', () => {
    const filter = fc.record({
      expression: name,
      names: fc.dictionary(
        name.map((one) => `#${one}`),
        name,
      ),
      values: fc.dictionary(
        name.map((one) => `:${one}`),
        value,
      ),
    });
    const fields = fc.record(
      {
        filter,
        projection: fc.array(name, { minLength: 1, maxLength: 4 }),
        transform: fc.array(step, { minLength: 1, maxLength: 4 }),
        skipExpired: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (given) => {
        const parsed = dynamodbRequest.safeParse({ tables: ['orders'], ...given });
        if (!parsed.success) return;
        const { filter: asked, projection, transform, skipExpired } = parsed.data;
        const sent: unknown = JSON.parse(JSON.stringify({ filter: asked, projection, transform, skipExpired }));
        expect(itemChange.safeParse(sent)).toMatchObject({ success: true });
      }),
      { numRuns: 500 },
    );
  });
});

describe('the input of a child', () => {
  const input = { promotionId: 'p', promotionExecution: executionArn('one'), group: makeGroup() };

  it.each([
    ['as it is at first', {}],
    ['with a failure to note', { failure: { Error: 'States.Timeout', Cause: null } }],
    ['with a failure that says nothing', { failure: { Error: 'States.Timeout' } }],
    ['with a change of its own', { group: makeGroup({ change: { skipExpired: makeTables().skipExpired } }) }],
    ['with a change beside the list', { group: makeGroup({ change: { key: 'change.json', versionId: 'v' } }) }],
  ])('is taken %s', (_what, fields) => {
    expect(segmentInput.safeParse({ ...input, ...fields })).toMatchObject({ success: true });
  });

  it.each([
    ['a table without a key', { sourceKey: [] }],
    ['a key of three attributes', { destinationKey: ['a', 'b', 'c'] }],
    ['no segment', { segments: [] }],
    ['no number of segments', { total: 0 }],
    ['half a segment', { segments: [0.5] }],
    ['an endpoint that is none', { sourceEndpoint: 'somewhere' }],
    ['an action that fills nothing', { action: 'skip' }],
    ['an engine without children', { run: { ...makeGroup().run, engine: 'exportImport' } }],
    ['a limit of nothing', { limits: { readUnits: 0 } }],
    ['a change that nobody knows', { change: { skipExpired: false, encrypt: true } }],
    ['a member that nobody knows', { request: {} }],
  ])('is refused with %s', (_what, fields) => {
    expect(segmentGroup.safeParse({ ...makeGroup(), ...fields }).success).toBe(false);
  });
});
