import type { Credentials } from '../gateway/credentials.ts';
import type { Caller } from '../service.ts';
import { answerWith, type BefallenCall } from './answers.ts';
import type { Delivered } from './delivery.ts';
import type { FaultAction, FaultRule } from './rules.ts';
import { type ArrivedCall, createFaultSchedule } from './schedule.ts';

/** A fault that befalls one call. */
export interface Fault {
  readonly action: FaultAction;
  /** The answer to the call, which the fault has carried out or not. */
  answer(call: Omit<BefallenCall, 'signal'>): Promise<Delivered>;
}

/** Breaks calls of workers by rule. */
export interface FaultInjector {
  /** To be told of every identified call once, in order of arrival; null leaves it alone. */
  arrive(call: Omit<ArrivedCall, 'account'> & { readonly caller: Caller }): Fault | null;
  /** Replaces all rules; counting begins anew. */
  use(rules: readonly FaultRule[]): void;
}

/** What the injector must know of workers. */
export interface WorkerSignals {
  readonly credentials: Credentials;
  /** Sends a signal to the process that is answering a request with these keys, if there is one. */
  readonly signal: (accessKeyId: string, signal: 'SIGKILL' | 'SIGSTOP') => void;
}

/** Only workers' calls, with the keys of their execution roles or of roles assumed with these, count and are broken. */
export function createFaultInjector({ credentials, signal }: WorkerSignals): FaultInjector {
  let schedule = createFaultSchedule([]);
  return {
    arrive({ caller, service, operation }) {
      const origin = credentials.origin(caller.accessKeyId);
      // Chains that begin with a root key, or with a root's session, belong to people.
      if (!credentials.find(origin)?.role) return null;
      const rule = schedule.arrive({ service, operation, account: caller.account });
      if (!rule) return null;
      return {
        action: rule.action,
        answer: (call) => answerWith(rule, { ...call, signal: (name) => signal(origin, name) }),
      };
    },
    use(rules) {
      schedule = createFaultSchedule(rules);
    },
  };
}
