import type { Kind } from './contracts.ts';

/** Keys of the artefact bucket; nothing else builds one. */
export const keys = {
  request: (promotionId: string) => `promotions/${promotionId}/request.json`,
  report: (promotionId: string, form: 'json' | 'md' | 'html') => `promotions/${promotionId}/report.${form}`,
  promotionLock: (promotionId: string) => `locks/promotion/${promotionId}.json`,
  destinationLock: (kind: Kind, destination: string) => `locks/${kind}/${destination}.json`,
  manifest: (promotionId: string, kind: Kind) => `promotions/${promotionId}/${kind}/export/manifest.json`,
  /** A file of the bundle; `path` is the one in the manifest. */
  bundle: (promotionId: string, kind: Kind, path: string) => `promotions/${promotionId}/${kind}/export/${path}`,
  plan: (promotionId: string, kind: Kind, form: 'json' | 'md') => `promotions/${promotionId}/${kind}/plan/plan.${form}`,
  journal: (promotionId: string, kind: Kind) => `promotions/${promotionId}/${kind}/import/journal/`,
  /** Whatever a verb keeps beside: checkpoints, segment lists, its result. */
  work: (promotionId: string, kind: Kind, verb: 'import' | 'verify' | 'rollback' | 'plan' | 'export', path: string) =>
    `promotions/${promotionId}/${kind}/${verb}/${path}`,
} as const;
