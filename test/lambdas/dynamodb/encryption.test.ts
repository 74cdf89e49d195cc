import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { keyReader } from '../../../lambdas/dynamodb/encryption.ts';
import { refusal } from '../../support/factories.ts';
import { awsError } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const server = scriptedDynamoDb();

const reader = () => {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  return keyReader(new KMSClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }));
};
const key = (KeyManager: string, KeyState = 'Enabled') => ({
  body: { KeyMetadata: { KeyId: '1', Arn: 'arn:key/1', KeyManager, KeyState } },
});

describe('keyReader', () => {
  it.each([
    ['AWS', 'Enabled', { arn: 'arn:key/1', managedByAws: true, enabled: true }],
    ['CUSTOMER', 'Enabled', { arn: 'arn:key/1', managedByAws: false, enabled: true }],
    ['CUSTOMER', 'PendingDeletion', { arn: 'arn:key/1', managedByAws: false, enabled: false }],
  ])('tells a key that %s manages and that is %s', async (manager, state, expected) => {
    server.script(() => key(manager, state));
    expect(await reader()('arn:key/1')).toEqual(expected);
  });

  it('asks once for each key, however many tables are under it', async () => {
    server.script(() => key('CUSTOMER'));
    const describeKey = reader();
    await Promise.all(['one', 'two', 'one', 'one'].map(describeKey));
    expect(server.calls.map(({ input }) => input.KeyId).sort()).toEqual(['one', 'two']);
  });

  it('answers null where there is none', async () => {
    server.script(() => awsError('NotFoundException'));
    expect(await reader()('alias/none')).toBeNull();
  });
});

describe('pitfall 27: a key that may not be used', () => {
  it('is Promotion.Permission with the key and the service’s words, which name the missing action', async () => {
    const message = 'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: kms:DescribeKey';
    server.script(() => ({ status: 400, body: { __type: 'AccessDeniedException', message } }));
    const found = await refusal(() => reader()('arn:key/1'));
    expect(found).toMatchObject({ name: 'Promotion.Permission', code: 'AccessDenied' });
    for (const part of ['arn:key/1', 'kms:DescribeKey']) expect(found.message).toContain(part);
  });
});
