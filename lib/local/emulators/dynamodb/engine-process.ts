import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ServiceError } from '../../service.ts';
import { hideReservedName, showReservedName } from './engine/reserved-name.ts';
import type { Measures, TableCommand } from './engine/tables.ts';
import type { Place } from './names.ts';

/** The data of one account and region, held by a child process of its own. */
export interface EngineProcess {
  /** Carries out a data operation on the body as it came; resolves to the status and the body of the answer. */
  perform(operation: string, body: Buffer, caller: string): Promise<EngineAnswer>;
  command(command: TableCommand): Promise<Measures | null>;
  close(): Promise<void>;
}

export interface EngineAnswer {
  readonly status: number;
  readonly body: Buffer;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

const CONNECTIONS = 64;

/** Describes a child process that starts with the first call; its data ends with it. */
export function createEngineProcess(place: Place): EngineProcess {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let running: Promise<Running> | undefined;

  async function call(path: string, body: Buffer, headers: Record<string, string>): Promise<EngineAnswer> {
    running ??= start(place);
    const { port, child } = await running;
    if (child.exitCode !== null || child.signalCode !== null)
      throw ended(place, `exit code ${child.exitCode ?? child.signalCode}`);
    return post(agent, port, path, body, headers).catch((cause: Error) => {
      throw Object.assign(ended(place, cause.message), { cause });
    });
  }

  return {
    async perform(operation, body, caller) {
      const answer = await call(`/${operation}`, hideReservedName(body), { 'x-caller': caller });
      return { status: answer.status, body: showReservedName(answer.body) };
    },
    async command(command) {
      const answer = await call('/tables', Buffer.from(JSON.stringify(command)), {});
      if (answer.status !== 200) throw new Error(`table command ${command.action} failed: ${answer.body.toString()}`);
      return JSON.parse(answer.body.toString()) as Measures | null;
    },
    async close() {
      agent.destroy();
      if (!running) return;
      const { child } = await running;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

const ended = ({ account, region }: Place, reason: string) =>
  new ServiceError(
    'InternalServerError',
    `the data process of account ${account} in ${region} does not answer: ${reason}`,
    500,
  );

async function start(place: Place): Promise<Running> {
  const typescript = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(fileURLToPath(new URL('./engine/main.ts', import.meta.url)), [place.account, place.region], {
    execArgv: ['--import', typescript],
    // Standard output belongs to the host's own messages.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the data process ended with code ${code}`))),
  ])) as [{ port: number }];
  return { child, port: message.port };
}

function post(
  agent: Agent,
  port: number,
  path: string,
  body: Buffer,
  headers: Record<string, string>,
): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, method: 'POST', agent, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 500, body: Buffer.concat(chunks) }));
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
