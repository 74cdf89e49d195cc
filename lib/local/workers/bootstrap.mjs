// Runs one worker bundle in a process of its own, as the Lambda runtime does: it is started with fork() and speaks IPC.
// Plain JavaScript, because the child must start without a TypeScript loader: nothing but the bundle runs in it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';

const [codeFolder, handlerName] = process.argv.slice(2);

/** Lambda's form of a thrown value: the error's name is the error name that a state machine sees. */
function describeError(thrown) {
  const isError = types.isNativeError(thrown) || (thrown?.name && thrown?.message !== undefined && thrown?.stack);
  if (!isError) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return {
    errorType: String(thrown.name),
    errorMessage: String(thrown.message),
    trace: String(thrown.stack).split('\n'),
  };
}

function runtimeError(name, message) {
  return Object.assign(new Error(message), { name });
}

/** Finds `index.handler` in `index.mjs`, `index.js` or `index.cjs` of the code folder. */
async function loadHandler() {
  const dot = handlerName.lastIndexOf('.');
  const [moduleName, exportName] = [handlerName.slice(0, dot), handlerName.slice(dot + 1)];
  const file = ['mjs', 'js', 'cjs'].map((ending) => join(codeFolder, `${moduleName}.${ending}`)).find(existsSync);
  if (!file) throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  const bundle = await import(pathToFileURL(file).href);
  const handler = bundle[exportName] ?? bundle.default?.[exportName];
  if (typeof handler !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  return handler;
}

function contextOf({ requestId, deadline, ...identity }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: '$LATEST',
    awsRequestId: requestId,
    ...identity,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function serialize(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

const send = (message) => process.send(message);
/** Ends the process only after the message has left it. */
const failAndExit = (error, status) =>
  process.send({ type: 'failure', error, fatal: true }, () => process.exit(status));

process.on('disconnect', () => process.exit(0)); // the host is gone, however it ended
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group: the host decides when its workers end

process.on('uncaughtException', (error) => failAndExit(describeError(error), 129));
process.on('unhandledRejection', (reason) =>
  failAndExit(describeError(runtimeError('Runtime.UnhandledPromiseRejection', String(reason))), 128),
);

try {
  const handler = await loadHandler();
  process.on('message', async ({ payload, context }) => {
    send({ type: 'accepted' });
    try {
      send({ type: 'result', payload: serialize(await handler(JSON.parse(payload), contextOf(context))) });
    } catch (error) {
      send({ type: 'failure', error: describeError(error) });
    }
  });
  send({ type: 'ready' });
} catch (error) {
  failAndExit(describeError(error), 1);
}
