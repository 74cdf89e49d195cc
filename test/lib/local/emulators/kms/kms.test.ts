import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../../../../lib/local/clock.ts';
import { kmsService } from '../../../../../lib/local/emulators/kms/index.ts';
import { createKmsStore, type KmsStore } from '../../../../../lib/local/emulators/kms/store.ts';
import { callJson, DEV, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let store: KmsStore;
const call = async (operation: string, input: object) => {
  const { status, json } = await callJson(world.endpoint, 'kms', `TrentService.${operation}`, input);
  return { status, ...json };
};
const createKey = async (input: object = {}) =>
  (await call('CreateKey', input)) as unknown as { KeyMetadata: { KeyId: string; Arn: string } };
const rootPolicy = (principal: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'kms:*', Resource: '*' }],
  });

beforeAll(async () => {
  store = createKmsStore(realClock());
  world = await startWorld([kmsService(store)]);
});
afterAll(() => world.close());

describe('keys', () => {
  it('are found by id, ARN, alias and alias ARN', async () => {
    const { KeyMetadata } = await createKey({ Description: 'd', Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    const { KeyId, Arn } = KeyMetadata;
    expect(Arn).toBe(`arn:aws:kms:us-east-1:${TOOLING}:key/${KeyId}`);
    expect(await call('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: KeyId })).toEqual({ status: 200 });
    for (const id of [KeyId, Arn, 'alias/mine', `arn:aws:kms:us-east-1:${TOOLING}:alias/mine`]) {
      expect(await call('DescribeKey', { KeyId: id })).toMatchObject({
        KeyMetadata: { KeyId, Arn, Description: 'd', KeyState: 'Enabled', KeySpec: 'SYMMETRIC_DEFAULT' },
      });
    }
    expect(store.findKey(TOOLING, 'us-east-1', 'alias/mine')?.tags).toEqual({ a: 'b' });
  });

  it.each(['none', 'alias/none', `arn:aws:kms:eu-west-1:${TOOLING}:key/none`])(
    'answer NotFound for %s',
    async (KeyId) => {
      expect(await call('DescribeKey', { KeyId })).toMatchObject({ status: 400, __type: 'NotFoundException' });
    },
  );

  it.each([
    ['KeyUsage', 'SIGN_VERIFY'],
    ['KeySpec', 'RSA_2048'],
    ['Origin', 'EXTERNAL'],
    ['MultiRegion', true],
  ])('with %s %s are refused by name', async (member, value) => {
    expect(await call('CreateKey', { [member]: value })).toMatchObject({
      __type: 'UnsupportedOperationException',
      message: expect.stringContaining(member),
    });
  });

  it('are listed in pages, only those of the account and region', async () => {
    store.putKey({ account: DEV, region: 'us-east-1' });
    store.putKey({ account: TOOLING, region: 'eu-west-1' });
    const second = store.putKey({ account: TOOLING, region: 'us-east-1' });
    const first = (await call('ListKeys', { Limit: 1 })) as { Truncated?: boolean; NextMarker?: string };
    expect(first).toMatchObject({ Truncated: true, Keys: [{ KeyId: expect.any(String) }] });
    expect(await call('ListKeys', { Marker: first.NextMarker })).toMatchObject({
      Truncated: false,
      Keys: [{ KeyId: second.keyId, KeyArn: second.arn }],
    });
    expect(await call('ListKeys', { Marker: 'made up' })).toMatchObject({ __type: 'InvalidMarkerException' });
  });
});

describe('aliases', () => {
  it('are unique and listed by key', async () => {
    const { KeyMetadata } = await createKey();
    const alias = { AliasName: 'alias/once', TargetKeyId: KeyMetadata.KeyId };
    expect(await call('CreateAlias', alias)).toMatchObject({ status: 200 });
    expect(await call('CreateAlias', alias)).toMatchObject({ __type: 'AlreadyExistsException' });
    expect(await call('ListAliases', { KeyId: KeyMetadata.KeyId })).toMatchObject({
      Aliases: [{ AliasName: 'alias/once', TargetKeyId: KeyMetadata.KeyId }],
    });
  });

  it.each(['once', 'alias/', 'alias/aws/s3'])('called %s are refused', async (AliasName) => {
    const { KeyMetadata } = await createKey();
    expect(await call('CreateAlias', { AliasName, TargetKeyId: KeyMetadata.KeyId })).toMatchObject({
      __type: 'InvalidAliasNameException',
    });
  });
});

describe('key policies', () => {
  it('let the account do everything unless one is given', async () => {
    const { KeyMetadata } = await createKey();
    const { Policy } = (await call('GetKeyPolicy', { KeyId: KeyMetadata.KeyId, PolicyName: 'default' })) as unknown as {
      Policy: string;
    };
    expect(JSON.parse(Policy).Statement).toMatchObject([
      { Principal: { AWS: `arn:aws:iam::${TOOLING}:root` }, Action: 'kms:*' },
    ]);
  });

  it('are replaced, unless the account would lock itself out', async () => {
    const { KeyMetadata } = await createKey();
    const { KeyId } = KeyMetadata;
    const mine = rootPolicy(`arn:aws:iam::${TOOLING}:root`);
    const foreign = rootPolicy(`arn:aws:iam::${DEV}:root`);
    expect(await call('PutKeyPolicy', { KeyId, Policy: foreign })).toMatchObject({
      __type: 'MalformedPolicyDocumentException',
    });
    expect(await call('CreateKey', { Policy: foreign })).toMatchObject({ __type: 'MalformedPolicyDocumentException' });
    expect(await call('PutKeyPolicy', { KeyId, Policy: '{' })).toMatchObject({
      __type: 'MalformedPolicyDocumentException',
    });
    expect(await call('PutKeyPolicy', { KeyId, Policy: mine })).toEqual({ status: 200 });
    expect(store.findKey(TOOLING, 'us-east-1', KeyId)?.policy).toBe(mine);
    const bypass = { KeyId, Policy: foreign, BypassPolicyLockoutSafetyCheck: true };
    expect(await call('PutKeyPolicy', bypass)).toEqual({ status: 200 });
    expect(await call('GetKeyPolicy', { KeyId, PolicyName: 'other' })).toMatchObject({ __type: 'NotFoundException' });
  });
});

describe('data keys', () => {
  const EncryptionContext = { promotionId: 'sales', kind: 'dynamodb' };
  type DataKey = { KeyId: string; CiphertextBlob: string; Plaintext: string };
  const generate = async (input: object) => (await call('GenerateDataKey', input)) as unknown as DataKey;

  it.each([
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 100 }, 100],
  ])('of %j come back by their ciphertext, with the key named or not', async (size, bytes) => {
    const { KeyId, Arn } = (await createKey()).KeyMetadata;
    const { CiphertextBlob, Plaintext, KeyId: used } = await generate({ KeyId, ...size, EncryptionContext });
    expect([used, Buffer.from(Plaintext, 'base64').length]).toEqual([Arn, bytes]);
    const swapped = { kind: 'dynamodb', promotionId: 'sales' };
    for (const named of [{}, { KeyId }, { KeyId: Arn }]) {
      expect(await call('Decrypt', { ...named, CiphertextBlob, EncryptionContext: swapped })).toEqual({
        ...{ status: 200, KeyId: Arn, Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
      });
    }
  });

  it('are found under an alias', async () => {
    const { KeyId, Arn } = (await createKey()).KeyMetadata;
    await call('CreateAlias', { AliasName: 'alias/data-keys', TargetKeyId: KeyId });
    expect(await generate({ KeyId: 'alias/data-keys', KeySpec: 'AES_256' })).toMatchObject({ KeyId: Arn });
  });

  it('are refused in another context, under another key, and when their ciphertext was changed', async () => {
    const { KeyId } = (await createKey()).KeyMetadata;
    const other = (await createKey()).KeyMetadata.KeyId;
    const { CiphertextBlob } = await generate({ KeyId, KeySpec: 'AES_256', EncryptionContext });
    const invalid = { status: 400, __type: 'InvalidCiphertextException' };
    for (const context of [undefined, {}, { ...EncryptionContext, kind: 'dms' }, { ...EncryptionContext, more: 'x' }]) {
      expect(await call('Decrypt', { CiphertextBlob, EncryptionContext: context })).toMatchObject(invalid);
    }
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    for (const at of [0, 5, 100, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const answer = await call('Decrypt', { CiphertextBlob: changed.toString('base64'), EncryptionContext });
      expect(answer.status).toBe(400);
    }
    const cut = bytes.subarray(0, 10).toString('base64');
    expect(await call('Decrypt', { CiphertextBlob: cut, EncryptionContext })).toMatchObject(invalid);
    expect(await call('Decrypt', { CiphertextBlob, EncryptionContext, KeyId: other })).toMatchObject({
      __type: 'IncorrectKeyException',
    });
  });

  it('are refused while their key is disabled', async () => {
    const { KeyId } = (await createKey()).KeyMetadata;
    const { CiphertextBlob } = await generate({ KeyId, KeySpec: 'AES_256' });
    await call('DisableKey', { KeyId });
    const disabled = { status: 400, __type: 'DisabledException' };
    expect(await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).toMatchObject(disabled);
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject(disabled);
    await call('EnableKey', { KeyId });
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  });

  it.each<[string, object, string]>([
    ['without a size', {}, 'ValidationException'],
    ['with two sizes', { KeySpec: 'AES_256', NumberOfBytes: 32 }, 'ValidationException'],
    ['of an unknown size', { KeySpec: 'AES_512' }, 'ValidationException'],
    ['with an unknown member', { KeySpec: 'AES_256', Context: {} }, 'ValidationException'],
    ['in a dry run', { KeySpec: 'AES_256', DryRun: true }, 'UnsupportedOperationException'],
    ['for an enclave', { KeySpec: 'AES_256', Recipient: {} }, 'UnsupportedOperationException'],
    ['under a key that is not there', { KeySpec: 'AES_256', KeyId: 'absent' }, 'NotFoundException'],
  ])('are refused %s', async (_what, input, code) => {
    const { KeyId } = (await createKey()).KeyMetadata;
    expect(await call('GenerateDataKey', { KeyId, ...input })).toMatchObject({ status: 400, __type: code });
  });

  it('are not decrypted by another algorithm', async () => {
    const { KeyId } = (await createKey()).KeyMetadata;
    const { CiphertextBlob } = await generate({ KeyId, KeySpec: 'AES_256' });
    expect(await call('Decrypt', { CiphertextBlob, EncryptionAlgorithm: 'SM2PKE' })).toMatchObject({
      __type: 'InvalidKeyUsageException',
    });
  });
});

describe('operations that are not built', () => {
  it('are refused by name', async () => {
    expect(await call('ScheduleKeyDeletion', {})).toMatchObject({
      __type: 'UnknownOperationException',
      message: expect.stringContaining('ScheduleKeyDeletion'),
    });
  });
});

describe('the state of keys', () => {
  it('is enabled until somebody disables them', async () => {
    const { KeyId } = (await createKey()).KeyMetadata;
    const state = async () => (await call('DescribeKey', { KeyId })) as unknown as { KeyMetadata: object };
    expect(await call('DisableKey', { KeyId })).toEqual({ status: 200 });
    expect((await state()).KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'Disabled' });
    await call('EnableKey', { KeyId });
    expect((await state()).KeyMetadata).toMatchObject({ Enabled: true, KeyState: 'Enabled' });
    expect(await call('DisableKey', { KeyId: 'absent' })).toMatchObject({ __type: 'NotFoundException' });
  });
});
