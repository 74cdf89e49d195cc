import { describe, expect, it } from 'vitest';
import { realClock } from '../../../../../lib/local/clock.ts';
import { ensureServiceRole, serviceRoleArn } from '../../../../../lib/local/emulators/iam/service-linked-roles.ts';
import { createIamStore } from '../../../../../lib/local/emulators/iam/store.ts';

const ACCOUNT = '222222222222';

describe('ensureServiceRole', () => {
  it('makes the role of a service once for each account', () => {
    const iam = createIamStore(realClock());
    const arn =
      'arn:aws:iam::222222222222:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/' +
      'AWSServiceRoleForApplicationAutoScaling_DynamoDBTable';
    expect(serviceRoleArn(ACCOUNT, 'dynamoDbAutoscaling')).toBe(arn);
    const made = ensureServiceRole(iam, ACCOUNT, 'dynamoDbAutoscaling');
    expect(made.arn).toBe(arn);
    expect(ensureServiceRole(iam, ACCOUNT, 'dynamoDbAutoscaling')).toBe(made);
    expect(iam.roles(ACCOUNT)).toHaveLength(1);
    expect(iam.roles('333333333333')).toHaveLength(0);
  });
});
