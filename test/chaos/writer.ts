import { setTimeout as delay } from 'node:timers/promises';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item, TestWorld } from '../support/world.ts';
import { keyOf } from './scenario.ts';
import { counted, keyValues, type SeedTable } from './tables.ts';

/** Every version of an item since the writer began, the first included; null where there was none. */
export type Versions = (Item | null)[];

/** Touched items of a source table by the canonical text of their key. */
export type History = ReadonlyMap<string, Versions>;

/** Somebody who goes on using the source while it is promoted. */
export interface Writer {
  /** By name of the source table. */
  readonly histories: ReadonlyMap<string, History>;
  /** Ends the writing and returns when the last call is answered. */
  stop(): Promise<void>;
}

/** Items that a writer adds to each table at most. */
const added = 30;

/**
 * Puts, changes and deletes items of source tables as root, at most about two hundred times a second, until it is
 * stopped; some stop when the promotion's comparison begins, others after a time. Every second item is never touched.
 */
export function startWriter(
  world: TestWorld,
  tables: readonly SeedTable[],
  { promotionId, random }: { promotionId: string; random: () => number },
): Writer {
  const untilVerify = random() < 0.5;
  const deadline = performance.now() + 300 + random() * 4_000;
  const pause = 5 + random() * 20;
  const subjects = tables.map((table) => ({ ...table, ...touchable(table), history: new Map<string, Versions>() }));
  let stopped = false;
  let seen = world.host.gateway.calls().length;
  let version = 0;

  function verifies(): boolean {
    const calls = world.host.gateway.calls();
    const begun = calls.slice(seen).some(({ resource }) => resource?.includes(`/${promotionId}/dynamodb/verify/`));
    seen = calls.length;
    return begun;
  }

  async function write(): Promise<void> {
    const { name, keys, history, textOf } = subjects[Math.floor(random() * subjects.length)] as (typeof subjects)[0];
    const { key, item } = keys[Math.floor(random() * keys.length)] as (typeof keys)[0];
    const versions = history.get(textOf(key)) ?? [item];
    history.set(textOf(key), versions);
    if (versions.at(-1) && random() < 0.4) {
      versions.push(null);
      await world.dev.send(new DeleteItemCommand({ TableName: name, Key: key }));
      return;
    }
    version += 1;
    const Item = {
      ...(item ?? key),
      'a version': { N: String(version) },
      // Some come under a filter by this, or leave it.
      ...(random() < 0.3 && { [counted]: { N: String(Math.floor(random() * 120)) } }),
    };
    versions.push(Item);
    await world.dev.send(new PutItemCommand({ TableName: name, Item }));
  }

  const done = (async () => {
    while (!stopped && !(untilVerify ? verifies() : performance.now() > deadline)) {
      await write();
      await delay(pause);
    }
  })();
  // A failed write is told when the writer is stopped; until then nobody waits for it.
  const ended = Promise.allSettled([done]);
  return {
    histories: new Map(subjects.map(({ name, history }) => [name, history])),
    stop: async () => {
      stopped = true;
      const [end] = await ended;
      if (end.status === 'rejected') throw end.reason;
    },
  };
}

/** Every second item that is there, and keys that are free. */
function touchable({ definition, items }: SeedTable) {
  const textOf = keyOf(definition);
  const names = definition.table.KeySchema.map(({ AttributeName }) => AttributeName ?? '');
  const keyPart = (item: Item): Item => Object.fromEntries(names.map((name) => [name, item[name] as Item[string]]));
  const present = [...items]
    .sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1))
    .filter((_, index) => index % 2 === 0)
    .map((item): { key: Item; item: Item | null } => ({ key: keyPart(item), item }));
  const free = Array.from({ length: added }, (_, index) => ({
    key: keyValues(definition, 10_000 + index),
    item: null,
  }));
  return { keys: [...present, ...free], textOf };
}
