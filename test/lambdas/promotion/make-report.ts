import type { Counts } from '../../../lambdas/core/contracts.ts';
import type { Report, ReportAsset, ReportKind } from '../../../lambdas/promotion/report-file.ts';
import { executionArn } from '../../support/factories.ts';

/** Counts that are zero but for those given. */
export function makeCounts(counts: Partial<Counts> = {}): Counts {
  return {
    planned: 0,
    created: 0,
    updated: 0,
    replaced: 0,
    adopted: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
    verified: 0,
    mismatched: 0,
    ...counts,
  };
}

/** A table that was created, copied and compared. */
export function makeAsset(overrides: Partial<ReportAsset> = {}): ReportAsset {
  return {
    asset: 'DEV-orders',
    destination: 'PROD-orders',
    action: 'create',
    outcome: 'created',
    reason: 'there is no such table',
    verified: true,
    items: { read: 12_345, written: 12_345, rejected: 0, compared: 12_345, missing: 0, extra: 0, different: 0 },
    differences: [],
    examples: [],
    ...overrides,
  };
}

/** What one kind came to: one asset, as {@link makeAsset} has it. */
export function makeKind(overrides: Partial<ReportKind> = {}): ReportKind {
  const assets = overrides.assets ?? [makeAsset()];
  return {
    counts: makeCounts({ planned: assets.length, created: assets.length, verified: assets.length }),
    changes: [],
    assets,
    findings: [],
    ...overrides,
  };
}

/** Steps of dynamodb that all went well. */
export function makeSteps(...verbs: readonly Report['steps'][number]['verb'][]): Report['steps'] {
  return verbs.map((verb) => ({ kind: 'dynamodb', verb, outcome: 'succeeded' }));
}

/** A migration of one table that succeeded. */
export function makeReport(overrides: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    promotionId: 'p-1',
    mode: 'migrate',
    outcome: 'succeeded',
    execution: executionArn('p-1'),
    startedAt: '2026-11-21T08:58:47.612Z',
    finishedAt: '2026-11-21T08:59:09.351Z',
    source: { environment: 'dev', account: '222222222222', region: 'us-east-1' },
    destination: { environment: 'prod', account: '333333333333', region: 'eu-west-1' },
    steps: makeSteps('export', 'plan', 'import', 'verify'),
    kinds: { dynamodb: makeKind() },
    ...overrides,
  };
}
