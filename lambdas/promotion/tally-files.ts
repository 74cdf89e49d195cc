import * as z from 'zod';
import { planActions } from '../core/contracts.ts';

const differencesPart = z.array(z.object({ path: z.string(), wanted: z.string(), found: z.string() }));
const findingsPart = z.array(z.object({ code: z.string(), asset: z.string().optional(), message: z.string() }));
const changesPart = z.array(z.string()).default([]);
const itemsPart = z.record(z.string(), z.number());

/** What every kind's plan has in common. */
export const planPart = z.object({
  /** ARN of the promotion's execution whose plan this is; earlier versions did not say. */
  execution: z.string().optional(),
  assets: z.array(
    z.object({
      asset: z.string(),
      destination: z.string(),
      action: z.enum(planActions),
      reason: z.string(),
      differences: differencesPart.default([]),
    }),
  ),
  /** What the input asks for beyond a plain promotion, one sentence each. */
  changes: changesPart,
  findings: findingsPart,
});

/** What a plan says of one asset. */
export type Planned = z.infer<typeof planPart>['assets'][number];

/** What every kind's verification has in common. */
export const verifyPart = z.object({
  /** ARN of the promotion's execution that compared. */
  execution: z.string().optional(),
  changes: changesPart,
  assets: z.array(
    z.object({
      asset: z.string(),
      destination: z.string(),
      verified: z.boolean().nullable(),
      reason: z.string(),
      items: itemsPart.optional(),
      differences: differencesPart.default([]),
      examples: z.array(z.object({ problem: z.string(), key: z.unknown() })).default([]),
    }),
  ),
  findings: findingsPart.default([]),
});
/** What a verification says of one asset. */
export type Verified = z.infer<typeof verifyPart>['assets'][number];

/** What every kind's rollback has in common. */
export const rollbackPart = z.object({
  assets: z.array(z.object({ asset: z.string(), outcome: z.string(), reason: z.string() })),
  findings: findingsPart,
});

/** What a rollback says of one asset. */
export type Undone = z.infer<typeof rollbackPart>['assets'][number];

/** How a copy went on, by the moment. */
export const throughputPart = z.array(z.object({ at: z.string(), items: z.number() }));

/** What the entry says that closes an asset's account in the journal. */
export const completed = z.object({
  outcome: z.enum(['created', 'updated', 'replaced', 'adopted']),
  items: itemsPart.optional(),
});
