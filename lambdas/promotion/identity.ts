import * as z from 'zod';
import { sameJson, sha256, stableJson } from '../core/json.ts';
import { type RequestFile, requestFile } from './contracts.ts';

/** Fields that say how a run goes, not what is promoted. */
const runFields = new Set(['promotionId', 'mode', 'bundle', 'approval', 'onFailure', 'rollback']);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly default?: unknown;
  readonly tuning?: boolean;
}

const schema = z.toJSONSchema(requestFile, { io: 'input' }) as Schema;

/**
 * SHA-256 of what a request promotes: the canonical JSON without the fields of the run, without those that the schema
 * marks as tuning, and without values equal to their default, so that a later version with more fields still agrees.
 */
export function requestIdentity(request: RequestFile): string {
  const kept = Object.fromEntries(Object.entries(request).filter(([name]) => !runFields.has(name)));
  return sha256(stableJson(significant(kept, schema), 0));
}

function significant(value: unknown, of: Schema | undefined): unknown {
  if (!of?.properties || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const field = of.properties?.[name];
      if (field?.tuning || (field && 'default' in field && sameJson(member, field.default))) return [];
      return [[name, significant(member, field)]];
    }),
  );
}
