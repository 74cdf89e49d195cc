import { describe, expect, it } from 'vitest';
import { applyResourcePolicy, readResourcePolicy } from '../../../lambdas/dynamodb/resource-policy.ts';
import { awsError } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const policy = { Version: '2012-10-17', Statement: [] };

describe('readResourcePolicy', () => {
  it('answers the document, or null where there is none', async () => {
    dynamodb.script(() => ({ body: { Policy: JSON.stringify(policy, null, 4), RevisionId: '1' } }));
    expect(await readResourcePolicy(dynamodb.client, 'arn:orders')).toEqual(policy);
    dynamodb.script(() => awsError('PolicyNotFoundException'));
    expect(await readResourcePolicy(dynamodb.client, 'arn:orders')).toBeNull();
  });

  it.each(['', '{"Version":"2012', '[]'])('does not take %j for a policy, nor for none', async (Policy) => {
    dynamodb.script((_call, count) => ({ body: count === 0 ? { Policy } : { Policy: JSON.stringify(policy) } }));
    expect(await readResourcePolicy(dynamodb.client, 'arn:orders')).toEqual(policy);
    expect(dynamodb.calls).toHaveLength(2);
  });
});

describe('applyResourcePolicy', () => {
  it('sends no whitespace, which counts towards the size that a policy may have', async () => {
    dynamodb.script(() => ({ body: { RevisionId: '1' } }));
    await applyResourcePolicy(dynamodb.client, 'arn:orders', policy);
    expect(dynamodb.calls[0]?.input).toEqual({
      ResourceArn: 'arn:orders',
      Policy: '{"Version":"2012-10-17","Statement":[]}',
    });
  });
});
