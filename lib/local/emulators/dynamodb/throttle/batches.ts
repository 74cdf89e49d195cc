import type { Item } from '../engine/dynalite.ts';

/** One entry of a batch, with the table as the caller named it. */
export interface Entry {
  readonly table: string;
  /** The request or the key, as it came. */
  readonly value: unknown;
  readonly kind: 'put' | 'delete' | 'read';
  /** The item of a put, the key of others. */
  readonly item: Item;
  readonly consistent: boolean;
}

type Tables = Record<string, unknown>;
type Keys = { readonly Keys: readonly Item[]; readonly ConsistentRead?: boolean };
type Write = { readonly PutRequest?: { readonly Item: Item }; readonly DeleteRequest?: { readonly Key: Item } };

/** The entries of a batch in their order. Throws TypeError for a batch that has not the form of one. */
export function entriesOf(requests: Tables): Entry[] {
  return Object.entries(requests).flatMap(([table, value]): Entry[] =>
    Array.isArray(value)
      ? (value as Write[]).map((write) => {
          const { PutRequest: put, DeleteRequest: remove } = write;
          const item = (put?.Item ?? remove?.Key) as Item;
          return { table, value: write, kind: put ? ('put' as const) : ('delete' as const), item, consistent: false };
        })
      : (value as Keys).Keys.map((item) => {
          const consistent = (value as Keys).ConsistentRead === true;
          return { table, value: item, kind: 'read' as const, item, consistent };
        }),
  );
}

/** The batch of some of its entries, in the form of the whole. */
export function batchOf(requests: Tables, entries: readonly Entry[]): Tables {
  const batch: Tables = {};
  for (const [table, whole] of Object.entries(requests)) {
    const values = entries.filter((entry) => entry.table === table).map(({ value }) => value);
    if (values.length > 0) batch[table] = Array.isArray(whole) ? values : { ...(whole as Keys), Keys: values };
  }
  return batch;
}

/** Two batches as one. */
export function joined(left: Tables, right: Tables): Tables {
  const both = { ...left };
  for (const [table, value] of Object.entries(right)) {
    const other = both[table];
    if (Array.isArray(value)) both[table] = [...((other as unknown[] | undefined) ?? []), ...value];
    else
      both[table] = {
        ...(value as Keys),
        Keys: [...((other as Keys | undefined)?.Keys ?? []), ...(value as Keys).Keys],
      };
  }
  return both;
}
