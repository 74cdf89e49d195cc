import http, { type Agent, type ClientRequest } from 'node:http';
import https from 'node:https';
import { connect, isIP, Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

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
  const { protocol, defaultPort } = nodeAgentOf(endpoint);
  const open = opener(endpoint, defaultPort);
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

interface NodeAgent {
  readonly protocol: string;
  readonly defaultPort: number;
}

function nodeAgentOf({ protocol }: URL): NodeAgent {
  return (protocol === 'https:' ? https : http).globalAgent as unknown as NodeAgent;
}

/** Opens connections as the agents of Node do: small packets at once, probes after a second, TLS sessions taken up again. */
function opener({ protocol, hostname, port }: URL, defaultPort: number): () => Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  const usual = {
    host,
    port: Number(port || defaultPort),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 1_000,
  };
  if (protocol !== 'https:') return () => connect(usual);
  // A name is told to the host, which has a certificate for each; an address must not be (RFC 6066, section 3).
  const secure = { ...usual, ALPNProtocols: ['http/1.1'], ...(isIP(host) ? {} : { servername: host }) };
  let session: Buffer | undefined;
  return () =>
    connectSecurely({ ...secure, ...(session ? { session } : {}) }).on('session', (given) => {
      session = given;
    });
}

/** A request tells its error only when it is given a connection. */
function refuse(request: ClientRequest, { host }: URL): void {
  request.destroy(Object.assign(new Error(`the connections to ${host} were closed`), { code: 'ECONNABORTED' }));
  request.onSocket(new Socket());
}
