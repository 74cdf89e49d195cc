import { Logger } from '@aws-lambda-powertools/logger';

/** Structured log of all workers: JSON lines with the promotion and the asset as keys; never item data or secrets. */
export const log = new Logger({ serviceName: 'cross-account-promoter' });
