import type { ResourcePolicy } from './definition.ts';
import type { Place } from './for-destination.ts';

/** A table as policies and names know it. */
export interface NamedTable extends Place {
  readonly name: string;
}

/** A policy for the destination, and what was done to it in words. */
export interface RewrittenPolicy {
  /** Null when no statement is left. */
  readonly policy: ResourcePolicy | null;
  /** Who of the source became whom of the destination. */
  readonly mapped: readonly string[];
  /** Who else is named, and is left as it is. */
  readonly left: readonly string[];
  /** Statements that would have let the source account in, by Sid or place. */
  readonly dropped: readonly string[];
}

/** Services, the world, and what IAM made of principals that have gone: they name no account. */
const accountOf = /^(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::|$)/;

/**
 * The policy of a source table as the destination's may have it. The account of the source becomes that of the
 * destination wherever it is named, in allowing and in denying statements, in principals, resources and conditions
 * alike: whoever could do something to the source from within can do it to the destination from within, and the source
 * account gets no way in. A condition on the region of a request follows the table. Other accounts, services and `*` stay what they are. A statement that allows something and still
 * names the source account, inside a pattern for example, is left out.
 */
export function rewritePolicy(policy: ResourcePolicy, from: NamedTable, to: NamedTable): RewrittenPolicy {
  const mapped = new Set<string>();
  const left = new Set<string>();
  const text = (value: string): string => rewriteText(value, from, to);
  const principals = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const after = text(value);
      if (after !== value) mapped.add(`${value} → ${after}`);
      else if (accountOf.exec(value)?.[1] !== to.account) left.add(value);
      return after;
    }
    return through(value, principals);
  };
  const conditions = (value: unknown, key = ''): unknown => {
    if (typeof value !== 'string') return through(value, (member, name = key) => conditions(member, name));
    const isRegion = value === from.region && key.toLowerCase() === 'aws:requestedregion';
    const after = isRegion ? to.region : text(value);
    if (after !== value) mapped.add(`${value} → ${after}`);
    return after;
  };
  const anything = (value: unknown): unknown => (typeof value === 'string' ? text(value) : through(value, anything));
  const statement = (of: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(of).map(([name, value]) => {
        if (name === 'Principal' || name === 'NotPrincipal') return [name, principals(value)];
        if (name === 'Condition') return [name, conditions(value)];
        return [name, name === 'Resource' || name === 'NotResource' ? anything(value) : value];
      }),
    );
  const statements = [policy.Statement].flat().map(statement);
  const opening = ({ Sid: _, ...one }: Readonly<Record<string, unknown>>) =>
    one.Effect !== 'Deny' && from.account !== to.account && namesAccount(one, from.account);
  const dropped = statements.flatMap((one, at) => (opening(one) ? [String(one.Sid ?? `number ${at + 1}`)] : []));
  const kept = statements.filter((one) => !opening(one));
  return {
    policy: kept.length > 0 ? { ...policy, Statement: kept } : null,
    mapped: [...mapped].sort(),
    left: [...left].sort(),
    dropped,
  };
}

/** An account id, or an ARN of the source account: of the table itself with its new name. Anything else is returned. */
export function rewriteText(value: string, from: NamedTable, to: NamedTable): string {
  if (value === from.account) return to.account;
  const [, partition, service = '', region = '', account, rest = ''] =
    /^arn:([^:]+):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(value) ?? [];
  if (partition === undefined || account !== from.account) return value;
  const place = region === from.region ? to.region : region;
  const renamed = service === 'dynamodb' ? renameTable(rest, from.name, to.name) : rest;
  return `arn:${partition === from.partition ? to.partition : partition}:${service}:${place}:${to.account}:${renamed}`;
}

/** True where a text names the account, but for ARNs of another one that have its number in a name. */
function namesAccount(value: unknown, account: string): boolean {
  if (Array.isArray(value)) return value.some((one) => namesAccount(one, account));
  if (typeof value === 'object' && value !== null) return namesAccount(Object.entries(value).flat(), account);
  const text = String(value);
  const owner = /^arn:[^:]+:[^:]*:[^:]*:(\d{12}):/.exec(text)?.[1];
  return text.includes(account) && (owner === undefined || owner === account);
}

function renameTable(rest: string, from: string, to: string): string {
  const [kind, name, ...more] = rest.split('/');
  return kind === 'table' && name === from ? [kind, to, ...more].join('/') : rest;
}

function through(value: unknown, change: (value: unknown, name?: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => change(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member, name)]));
}
