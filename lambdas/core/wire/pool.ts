import http, { type Agent, type ClientRequest } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

/** Connections to one host that stay open. */
export interface Pool {
  /** What `request` of node:http and node:https takes as its agent. */
  readonly agent: Agent;
  /** Ends all connections; what goes over them fails, and what waits for one too. */
  close(): void;
}

/**
 * Makes a pool of `most` connections at most: calls beyond wait for one, first come first served. `watch` is called with
 * each new connection, before it stands.
 *
 * The agents of Node serve many hosts: for each request they copy all options, put a name together and enter two tables,
 * which takes a third of the processor's time of a small batch (measured on Node 20, more than half on Node 24). Any
 * object with `addRequest` is an agent, and a connection tells by `free` that a request is over and left it whole; that is
 * how agents of other makers work too.
 */
export function openPool(endpoint: URL, most: number, watch: (connection: Socket) => void): Pool {
  const { protocol, defaultPort, open } = connectorOf(endpoint);
  const all = new Set<Socket>();
  const free: Socket[] = [];
  const waiting: ClientRequest[] = [];
  let closed = false;

  /** The one used last is the least likely to have been ended by the host since. */
  const takeFree = () => {
    let last = free.pop();
    while (last && !last.writable) last = free.pop();
    return last;
  };

  const add = () => {
    const connection = open();
    all.add(connection);
    connection.on('free', () => {
      // The host has ended it together with its answer.
      if (!connection.writable) return void connection.destroy();
      const next = waiting.shift();
      if (next) return next.onSocket(connection);
      connection.unref();
      free.push(connection);
    });
    // Whoever sends listens too; a connection that fails while it is free fails nobody.
    connection.on('error', () => connection.destroy());
    connection.on('close', () => {
      all.delete(connection);
      const at = free.indexOf(connection);
      if (at >= 0) free.splice(at, 1);
      const next = waiting.shift();
      if (next) addRequest(next);
    });
    watch(connection);
    return connection;
  };

  const addRequest = (request: ClientRequest) => {
    if (closed) return refuse(request, endpoint);
    const connection = takeFree();
    if (connection) {
      connection.ref();
      request.reusedSocket = true;
      request.onSocket(connection);
    } else if (all.size < most) {
      request.onSocket(add());
    } else {
      waiting.push(request);
    }
  };

  return {
    agent: { addRequest, keepAlive: true, maxSockets: most, protocol, defaultPort } as unknown as Agent,
    close() {
      closed = true;
      for (const request of waiting.splice(0)) refuse(request, endpoint);
      for (const connection of all) connection.destroy();
    },
  };
}

/** What the agents of Node have beside what is documented. */
interface NodeAgent {
  readonly protocol: string;
  readonly defaultPort: number;
  createConnection(options: object): Socket;
}

/** Opens connections as the agents of Node do: small packets at once, probes after a second, TLS sessions taken up again. */
function connectorOf({ protocol, hostname, port }: URL) {
  // It only opens connections, and keeps the sessions of TLS by `_agentKey`. To import `net` and `tls` takes a millisecond.
  const agent = (protocol === 'https:' ? new https.Agent() : new http.Agent()) as unknown as NodeAgent;
  const host = hostname.replace(/^\[|\]$/g, '');
  // A name is told to the host, which has a certificate for each; an address must not be (RFC 6066, section 3).
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host);
  const options = {
    ...{ host, port: Number(port || agent.defaultPort), noDelay: true, keepAlive: true, keepAliveInitialDelay: 1_000 },
    ...{ ALPNProtocols: ['http/1.1'], servername: isAddress ? '' : host, _agentKey: host },
  };
  return { protocol, defaultPort: agent.defaultPort, open: () => agent.createConnection({ ...options }) };
}

/** A request tells its error only when it is given a connection, or none. */
function refuse(request: ClientRequest, { host }: URL): void {
  request.destroy(Object.assign(new Error(`the connections to ${host} were closed`), { code: 'ECONNABORTED' }));
  request.onSocket(undefined as unknown as Socket);
}
