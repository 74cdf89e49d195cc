import * as z from 'zod';
import { sameJson, sha256, stableJson } from '../core/json.ts';
import { pointerOf } from '../core/problems.ts';
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
  return sha256(stableJson(promoted(request), 0));
}

/** JSON pointer to the first field in which two requests promote something else, or null when they promote the same. */
export function firstDifference(one: RequestFile, other: RequestFile): string | null {
  return differenceIn(promoted(one), promoted(other), []);
}

function promoted(request: RequestFile): unknown {
  const kept = Object.fromEntries(Object.entries(request).filter(([name]) => !runFields.has(name)));
  return significant(kept, schema);
}

function differenceIn(one: unknown, other: unknown, path: readonly string[]): string | null {
  if (sameJson(one, other)) return null;
  const [left, right] = [one ?? {}, other ?? {}];
  if (typeof left === 'object' && typeof right === 'object') {
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const found = differenceIn(Reflect.get(left, name), Reflect.get(right, name), [...path, name]);
      if (found) return found;
    }
  }
  return pointerOf(path);
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
