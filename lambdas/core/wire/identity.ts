import { partitionOf } from '../names.ts';
import type { SigningKeys } from './signer.ts';

/** As whom and where a worker calls by itself: the session of its execution role, in its own region. */
export interface Identity {
  readonly region: string;
  readonly keys: SigningKeys;
  /** Where all services are, in place of AWS; null on AWS. */
  readonly endpoint: URL | null;
}

/** Domain of a region's endpoints (AWS General Reference, "Regional endpoints"). */
export function domainOf(region: string): string {
  return partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
}
