import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { realClock } from '../../../../lib/local/clock.ts';
import { createIamStore } from '../../../../lib/local/emulators/iam/store.ts';
import { s3Service } from '../../../../lib/local/emulators/s3/index.ts';
import { createS3Store } from '../../../../lib/local/emulators/s3/store.ts';
import { stsService } from '../../../../lib/local/emulators/sts/index.ts';
import { createCredentials, type IssuedCredentials } from '../../../../lib/local/gateway/credentials.ts';
import { type GatewayOptions, startGateway } from '../../../../lib/local/gateway/gateway.ts';
import { parseXml } from '../../../../lib/local/gateway/xml.ts';
import type { Service } from '../../../../lib/local/service.ts';

export const TOOLING = '111111111111';
export const DEV = '222222222222';
export const ROOT = { accessKeyId: TOOLING, secretAccessKey: 'anything' };
export const DEV_ROOT = { accessKeyId: DEV, secretAccessKey: 'anything' };

/** A gateway on a free port with S3 and STS, an IAM store with the role `worker` in tooling, and what else is given. */
export async function startWorld(further: readonly Service[] = [], options: Partial<GatewayOptions> = {}) {
  const clock = options.clock ?? realClock();
  const credentials = createCredentials(clock);
  const iam = createIamStore(clock);
  const buckets = createS3Store(clock);
  const worker = iam.putRole({ account: TOOLING, name: 'worker', trustPolicy: lambdaTrust() });
  const services = [s3Service(buckets, clock), stsService(iam, credentials), ...further];
  const gateway = await startGateway({ port: 0, services, credentials, clock, ...options });
  const { endpoint } = gateway;

  /** Credentials of a session of the role `worker`, as the host gives them to a function. */
  const workerSession = (durationSeconds = 3600): IssuedCredentials =>
    credentials.issue({
      account: TOOLING,
      arn: `arn:aws:sts::${TOOLING}:assumed-role/worker/function`,
      role: 'worker',
      sessionName: 'function',
      sourceIdentity: null,
      sessionPolicy: null,
      durationSeconds,
    });

  /** Settings of an SDK client which makes one attempt and pools no connection beyond the test. */
  const client = (
    identity: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
    region = 'us-east-1',
  ) => ({
    endpoint,
    region,
    credentials: identity,
    maxAttempts: 1,
  });

  return { gateway, endpoint, clock, credentials, iam, buckets, worker, workerSession, client, close: gateway.close };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

export const lambdaTrust = () => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** A request as an SDK client signed it, taken away from the client before it was sent. */
export interface CapturedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Runs one client call and returns the signed request instead of sending it. */
export async function capture(call: (requestHandler: { handle: () => Promise<never> }) => Promise<unknown>) {
  let captured: CapturedRequest | undefined;
  const handle = async (...[request]: unknown[]) => {
    const { method, path, query, headers, body } = request as {
      method: string;
      path: string;
      query: Record<string, string>;
      headers: Record<string, string>;
      body?: string | Uint8Array;
    };
    const search = new URLSearchParams(query).toString();
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
    captured = { method, path: search ? `${path}?${search}` : path, headers: { ...headers }, body: text };
    throw new Error('captured');
  };
  await call({ handle }).catch((error: unknown) => {
    if (!captured) throw error;
  });
  if (!captured) throw new Error('the client sent nothing');
  return captured;
}

/** Sends a request as it is, through no client that would correct it. */
export function sendRaw(
  endpoint: string,
  request: CapturedRequest,
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const { method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(endpoint, {
      method,
      path,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.end(body);
  });
}

/** Calls an AWS JSON operation as root of tooling, for services whose client is not installed. */
export async function callJson(endpoint: string, service: string, target: string, input: unknown) {
  const response = await sendRaw(endpoint, {
    method: 'POST',
    path: '/',
    headers: { ...rootHeaders(service), 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
  });
  return { ...response, json: (response.body === '' ? {} : JSON.parse(response.body)) as Record<string, unknown> };
}

/** Calls a query operation as root of tooling and returns the answer as XML. */
export async function callQuery(endpoint: string, service: string, fields: Record<string, string>) {
  const response = await sendRaw(endpoint, {
    method: 'POST',
    path: '/',
    headers: { ...rootHeaders(service), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  return { ...response, xml: parseXml(response.body) };
}

function rootHeaders(service: string): Record<string, string> {
  const scope = `${TOOLING}/20261121/us-east-1/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  return { host: 'localhost', authorization };
}
