import { describe, expect, it } from 'vitest';
import { creationParameters } from '../../../../lambdas/dynamodb/transfer/creation.ts';
import { makeDefinition } from '../../../support/factories.ts';

const index = {
  IndexName: 'by-group',
  KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};
const attributes = ['id', 'group', 'nobody-uses-it'].map((AttributeName) => ({
  AttributeName,
  AttributeType: 'S' as const,
}));

describe('creationParameters', () => {
  it('have what an import takes and leave what follows it', () => {
    const capacity = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
    const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/prod' } as const;
    const warm = { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 5_000 };
    const wanted = makeDefinition({
      AttributeDefinitions: attributes,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: capacity,
      SSESpecification,
      WarmThroughput: warm,
      GlobalSecondaryIndexes: [{ ...index, ProvisionedThroughput: capacity, WarmThroughput: warm }],
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      DeletionProtectionEnabled: true,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    expect(creationParameters('PROD-orders', wanted)).toEqual({
      TableName: 'PROD-orders',
      AttributeDefinitions: attributes.slice(0, 2),
      KeySchema: wanted.table.KeySchema,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: capacity,
      SSESpecification,
      GlobalSecondaryIndexes: [{ ...index, ProvisionedThroughput: capacity, WarmThroughput: warm }],
    });
  });

  it('leave maxima on demand for after the load, like a table that is copied', () => {
    const OnDemandThroughput = { MaxReadRequestUnits: 10 };
    const GlobalSecondaryIndexes = [{ ...index, OnDemandThroughput }];
    const wanted = makeDefinition({ AttributeDefinitions: attributes, GlobalSecondaryIndexes, OnDemandThroughput });
    const parameters = creationParameters('PROD-orders', wanted);
    expect(parameters.OnDemandThroughput).toBeUndefined();
    expect(parameters.GlobalSecondaryIndexes).toEqual([index]);
  });
});
