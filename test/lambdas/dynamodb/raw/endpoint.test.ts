import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endpointOf, resolveTarget } from '../../../../lambdas/dynamodb/raw/endpoint.ts';
import { guardWire } from '../../../../lambdas/dynamodb/wire.ts';

afterEach(() => vi.unstubAllEnvs());

const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
const client = (config: DynamoDBClientConfig = {}) =>
  new DynamoDBClient({
    region: 'eu-west-1',
    credentials: keys,
    requestHandler: { handle: () => expect.fail('a call was sent') },
    ...config,
  });
const resolved = async (config: DynamoDBClientConfig = {}) => {
  const { endpoint, region } = await resolveTarget(client(config), 'orders');
  return [endpoint.href, region];
};

describe('resolveTarget', () => {
  it.each<[string, DynamoDBClientConfig, string]>([
    ['the region', {}, 'https://dynamodb.eu-west-1.amazonaws.com/'],
    ['a region of another partition', { region: 'cn-north-1' }, 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
    ['FIPS', { useFipsEndpoint: true, region: 'us-east-1' }, 'https://dynamodb-fips.us-east-1.amazonaws.com/'],
    ['dual stack', { useDualstackEndpoint: true }, 'https://dynamodb.eu-west-1.api.aws/'],
    [
      'the account of the credentials',
      { credentials: { ...keys, accountId: '123456789012' } },
      'https://123456789012.ddb.eu-west-1.amazonaws.com/',
    ],
    ['an endpoint of the client', { endpoint: 'http://127.0.0.1:8000/base' }, 'http://127.0.0.1:8000/base'],
  ])('follows %s as the client does, and sends nothing', async (_what, config, href) => {
    const [found, region] = await resolved(config);
    expect(found?.toString().replace(/\/$/, '')).toBe(href.replace(/\/$/, ''));
    expect(region).toBe(config.region ?? 'eu-west-1');
  });

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_DYNAMODB'])('follows %s', async (name) => {
    vi.stubEnv(name, 'http://127.0.0.1:4566');
    expect((await resolved())[0]).toBe('http://127.0.0.1:4566/');
  });

  it('takes the credentials of the client, and has them forgotten where that is asked for', async () => {
    let asked = 0;
    const credentials = async () => ({
      ...keys,
      accessKeyId: `KEY${asked++}`,
      expiration: new Date(Date.now() + 3.6e6),
    });
    const target = await resolveTarget(guardWire(client({ credentials })), 'orders');
    const first = (await target.credentials()).accessKeyId;
    expect((await target.credentials()).accessKeyId).toBe(first);
    expect((await target.credentials({ forceRefresh: true })).accessKeyId).not.toBe(first);
  });
});

describe('endpointOf', () => {
  it.each(['us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1'])(
    'is where a client of a session in %s calls, without a session',
    async (region) => {
      // As STS hands out sessions to us: no account is named in them.
      const session = { ...keys, sessionToken: 'token' };
      const { endpoint } = await resolveTarget(client({ region, credentials: async () => session }), 'orders');
      expect((await endpointOf(region, 'orders')).href).toBe(endpoint.href);
    },
  );

  it('follows AWS_ENDPOINT_URL', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:4566');
    expect((await endpointOf('eu-west-1', 'orders')).href).toBe('http://127.0.0.1:4566/');
  });
});
