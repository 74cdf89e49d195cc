import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ssmService } from '../../../../../lib/local/emulators/ssm/index.ts';
import { createSsmStore } from '../../../../../lib/local/emulators/ssm/store.ts';
import { callJson, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
const call = async (operation: string, input: object) =>
  (await callJson(world.endpoint, 'ssm', `AmazonSSM.${operation}`, input)).json;
const arnOf = (path: string) => `arn:aws:ssm:us-east-1:${TOOLING}:parameter${path}`;

beforeAll(async () => {
  world = await startWorld([ssmService(createSsmStore({ now: () => 1_763_719_200_000 }))]);
});
afterAll(() => world.close());

describe('parameters', () => {
  it('come back by name, ARN and version', async () => {
    const written = await call('PutParameter', { Name: '/app/host', Value: 'one', Type: 'String' });
    expect(written).toEqual({ Version: 1, Tier: 'Standard' });
    expect(await call('PutParameter', { Name: '/app/host', Value: 'two', Overwrite: true })).toMatchObject({
      Version: 2,
    });
    const second = {
      Name: '/app/host',
      Type: 'String',
      Value: 'two',
      Version: 2,
      LastModifiedDate: 1_763_719_200,
      ARN: arnOf('/app/host'),
      DataType: 'text',
    };
    expect(await call('GetParameter', { Name: '/app/host' })).toEqual({ Parameter: second });
    expect(await call('GetParameter', { Name: arnOf('/app/host') })).toEqual({ Parameter: second });
    expect(await call('GetParameter', { Name: '/app/host:1' })).toMatchObject({
      Parameter: { Value: 'one', Version: 1, Selector: ':1' },
    });
    expect(await call('GetParameter', { Name: '/app/host:3' })).toMatchObject({ __type: 'ParameterVersionNotFound' });
  });
  it('of type SecureString are shown only with decryption', async () => {
    await call('PutParameter', { Name: 'token', Value: 'hunter2', Type: 'SecureString' });
    expect(JSON.stringify(await call('GetParameter', { Name: 'token' }))).not.toContain('hunter2');
    const shown = await call('GetParameter', { Name: 'token', WithDecryption: true });
    expect(shown).toMatchObject({ Parameter: { Value: 'hunter2', Type: 'SecureString' } });
    expect(await call('DescribeParameters', {})).toMatchObject({
      Parameters: expect.arrayContaining([expect.objectContaining({ Name: 'token', KeyId: 'alias/aws/ssm' })]),
    });
  });
  it('are found by path, in pages, below it or directly under it', async () => {
    for (const name of ['a', 'b', 'c/d']) {
      await call('PutParameter', { Name: `/tree/${name}`, Value: name, Type: 'String' });
    }
    const names = (answer: Record<string, unknown>) =>
      (answer.Parameters as { Name: string }[]).map(({ Name }) => Name);
    expect(names(await call('GetParametersByPath', { Path: '/tree' }))).toEqual(['/tree/a', '/tree/b']);
    const first = await call('GetParametersByPath', { Path: '/tree/', Recursive: true, MaxResults: 2 });
    const { NextToken } = first;
    const rest = await call('GetParametersByPath', { Path: '/tree/', Recursive: true, MaxResults: 2, NextToken });
    expect([...names(first), ...names(rest)]).toEqual(['/tree/a', '/tree/b', '/tree/c/d']);
  });
  it('are asked for together; those that are missing are told', async () => {
    await call('PutParameter', { Name: 'known', Value: 'k', Type: 'StringList' });
    expect(await call('GetParameters', { Names: ['known', 'gone', 'known:9'] })).toMatchObject({
      Parameters: [{ Name: 'known' }],
      InvalidParameters: ['gone', 'known:9'],
    });
  });
  it('are deleted with all versions', async () => {
    await call('PutParameter', { Name: 'brief', Value: 'v', Type: 'String' });
    expect(await call('DeleteParameter', { Name: 'brief' })).toEqual({});
    expect(await call('GetParameter', { Name: 'brief' })).toMatchObject({ __type: 'ParameterNotFound' });
    expect(await call('PutParameter', { Name: 'brief', Value: 'w', Type: 'String' })).toMatchObject({ Version: 1 });
  });
});

describe('refusals', () => {
  it.each([
    ['PutParameter', { Name: 'no-type', Value: 'v' }, 'ValidationException'],
    ['PutParameter', { Name: 'a b', Value: 'v', Type: 'String' }, 'ValidationException'],
    ['PutParameter', { Name: 'a/b', Value: 'v', Type: 'String' }, 'ValidationException'],
    ['PutParameter', { Name: '/aws/x', Value: 'v', Type: 'String' }, 'AccessDeniedException'],
    ['PutParameter', { Name: '/l'.repeat(16), Value: 'v', Type: 'String' }, 'HierarchyLevelLimitExceededException'],
    ['PutParameter', { Name: 'x', Value: 'v'.repeat(4097), Type: 'String' }, 'ValidationException'],
    ['PutParameter', { Name: 'x', Value: '', Type: 'String' }, 'ValidationException'],
    ['PutParameter', { Name: 'x', Value: 'v', Type: 'Text' }, 'ValidationException'],
    ['PutParameter', { Name: 'x', Value: 'v', Type: 'String', KeyId: 'k' }, 'ValidationException'],
    ['PutParameter', { Name: 'x', Value: 'v', Type: 'String', Policies: '[]' }, 'ValidationException'],
    ['GetParametersByPath', { Path: 'tree' }, 'ValidationException'],
    ['GetParametersByPath', { Path: '/tree', NextToken: 'x' }, 'InvalidNextToken'],
    ['DeleteParameter', { Name: 'gone' }, 'ParameterNotFound'],
    ['LabelParameterVersion', {}, 'UnknownOperationException'],
  ])('%s with %j is %s', async (operation, input, code) => {
    expect(await call(operation, input)).toMatchObject({ __type: code });
  });
  it('never repeat a value', async () => {
    await call('PutParameter', { Name: 'once', Value: 'v', Type: 'String' });
    const again = await call('PutParameter', { Name: 'once', Value: 'hunter2', Type: 'String' });
    expect(again).toMatchObject({ __type: 'ParameterAlreadyExists' });
    expect(JSON.stringify(again)).not.toContain('hunter2');
  });
});
