import { type ServerOptions, startCannedServer } from './server.ts';

// Arguments: the options of the server as JSON. Prints one line of JSON when it serves, and ends with its input.

const options: ServerOptions = JSON.parse(process.argv[2] ?? '{}');
const server = await startCannedServer(options);
process.stdout.write(`${JSON.stringify({ endpoint: server.endpoint })}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
