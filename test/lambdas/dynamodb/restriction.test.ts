import { describe, expect, it } from 'vitest';
import { restrictionOf } from '../../../lambdas/dynamodb/restriction.ts';
import { makeTables } from '../../support/factories.ts';

const restrict = (fields: object, always: string[] = ['id']) => restrictionOf(makeTables(fields), always);
const filter = { expression: '#a = :v', names: { '#a': 'status' }, values: { ':v': { B: 'AQI=' } } };

describe('restrictionOf', () => {
  it('restricts nothing where nothing is asked for: no member is sent empty', () => {
    expect(restrict({})).toEqual({});
    expect(restrict({ filter: { expression: 'attribute_exists(a)' } })).toEqual({
      FilterExpression: 'attribute_exists(a)',
    });
  });

  it('projects the key besides, each attribute once and by placeholder, dots and reserved words included', () => {
    expect(restrict({ projection: ['name', 'a.b', 'id', 'name'] }, ['id', 'sort'])).toEqual({
      ProjectionExpression: '#projected0, #projected1, #projected2, #projected3',
      ExpressionAttributeNames: {
        '#projected0': 'id',
        '#projected1': 'sort',
        '#projected2': 'name',
        '#projected3': 'a.b',
      },
    });
  });

  it('keeps the placeholders of the filter apart from ours, whatever they are called', () => {
    const names = { '#projected0': 'status', '#projected_': 'x' };
    const found = restrict({
      filter: { ...filter, expression: '#projected0 = :v OR #projected_ = :v', names },
      projection: ['a'],
    });
    expect(found).toEqual({
      FilterExpression: '#projected0 = :v OR #projected_ = :v',
      ProjectionExpression: '#projected__0, #projected__1',
      ExpressionAttributeNames: { ...names, '#projected__0': 'id', '#projected__1': 'a' },
      ExpressionAttributeValues: filter.values,
    });
  });
});
