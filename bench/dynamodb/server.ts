import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { crc32 } from 'node:zlib';
import type { Certificate } from './certificate.ts';
import { type Dataset, keyNames } from './dataset.ts';
import { type Answer, type CannedRequest, serveConnection } from './http-connection.ts';
import { createLedger, datasetOf, type Tally } from './ledger.ts';
import { answerOf, type CannedPage, makePage, placeOf } from './pages.ts';

/** What a canned server does beside answering. */
export interface ServerOptions {
  /** Milliseconds before a Scan is answered. @default 0 */
  readonly scanDelay?: number;
  /** Milliseconds before a BatchWriteItem is answered. @default 0 */
  readonly writeDelay?: number;
  /** Pages of each segment; null never ends. @default null */
  readonly pagesPerSegment?: number | null;
  /** Compares every item that comes back with what was served. @default false */
  readonly verify?: boolean;
  /** Serves https with this certificate. @default - http */
  readonly certificate?: Certificate;
}

/** A server that answers Scan from memory, and swallows BatchWriteItem. */
export interface CannedServer {
  readonly endpoint: string;
  /** What came since the last call; `GET /tally` answers the same. */
  tally(): Tally;
  close(): Promise<void>;
}

/** Different pages of each shape; a segment goes round them. Together they are larger than a processor's caches. */
const differentPages: Readonly<Record<Dataset, number>> = { mixed: 8, small: 4 };

const noneLeft = Buffer.from('{"UnprocessedItems":{}}');

/** Starts a canned server on a free port of loopback. */
export async function startCannedServer(options: ServerOptions = {}): Promise<CannedServer> {
  const { scanDelay = 0, writeDelay = 0, pagesPerSegment = null, verify = false, certificate } = options;
  const ledger = createLedger(verify);
  const pages = new Map<string, CannedPage>();
  const pageOf = (dataset: Dataset, index: number) => {
    const name = `${dataset} ${index}`;
    const page = pages.get(name) ?? makePage(dataset, index);
    pages.set(name, page);
    return page;
  };

  const later = (milliseconds: number, send: () => void) => {
    if (milliseconds > 0) setTimeout(send, milliseconds);
    else send();
  };
  const whole = (answer: Answer, status: number, body: Buffer) => answer(status, crc32(body), [body]);

  const operations: Readonly<Record<string, (body: Buffer, answer: Answer) => void>> = {
    Scan(body, answer) {
      const scan = JSON.parse(body.toString());
      const dataset = datasetOf(scan.TableName);
      const place = placeOf(scan);
      const index = place % differentPages[dataset];
      const { parts, crc } = answerOf(pageOf(dataset, index), scan.Segment ?? 0, place, place + 1 === pagesPerSegment);
      ledger.served(dataset, index);
      later(scanDelay, () => answer(200, crc, parts));
    },
    BatchWriteItem(body, answer) {
      ledger.written(body);
      later(writeDelay, () => whole(answer, 200, noneLeft));
    },
    DescribeTable(body, answer) {
      const { TableName } = JSON.parse(body.toString());
      const KeySchema = keyNames.map((AttributeName, index) => ({ AttributeName, KeyType: ['HASH', 'RANGE'][index] }));
      const Table = { TableName, TableStatus: 'ACTIVE', KeySchema };
      whole(answer, 200, Buffer.from(JSON.stringify({ Table })));
    },
    '/tally': (_, answer) => whole(answer, 200, Buffer.from(JSON.stringify(ledger.take()))),
  };

  const serve = ({ operation, body }: CannedRequest, answer: Answer) => {
    const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (perform) perform(body, answer);
    else whole(answer, 400, Buffer.from(JSON.stringify({ __type: 'UnknownOperationException', message: operation })));
  };
  const sockets = new Set<Socket>();
  const connected = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, serve);
  };
  const server: Server = certificate ? createTlsServer({ ...certificate }, connected) : createServer(connected);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `${certificate ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tally: () => ledger.take(),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
