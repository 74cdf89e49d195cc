/**
 * Every error name that a state machine, a report or a console shows. Literals, because a minified class name is not
 * a name. The first seven are final; the last three are repeated by the shared Retry set of the state machines.
 */
export const errorNames = [
  'Promotion.Config',
  'Promotion.Permission',
  'Promotion.Conflict',
  'Promotion.Quota',
  'Promotion.Data',
  'Promotion.Unsupported',
  'Promotion.Partial',
  'Promotion.Throttled',
  'Promotion.Transient',
  'Promotion.NotYetConsistent',
] as const;

/** One of the names in {@link errorNames}. */
export type ErrorName = (typeof errorNames)[number];

/** What tells a person what happened and what to do next. */
export interface ErrorDetail {
  /** Tells apart within a name, PascalCase: `TableExists`. */
  readonly code: string;
  /** Lower case, no final period, shows the wrong value and says what to change. */
  readonly message: string;
  /** The next step of the person who reads it. */
  readonly resolution?: string;
  /** JSON pointer into the execution input, where the error is about the input. */
  readonly pointer?: string;
  /** Findings or assets in number, for errors that sum up several. */
  readonly count?: number;
}

/** A step failed in a way that has a name; `message` is the JSON text of the detail, because Lambda passes on nothing else. */
export class PromotionError extends Error {
  override readonly name: ErrorName;
  readonly detail: ErrorDetail;

  constructor(name: ErrorName, detail: ErrorDetail, cause?: unknown) {
    super(`${detail.code}: ${detail.message}${detail.resolution ? ` (${detail.resolution})` : ''}`, { cause });
    this.name = name;
    this.detail = detail;
  }
}

/** True for an error that the shared Retry set would repeat: whether its call had an effect is not known. */
export function isRetried({ name }: Pick<PromotionError, 'name'>): boolean {
  return name === 'Promotion.Throttled' || name === 'Promotion.Transient' || name === 'Promotion.NotYetConsistent';
}
