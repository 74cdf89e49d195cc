import * as z from 'zod';
import { type Artefacts, readRequired } from '../core/artefacts.ts';
import { planActions } from '../core/contracts.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import { costsMarkdown } from './costs-markdown.ts';
import { wayNames } from './ways.ts';

/** Why a table cannot be imported; codes of the error that ends the plan. */
export const conflictCodes = ['TableExists', 'TableNotCreatable', 'EngineImpossible'] as const;

const planAsset = z.strictObject({
  /** Name of the source table. */
  asset: z.string(),
  /** Name of the destination table. */
  destination: z.string(),
  action: z.enum(planActions),
  reason: z.string(),
  /** With action `conflict` only. */
  conflict: z.enum(conflictCodes).optional(),
  /** What to do about a conflict; earlier versions did not say. */
  resolution: z.string().optional(),
  /** How the items travel; null where none do. */
  engine: z.enum(['raw', 'sdk', 'exportImport']).nullable(),
  /** Id of the destination's table where one is there: a table that is replaced is this one, or none is. */
  tableId: z.string().optional(),
  /** Hash of the bundle file that the plan was made from. */
  bundleSha256: z.string(),
  /** The source's size at the export: what the service said, or where it said nothing, what the first pages hold. */
  items: z.number(),
  bytes: z.number(),
  /** 1 where there is more than was counted. */
  atLeast: z.number(),
  differences: z.array(z.strictObject({ path: z.string(), wanted: z.string(), found: z.string() })),
});
/** What would become of one table. */
export type PlanAsset = z.infer<typeof planAsset>;

const way = z.strictObject({
  name: z.enum(wayNames),
  /** Null: not known. */
  dollars: z.number().nullable(),
  minutes: z.number().nullable(),
  possible: z.boolean(),
  why: z.string(),
});

/** What each way costs of each table that is to be copied. */
const costs = z.strictObject({
  /** Month of the prices, such as `2026-11`. */
  pricesAsOf: z.string(),
  tables: z.array(
    z.strictObject({
      destination: z.string(),
      /** Null where the way that was asked for cannot be gone. */
      chosen: z.enum(wayNames).nullable(),
      reason: z.string(),
      /** True where the source was only counted in part, so that dollars and minutes are the least. */
      atLeast: z.boolean(),
      ways: z.array(way).readonly(),
    }),
  ),
});

const planFile = z.strictObject({
  promotionId: z.string(),
  /** ARN of the promotion's execution that made it; earlier versions did not say. */
  execution: z.string().optional(),
  kind: z.literal('dynamodb'),
  source: z.string(),
  destination: z.string(),
  bundle: z.string(),
  assets: z.array(planAsset),
  /** What the input asks for beyond a plain copy, in words. */
  changes: z.array(z.string()),
  /** Earlier versions wrote none. */
  costs: costs.optional(),
  findings: z.array(z.strictObject({ code: z.string(), asset: z.string().optional(), message: z.string() })),
});
/** What an import would do, as `plan.json` holds it. */
export type Plan = z.infer<typeof planFile>;

/** Reads the plan that this promotion made before. */
export async function readPlan(artefacts: Artefacts, promotionId: string): Promise<Plan> {
  const key = keys.plan(promotionId, 'dynamodb', 'json');
  const { text } = await readRequired(artefacts, key);
  return readOwn(planFile, key, text);
}

/** The plan as a person reads it. */
export function planMarkdown(plan: Plan): string {
  const ways = plan.costs?.tables ?? [];
  const rows = plan.assets.map(
    ({ asset, destination, action, engine, reason, items, bytes, atLeast }) =>
      `| ${asset} | ${destination} | ${action} | ${engine ?? ''} | ${reason} | ${atLeast ? 'over ' : ''}${items} | ${atLeast ? 'over ' : ''}${bytes} |`,
  );
  const changes = plan.assets.flatMap(({ destination, differences }) =>
    differences.map(({ path, wanted, found }) => `- ${destination} \`${path}\`: wanted ${wanted}, found ${found}`),
  );
  const findings = plan.findings.map(({ code, message }) => `- ${code}: ${message}`);
  return [
    `# Plan of promotion ${plan.promotionId}: DynamoDB from ${plan.source} to ${plan.destination}`,
    '',
    '| table | becomes | action | engine | reason | items | bytes |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'Items and bytes are those of the export. The service refreshes them about every six hours; of a table that it calls empty, the first 16 MB were counted.',
    ...(plan.changes.length > 0
      ? ['', '## What the input asks for', '', ...plan.changes.map((line) => `- ${line}`)]
      : []),
    ...(ways.length > 0 ? ['', costsMarkdown(ways)] : []),
    ...(changes.length > 0 ? ['', '## Differences', '', ...changes] : []),
    ...(findings.length > 0 ? ['', '## Findings', '', ...findings] : []),
    '',
  ].join('\n');
}
