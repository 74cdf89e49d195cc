import { describe, expect, it } from 'vitest';
import { expand, renderStatement } from '../../../lib/cloud/statements.ts';

const values = { Partition: ['aws'], Region: ['us-east-1', 'eu-west-1'], Account: ['111111111111'] };

describe('expand', () => {
  it('repeats a text for each value of its placeholders', () => {
    expect(expand('arn:${Partition}:dms:${Region}:${Account}:*', values)).toEqual([
      'arn:aws:dms:us-east-1:111111111111:*',
      'arn:aws:dms:eu-west-1:111111111111:*',
    ]);
  });

  it('returns a text without placeholders once, and keeps policy variables of IAM', () => {
    expect(expand('*', values)).toEqual(['*']);
    expect(expand('${aws:PrincipalTag/team}/*', values)).toEqual(['${aws:PrincipalTag/team}/*']);
  });

  it('takes a value literally, dollar signs and all', () => {
    expect(expand('${Account}', { Account: ['$&x'] })).toEqual(['$&x']);
  });

  it('refuses a placeholder that nothing stands for', () => {
    expect(() => expand('${Regoin}', values)).toThrow(
      '${Regoin}: nothing stands for ${Regoin}, known are Account, Partition, Region',
    );
  });
});

describe('renderStatement', () => {
  it('renders resources and conditions', () => {
    const statement = renderStatement(
      {
        sid: 'Read',
        actions: ['dms:DescribeEndpoints'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:RequestedRegion': ['${Region}'], 'aws:PrincipalAccount': '${Account}' } },
      },
      values,
    );
    expect(statement.toStatementJson()).toEqual({
      Sid: 'Read',
      Effect: 'Allow',
      Action: 'dms:DescribeEndpoints',
      Resource: '*',
      Condition: {
        StringEquals: {
          'aws:RequestedRegion': ['us-east-1', 'eu-west-1'],
          'aws:PrincipalAccount': '111111111111',
        },
      },
    });
  });
});
