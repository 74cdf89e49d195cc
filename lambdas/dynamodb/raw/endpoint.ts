import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { ConnectionTarget } from './connection.ts';

/**
 * Where a client would send a call for this table, without sending it: the SDK's own rules for regions, FIPS, dual
 * stack, accounts and `AWS_ENDPOINT_URL` are followed up to the finished request. Credentials are the client's own.
 */
export async function resolveTarget(client: DynamoDBClient, table: string): Promise<Omit<ConnectionTarget, 'sockets'>> {
  const command = new ScanCommand({ TableName: table });
  let found: { endpoint: URL; region: string | undefined } | null = null;
  command.middlewareStack.add(
    (_next, context) => async (args) => {
      const { protocol, hostname, port, path } = args.request as HttpTarget;
      const endpoint = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
      found = { endpoint, region: context.authSchemes?.[0]?.signingRegion };
      return { output: { $metadata: {} }, response: undefined };
    },
    { step: 'build', priority: 'low', name: 'readEndpoint' },
  );
  await client.send(command);
  const { endpoint, region } = found as unknown as { endpoint: URL; region: string | undefined };
  return {
    endpoint,
    region: region ?? (await client.config.region()),
    credentials: (options) => client.config.credentials(options),
  };
}

/**
 * The URL of a region for this table by the same rules, for which no role is assumed: the credentials of our sessions
 * name no account, so no rule of the SDK looks into them.
 */
export async function endpointOf(region: string, table: string): Promise<URL> {
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  const client = new DynamoDBClient({ region, credentials });
  const { endpoint } = await resolveTarget(client, table);
  client.destroy();
  return endpoint;
}

interface HttpTarget {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}
