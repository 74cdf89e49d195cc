import { PromotionError } from '../core/errors.ts';
import { sameJson } from '../core/json.ts';
import { pointerOf } from '../core/problems.ts';

/** A field, or one value of a field, that the contract has and this version does not carry out. */
interface Later {
  readonly path: readonly string[];
  /** Without it any value is refused. */
  readonly refused?: (value: unknown) => boolean;
  /** True where the schema does not know the field either; it is taken out, so that the rest is checked. */
  readonly remove?: boolean;
}

const dynamodb = ['kinds', 'dynamodb'] as const;

const laterFields: readonly Later[] = [
  { path: ['approval'], refused: (value) => value === 'required' },
  { path: ['onFailure'], refused: (value) => value === 'rollback' },
  { path: ['rollback'] },
  { path: ['kinds', 'quicksight'] },
  { path: ['kinds', 'dms'] },
  { path: ['kinds', 'databricks'] },
  { path: [...dynamodb, 'existing'], refused: (value) => value === 'replace' },
  { path: [...dynamodb, 'verify'], refused: (value) => value === 'sample' || value === 'count' || value === 'none' },
  ...[
    'engine',
    'concurrency',
    'limits',
    'filter',
    'projection',
    'transform',
    'skipExpired',
    'onlyIfAbsent',
    'repair',
    'kmsKeys',
    'settings',
  ].map((field) => ({ path: [...dynamodb, field], remove: true })),
  { path: [...dynamodb, 'rename', 'map'], remove: true },
  { path: [...dynamodb, 'rename', 'regex'], remove: true },
];

/**
 * Looks for the first field that is not built yet. Answers its error and the input without such unknown fields: an
 * input that is wrong besides is told so first, because that is wrong in every version.
 */
export function unsupportedField(input: unknown): { error: PromotionError; rest: unknown } | null {
  const rest: unknown = structuredClone(input);
  let first: PromotionError | null = null;
  for (const { path, refused, remove } of laterFields) {
    const parent = path.slice(0, -1).reduce(member, rest);
    const name = path.at(-1) ?? '';
    const value = member(parent, name);
    if (value === undefined || (refused && !refused(value))) continue;
    first ??= notBuilt(path, value);
    if (remove) delete (parent as Record<string, unknown>)[name];
  }
  // A rename that had nothing but such fields would be told to need a prefix.
  const requested = dynamodb.reduce(member, rest);
  const rename = member(requested, 'rename');
  if (first && sameJson(rename, {})) delete (requested as Record<string, unknown>).rename;
  return first && { error: first, rest };
}

function notBuilt(path: readonly string[], value: unknown): PromotionError {
  const pointer = pointerOf(path);
  const said = typeof value === 'string' ? ` "${value.slice(0, 40)}"` : '';
  return new PromotionError('Promotion.Unsupported', {
    code: 'NotBuilt',
    message: `${pointer}:${said} is not built yet`,
    pointer,
    resolution: 'leave the field out; the README says under Limits what this version carries out',
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
