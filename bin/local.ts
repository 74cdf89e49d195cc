import { usage } from '../lib/local/arguments.ts';
import { demo } from '../lib/local/demo/index.ts';
import { up } from '../lib/local/up.ts';

// The SDK tells every process that it will want a newer Node one day; that is no part of a command's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Each command takes the arguments after its name and answers the exit status. */
const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = { up, demo };

const [name = '', ...argv] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command) {
  // Whatever an emulator may have left open must not keep an ended host.
  process.exit(await command(argv));
}
process.stderr.write(`${name === '' ? 'no command' : `unknown command ${name}`}\n\n${usage}\n`);
process.exit(2);
