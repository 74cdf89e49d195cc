import * as z from 'zod';

/** What a comparison found of one table. */
export const verifiedAsset = z.strictObject({
  asset: z.string(),
  destination: z.string(),
  /** Null where nothing was to be compared. */
  verified: z.boolean().nullable(),
  /** Counts of the comparison. */
  items: z.record(z.string(), z.number()),
  /** Differences in the definition. */
  differences: z.array(z.strictObject({ path: z.string(), wanted: z.string(), found: z.string() })),
  /** Up to 20 keys of items that are missing, extra or different. */
  examples: z.array(z.strictObject({ problem: z.string(), key: z.record(z.string(), z.unknown()) })),
  reason: z.string(),
});
/** See {@link verifiedAsset}. */
export type VerifiedAsset = z.infer<typeof verifiedAsset>;
