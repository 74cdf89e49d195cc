import { PromotionError } from '../core/errors.ts';

/** The error for a destination table that is not what the plan was made for; `what` ends the sentence: `is gone`. */
export function changedSincePlan(as: string, what: string): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'DestinationChanged',
    message: `table ${as} ${what} since the plan was made`,
    resolution: 'start again, so that a new plan is made',
  });
}
