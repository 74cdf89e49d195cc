import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettled, DEV, type Harness, simpleTable, startHarness } from './harness.ts';

const place = { account: DEV, region: 'us-east-1' };
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

describe('pitfall 44: a global table', () => {
  it('tells its replicas, and a table of one region tells none', async () => {
    const client = harness.client();
    expect(await createSettled(client, simpleTable('global'))).not.toHaveProperty('Replicas');
    harness.service.addReplica(place, 'global', 'eu-west-1');
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'global' }));
    expect(Table).toMatchObject({
      GlobalTableVersion: '2019.11.21',
      Replicas: [
        {
          RegionName: 'eu-west-1',
          ReplicaStatus: 'ACTIVE',
          ReplicaArn: `arn:aws:dynamodb:eu-west-1:${DEV}:table/global`,
        },
      ],
    });
  });

  it('must be there to be marked', () => {
    expect(() => harness.service.addReplica(place, 'nowhere', 'eu-west-1')).toThrow('there is no table nowhere');
  });
});
