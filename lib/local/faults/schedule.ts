import { seededRandom } from './random.ts';
import { batchOperations, type FaultRule } from './rules.ts';

/** What rules are compared with; the account is that of the credentials. */
export interface ArrivedCall {
  readonly service: string;
  readonly operation: string;
  readonly account: string;
}

/** Counts calls and says which of them a fault befalls. */
export interface FaultSchedule {
  /** To be told of every call once, in order of arrival; answers the rule that fires, or null. */
  arrive(call: ArrivedCall): FaultRule | null;
}

/**
 * Every rule counts the calls that fit it, whether it fires or not; of the rules that are due, the first fires. Draws of
 * a probability are one for each counted call, so that a sequence of calls always meets the same faults.
 */
export function createFaultSchedule(rules: readonly FaultRule[]): FaultSchedule {
  const counters = rules.map((rule) => ({
    rule,
    counted: 0,
    fired: 0,
    random: seededRandom(rule.seed ?? 0),
  }));
  return {
    arrive(call) {
      const fitting = counters.filter(({ rule }) => fits(rule, call));
      const due = fitting.filter((counter) => {
        counter.counted += 1;
        const { rule, counted, fired, random } = counter;
        const drawn = rule.probability !== undefined && random() < rule.probability;
        return fired < (rule.times ?? Number.POSITIVE_INFINITY) && (drawn || isTurn(rule, counted));
      });
      const [first] = due;
      if (!first) return null;
      first.fired += 1;
      return first.rule;
    },
  };
}

function isTurn({ nth, every }: FaultRule, counted: number): boolean {
  if (nth !== undefined) return counted === nth;
  return every !== undefined && counted % every === 0;
}

function fits(rule: FaultRule, { service, operation, account }: ArrivedCall): boolean {
  if (rule.action === 'unprocessed' && (service !== 'dynamodb' || !batchOperations.includes(operation))) return false;
  return (
    (rule.service ?? service) === service &&
    (rule.operation ?? operation) === operation &&
    (rule.account ?? account) === account
  );
}
