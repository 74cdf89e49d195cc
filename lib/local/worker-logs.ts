import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** What the workers print, one file a function. */
export interface WorkerLogs {
  write(functionName: string, chunk: Buffer): void;
  /** Writes out what is left; what comes later is dropped. */
  close(): Promise<void>;
}

/** Appends to `<folder>/<function>.log`; a file is opened when its function first prints something. */
export function createWorkerLogs(folder: string): WorkerLogs {
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, WriteStream>();
  let closed = false;
  return {
    write(functionName, chunk) {
      if (closed) return;
      let file = files.get(functionName);
      if (!file) {
        file = createWriteStream(join(folder, `${functionName}.log`), { flags: 'a' });
        files.set(functionName, file);
      }
      file.write(chunk);
    },
    async close() {
      closed = true;
      await Promise.all([...files.values()].map((file) => finished(file.end())));
    },
  };
}
