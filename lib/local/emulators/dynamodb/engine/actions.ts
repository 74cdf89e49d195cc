import type { Action, Callback, Members, Store } from './dynalite.ts';

/** A call with a callback as a promise. */
export function promised<T>(start: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

export function runAction(store: Store, action: Action, data: Members): Promise<Members> {
  return promised((callback) => action(store, data, callback));
}
