import { crc32 } from 'node:zlib';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { openRawTable } from '../../../lambdas/dynamodb/raw/raw-engine.ts';
import { makeClient } from './client.ts';
import type { Variant, VariantOptions } from './contract.ts';

/** Copies with the raw engine, as a copying worker does where no change is asked for. */
export async function openVariant(options: VariantOptions): Promise<Variant> {
  const open = (table: string) =>
    openRawTable(makeClient(options), { table, remaining: () => 60_000, batchesInFlight: options.inFlight });
  const [source, destination] = await Promise.all([open(options.table), open(options.copy)]);
  return async (segment, position) => {
    const after = position as WireItem | null;
    const { items, next } = await source.page({ segment, total: options.segments, after, consistent: true });
    const written = async () => {
      const rejected = await destination.write(items);
      // A worker keeps this to tell later whether the source has changed, so its cost counts.
      const fingerprint = items.reduce((sum, item) => sum + crc32(item), 0);
      return { items: items.length - rejected.length, fingerprint };
    };
    return { next, written: written() };
  };
}
