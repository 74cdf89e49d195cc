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

describe('operations that are not built', () => {
  it('are refused by name', async () => {
    expect(await call('ScheduleKeyDeletion', {})).toMatchObject({
      __type: 'UnknownOperationException',
      message: expect.stringContaining('ScheduleKeyDeletion'),
    });
  });
});
