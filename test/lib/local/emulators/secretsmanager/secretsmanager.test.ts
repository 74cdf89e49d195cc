import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../../../../lib/local/clock.ts';
import { secretsManagerService } from '../../../../../lib/local/emulators/secretsmanager/index.ts';
import { createSecretsStore, type SecretsStore } from '../../../../../lib/local/emulators/secretsmanager/store.ts';
import { callJson, DEV, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let store: SecretsStore;
const call = async (operation: string, input: object) => {
  const { status, json } = await callJson(world.endpoint, 'secretsmanager', `secretsmanager.${operation}`, input);
  return { status, ARN: '', ...json } as Record<string, unknown> & { ARN: string };
};
const token = (digit: string) => digit.repeat(32);

beforeAll(async () => {
  store = createSecretsStore(realClock());
  world = await startWorld([secretsManagerService(store, realClock())]);
});
afterAll(() => world.close());

describe('a secret', () => {
  it('is read by name, by ARN and by ARN without its ending', async () => {
    const { ARN } = await call('CreateSecret', { Name: 'db/main', SecretString: 'one', Description: 'the db' });
    expect(ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:us-east-1:${TOOLING}:secret:db/main-[A-Z2-7]{6}$`));
    for (const SecretId of ['db/main', ARN, ARN.slice(0, -7)]) {
      expect(await call('GetSecretValue', { SecretId })).toMatchObject({ ARN, Name: 'db/main', SecretString: 'one' });
    }
  });

  it('keeps the value before the present one', async () => {
    const put = await call('PutSecretValue', {
      SecretId: 'db/main',
      SecretBinary: 'AAE=',
      ClientRequestToken: token('b'),
    });
    expect(put).toMatchObject({ VersionId: token('b'), VersionStages: ['AWSCURRENT'] });
    const get = (further: object) => call('GetSecretValue', { SecretId: 'db/main', ...further });
    expect(await get({})).toMatchObject({ SecretBinary: 'AAE=', VersionStages: ['AWSCURRENT'] });
    expect(await get({ VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'one' });
    expect(await get({ VersionId: token('b') })).toMatchObject({ SecretBinary: 'AAE=' });
    expect(await get({ VersionId: token('c') })).toMatchObject({ __type: 'ResourceNotFoundException' });
    const { VersionIdsToStages } = await call('DescribeSecret', { SecretId: 'db/main' });
    expect(Object.values(VersionIdsToStages as object)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  it('is made once: the same token and value succeed again, anything else is refused', async () => {
    const create = { Name: 'once', SecretString: 'v', ClientRequestToken: token('d') };
    const { ARN } = await call('CreateSecret', create);
    expect(await call('CreateSecret', create)).toMatchObject({ status: 200, ARN });
    const refused = { __type: 'ResourceExistsException' };
    expect(await call('CreateSecret', { ...create, SecretString: 'w' })).toMatchObject(refused);
    expect(await call('CreateSecret', { Name: 'once', SecretString: 'v' })).toMatchObject(refused);
    const put = { SecretId: 'once', SecretString: 'w', ClientRequestToken: token('d') };
    expect(await call('PutSecretValue', put)).toMatchObject(refused);
  });

  it('without a value has none to read', async () => {
    await call('CreateSecret', { Name: 'empty' });
    expect(await call('GetSecretValue', { SecretId: 'empty' })).toMatchObject({
      __type: 'ResourceNotFoundException',
      Message: expect.stringContaining('AWSCURRENT'),
    });
  });

  it.each([
    ['two values', 'CreateSecret', { Name: 'x', SecretString: 'a', SecretBinary: 'AA==' }, 'InvalidParameterException'],
    ['no value', 'PutSecretValue', { SecretId: 'db/main' }, 'InvalidParameterException'],
    ['a bad name', 'CreateSecret', { Name: 'a b' }, 'ValidationException'],
    ['a replica, which is not built', 'CreateSecret', { Name: 'x', AddReplicaRegions: [{}] }, 'ValidationException'],
    ['an unknown id', 'GetSecretValue', { SecretId: 'none' }, 'ResourceNotFoundException'],
    ['a short recovery', 'DeleteSecret', { SecretId: 'once', RecoveryWindowInDays: 1 }, 'InvalidParameterException'],
  ])('is refused with %s', async (_what, operation, input, type) => {
    expect(await call(operation, input)).toMatchObject({ status: 400, __type: type });
  });

  it('never shows its value in a refusal', async () => {
    const refused = await call('CreateSecret', { Name: 'x', SecretString: 'hunter2'.repeat(10_000) });
    expect(refused.__type).toBe('ValidationException');
    expect(JSON.stringify(refused)).not.toContain('hunter2');
  });

  it('takes tags and shows them', async () => {
    await call('TagResource', { SecretId: 'once', Tags: [{ Key: 'team', Value: 'Data' }] });
    expect(await call('DescribeSecret', { SecretId: 'once' })).toMatchObject({
      Tags: [{ Key: 'team', Value: 'Data' }],
    });
  });
});

describe('ListSecrets', () => {
  const names = async (input: object) =>
    ((await call('ListSecrets', input)).SecretList as { Name: string }[]).map(({ Name }) => Name);

  it('filters by prefix, negation and tag', async () => {
    store.putSecret({ account: DEV, region: 'us-east-1', name: 'foreign' });
    expect(await names({ SortOrder: 'asc' })).toEqual(['db/main', 'once', 'empty']);
    expect(await names({ Filters: [{ Key: 'name', Values: ['db/'] }] })).toEqual(['db/main']);
    expect(await names({ SortOrder: 'asc', Filters: [{ Key: 'name', Values: ['!db/'] }] })).toEqual(['once', 'empty']);
    expect(await names({ Filters: [{ Key: 'tag-value', Values: ['data'] }] })).toEqual(['once']);
    expect(await names({ Filters: [{ Key: 'all', Values: ['db', 'zzz'] }] })).toEqual(['db/main']);
  });

  it('pages, and refuses a token that was made up', async () => {
    const first = await call('ListSecrets', { MaxResults: 2, SortOrder: 'asc' });
    expect(first.SecretList).toHaveLength(2);
    expect(await names({ SortOrder: 'asc', NextToken: first.NextToken })).toEqual(['empty']);
    expect(await call('ListSecrets', { NextToken: 'x' })).toMatchObject({ __type: 'InvalidNextTokenException' });
  });
});

describe('DeleteSecret', () => {
  it('hides a secret until its window ends, and keeps its name', async () => {
    await call('CreateSecret', { Name: 'doomed', SecretString: 'v' });
    const { DeletionDate } = await call('DeleteSecret', { SecretId: 'doomed', RecoveryWindowInDays: 7 });
    expect(Number(DeletionDate) - Date.now() / 1000).toBeCloseTo(7 * 86_400, -2);
    expect(await call('GetSecretValue', { SecretId: 'doomed' })).toMatchObject({ __type: 'InvalidRequestException' });
    expect(await call('CreateSecret', { Name: 'doomed' })).toMatchObject({ __type: 'InvalidRequestException' });
    expect(await call('DescribeSecret', { SecretId: 'doomed' })).toMatchObject({ DeletedDate: DeletionDate });
  });

  it('frees the name at once when forced', async () => {
    expect((await call('DeleteSecret', { SecretId: 'doomed', ForceDeleteWithoutRecovery: true })).status).toBe(200);
    expect((await call('CreateSecret', { Name: 'doomed', SecretString: 'v' })).status).toBe(200);
  });
});

describe('operations that are not built', () => {
  it('are refused by name', async () => {
    expect(await call('RotateSecret', {})).toMatchObject({
      __type: 'UnknownOperationException',
      Message: expect.stringContaining('RotateSecret'),
    });
  });
});
