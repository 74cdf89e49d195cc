import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentsSchema } from '../../lambdas/core/environments.ts';
import { parseUp, UsageError, usage } from './arguments.ts';
import { type Host, type HostOptions, startHost } from './host.ts';
import { localEnvironments, SynthesisError, synthesize } from './synthesize.ts';

const repository = join(import.meta.dirname, '../..');

/** Where a host is started from; a test gives folders of its own. */
export interface LocalHostOptions {
  readonly port: number;
  readonly speed: number;
  /** See `HostOptions`. */
  readonly virtualTime?: boolean;
  /** Holds the program that is deployed. @default - this repository */
  readonly root?: string;
  /** Holds assemblies and logs. @default - `.local` in the repository */
  readonly folder?: string;
  /** Takes one log file a function. @default - `logs` in the folder */
  readonly logFolder?: string;
  /** Takes progress. */
  readonly log: (text: string) => void;
  /** See `HostOptions`. */
  readonly faults?: HostOptions['faults'];
  /** See `HostOptions`. */
  readonly capacity?: HostOptions['capacity'];
  /** See `HostOptions`. */
  readonly onCall?: HostOptions['onCall'];
  /** See `HostOptions`. */
  readonly onAccess?: HostOptions['onAccess'];
  /** Ends the synthesis. */
  readonly signal?: AbortSignal;
}

/** Synthesizes the app when needed and starts the host with it. */
export async function startLocalHost(options: LocalHostOptions): Promise<Host> {
  const { port, speed, virtualTime, log, signal, faults, capacity, onCall, onAccess, root = repository } = options;
  const { folder = join(root, '.local') } = options;
  const { logFolder = join(folder, 'logs') } = options;
  const assembly = await synthesize({ root, folder: join(folder, 'assemblies'), log, ...(signal && { signal }) });
  const environments = environmentsSchema.parse(JSON.parse(readFileSync(join(root, localEnvironments), 'utf8')));
  const injected = { ...(virtualTime && { virtualTime }), ...(faults && { faults }), ...(capacity && { capacity }) };
  const told = { log, ...(onCall && { onCall }), ...(onAccess && { onAccess }) };
  return startHost({ port, speed, assembly, environments, logFolder, ...injected, ...told });
}

/**
 * The command `up`: serves until SIGTERM or SIGINT. Prints one line of JSON on stdout when ready, all else on stderr.
 * Answers the exit status: 0 after a signal, 1 when the host cannot start, 2 for wrong arguments.
 */
export async function up(argv: readonly string[]): Promise<number> {
  const log = (text: string) => void process.stderr.write(`${text}\n`);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  try {
    const host = await startLocalHost({ ...parseUp(argv), log, signal: stop.signal });
    if (!stop.signal.aborted) {
      process.stdout.write(`${JSON.stringify(host.world)}\n`);
      await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    }
    log('closing');
    await host.close();
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    const known = explain(error);
    if (!known) throw error;
    log(known.text);
    return known.status;
  }
}

/** Errors that a person can do something about. */
function explain(error: unknown): { text: string; status: number } | null {
  if (error instanceof UsageError) return { text: `${error.message}\n\n${usage}`, status: 2 };
  if (error instanceof SynthesisError) return { text: error.message, status: 1 };
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return { text: `port ${port} is in use: choose another with --port`, status: 1 };
  if (code === 'EACCES') return { text: `port ${port} may not be used: choose another with --port`, status: 1 };
  return null;
}
