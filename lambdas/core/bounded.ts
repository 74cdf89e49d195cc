/** What a process keeps between invocations: never more than so many entries, the one used longest ago goes first. */
export interface Bounded<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  clear(): void;
}

/** Makes an empty store of at most `most` entries. */
export function bounded<T>(most: number): Bounded<T> {
  // A Map keeps the order of insertion, so an entry that is used is put in anew.
  const entries = new Map<string, T>();
  const set = (key: string, value: T) => {
    entries.delete(key);
    entries.set(key, value);
    if (entries.size <= most) return;
    for (const oldest of entries.keys()) {
      entries.delete(oldest);
      return;
    }
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
    clear: () => entries.clear(),
  };
}
