import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { type ScriptedDynamoDb, startScriptedDynamoDb } from './scripted-dynamodb.ts';

/**
 * A scripted server for the tests of a file or a `describe`. Full jitter is drawn at its lowest, so that no repetition
 * waits; how long they may is looked at where they are made.
 */
export function scriptedDynamoDb(): Omit<ScriptedDynamoDb, 'close'> {
  let started: ScriptedDynamoDb;
  beforeAll(async () => {
    started = await startScriptedDynamoDb();
  });
  afterAll(() => started.close());
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  return {
    get client() {
      return started.client;
    },
    get endpoint() {
      return started.endpoint;
    },
    get calls() {
      return started.calls;
    },
    script: (answer) => started.script(answer),
  };
}
