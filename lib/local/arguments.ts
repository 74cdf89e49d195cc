import { parseArgs } from 'node:util';

/** What `up` was asked for. */
export interface UpArguments {
  /** 0 takes any free port. */
  readonly port: number;
  readonly speed: number;
}

/** The command line is wrong; the message is all that a person needs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How the command is used, for a person who asked or erred. */
export const usage = `usage: npm run local -- up [--port 4566] [--speed 1]
       npm run demo

  up       serves the emulated accounts until SIGTERM
  demo     promotes sample data from dev to prod, shows how it goes, fetches the report
  --port   port of the gateway on 127.0.0.1, 0 for any free one (default 4566)
  --speed  divides waits, retry intervals and the services' transition times (default 1)`;

/** Reads the arguments after `up`. @throws UsageError */
export function parseUp(argv: readonly string[]): UpArguments {
  const { port, speed, faults } = readOptions(argv);
  if (faults !== undefined) throw new UsageError(`--faults ${faults}: injecting faults is not built yet`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port ${port}: give a number from 0 to 65535`);
  }
  if (!/^\d+(\.\d+)?$/.test(speed) || Number(speed) === 0) {
    throw new UsageError(`--speed ${speed}: give a positive number`);
  }
  return { port: Number(port), speed: Number(speed) };
}

/** Reads the arguments after `demo`: there are none. @throws UsageError */
export function parseDemo(argv: readonly string[]): void {
  const [first] = argv;
  if (first === undefined) return;
  const reason = first.startsWith('--faults') ? 'injecting faults is not built yet' : 'demo takes no arguments';
  throw new UsageError(`${first}: ${reason}`);
}

function readOptions(argv: readonly string[]): { port: string; speed: string; faults?: string | undefined } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string', default: '4566' },
        speed: { type: 'string', default: '1' },
        faults: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
