import { ServiceError } from '../../../service.ts';
import type { Region } from '../region.ts';

/**
 * Refuses data calls on tables that are being filled: the engine has them already, for clients they are CREATING
 * (pitfall 23). A body that is no JSON object is left for the engine to refuse.
 */
export function refuseLoading({ loading }: Region, body: Buffer): void {
  if (loading.size === 0) return;
  for (const name of tablesIn(body)) {
    if (loading.has(name)) throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
  }
}

function tablesIn(body: Buffer): string[] {
  try {
    const request = JSON.parse(body.toString()) as { TableName?: unknown; RequestItems?: object | null } | null;
    const named = [request?.TableName, ...Object.keys(request?.RequestItems ?? {})];
    return named.map((name) => String(name).replace(/^arn:.*:table\//, ''));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
