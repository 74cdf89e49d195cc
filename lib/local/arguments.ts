import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type FaultRule, FaultRulesError, parseFaultRules } from './faults/rules.ts';

/** What `up` was asked for. */
export interface UpArguments {
  /** 0 takes any free port. */
  readonly port: number;
  readonly speed: number;
  readonly faults?: readonly FaultRule[];
}

/** What `demo` was asked for. */
export interface DemoArguments {
  readonly faults?: readonly FaultRule[];
}

/** The command line is wrong; the message is all that a person needs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How the command is used, for a person who asked or erred. */
export const usage = `usage: npm run local -- up [--port 4566] [--speed 1] [--faults file.json]
       npm run demo [-- --faults file.json]

  up       serves the emulated accounts until SIGTERM
  demo     promotes sample data from dev to prod, shows how it goes, fetches the report
  --port   port of the gateway on 127.0.0.1, 0 for any free one (default 4566)
  --speed  divides waits, retry intervals and the services' transition times (default 1)
  --faults breaks calls of workers by the rules of a file, such as
           [{"service": "dynamodb", "operation": "Scan", "nth": 3, "action": "reset"}]`;

/** Reads the arguments after `up`. @throws UsageError */
export function parseUp(argv: readonly string[]): UpArguments {
  const { port = '4566', speed = '1', faults } = readOptions(argv, ['port', 'speed', 'faults']);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port ${port}: give a number from 0 to 65535`);
  }
  if (!/^\d+(\.\d+)?$/.test(speed) || Number(speed) === 0) {
    throw new UsageError(`--speed ${speed}: give a positive number`);
  }
  return { port: Number(port), speed: Number(speed), ...withFaults(faults) };
}

/** Reads the arguments after `demo`. @throws UsageError */
export function parseDemo(argv: readonly string[]): DemoArguments {
  return withFaults(readOptions(argv, ['faults']).faults);
}

/** Reads a file of fault rules. @throws UsageError */
function withFaults(file: string | undefined): { faults?: readonly FaultRule[] } {
  if (file === undefined) return {};
  try {
    return { faults: parseFaultRules(readFileSync(file, 'utf8')) };
  } catch (error) {
    const isExpected = error instanceof FaultRulesError || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isExpected) throw error;
    throw new UsageError(`--faults ${file}: ${(error as Error).message}`);
  }
}

function readOptions<Name extends string>(
  argv: readonly string[],
  names: readonly Name[],
): Partial<Record<Name, string>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    return parseArgs({ args: [...argv], options }).values as Partial<Record<Name, string>>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
