import { benchDynamodb } from './dynamodb/index.ts';
import { benchSimulation } from './simulation/index.ts';

// The SDK tells every process that it will want a newer Node one day; that is no part of a command's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Each benchmark takes the arguments after its name and answers the exit status. */
const benchmarks: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  dynamodb: benchDynamodb,
  simulation: benchSimulation,
};

const [name = '', ...argv] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (!benchmark) {
  process.stderr.write(
    `${name === '' ? 'no benchmark' : `unknown benchmark ${name}`}: there is ${Object.keys(benchmarks).join(', ')}\n`,
  );
}
process.exit(benchmark ? await benchmark(argv) : 2);
