/** Child process that holds the data of one account and region; started by `engine-process.ts`, ends with its parent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '../../../service.ts';
import { errorBody } from '../wire.ts';
import { createEngine } from './requests.ts';
import type { TableCommand } from './tables.ts';

const [account = '', region = ''] = process.argv.slice(2);
const engine = createEngine({ account, region });

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const operation = (request.url ?? '/').slice(1);
  const result =
    operation === 'tables'
      ? { status: 200, body: await engine.tables.command(JSON.parse(body.toString()) as TableCommand) }
      : await engine.perform(operation, body, String(request.headers['x-caller']));
  const text = Buffer.from(JSON.stringify(result.body));
  response.writeHead(result.status, { 'content-length': text.length }).end(text);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    const failure = new ServiceError('InternalServerError', error instanceof Error ? error.message : String(error));
    response.writeHead(500).end(JSON.stringify(errorBody(failure)));
  });
});
// The parent keeps its connections; closing idle ones would race with its next request.
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
