import type { DynamodbRequest } from './contracts.ts';
import { inputError } from './input-error.ts';

/**
 * Refuses a repair that could do nothing: without a comparison item by item it is not known what is missing. In other
 * modes than verify the field has no effect, and is taken.
 */
export function assertRepair(
  mode: string,
  { repair, verify }: Partial<Pick<DynamodbRequest, 'repair' | 'verify'>>,
): void {
  if (mode !== 'verify' || !repair || (verify !== 'count' && verify !== 'none')) return;
  throw inputError(
    'InvalidInput',
    `a repair needs to know which items differ, and verify "${verify}" does not compare them`,
    '/kinds/dynamodb/repair',
    'give verify "full" or "sample", or leave repair out',
  );
}
