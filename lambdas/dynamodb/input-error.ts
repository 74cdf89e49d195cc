import { PromotionError } from '../core/errors.ts';

/** A `Promotion.Config` about one place of the execution input; the pointer stands in front of the message. */
export function inputError(code: string, message: string, pointer: string, resolution: string): PromotionError {
  return new PromotionError('Promotion.Config', { code, message: `${pointer}: ${message}`, pointer, resolution });
}
