import { PromotionError } from '../core/errors.ts';
import { pointerOf } from '../core/problems.ts';

/** A field, or one value of a field, that the contract has and this version does not carry out. */
interface Later {
  readonly path: readonly string[];
  /** Without it any value is refused. */
  readonly refused?: (value: unknown) => boolean;
}

const laterFields: readonly Later[] = [
  { path: ['approval'], refused: (value) => value === 'required' },
  { path: ['onFailure'], refused: (value) => value === 'rollback' },
  { path: ['rollback'] },
  { path: ['kinds', 'quicksight'] },
  { path: ['kinds', 'dms'] },
  { path: ['kinds', 'databricks'] },
];

/** The error for the first field of an input that is not built yet, or null. */
export function unsupportedField(input: unknown): PromotionError | null {
  for (const { path, refused } of laterFields) {
    const value = path.reduce(member, input);
    if (value !== undefined && (!refused || refused(value))) return notBuilt(path, value);
  }
  return null;
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
