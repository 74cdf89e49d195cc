import type { ExecutionEvent } from '../../lib/local/states/engine.ts';

/** Parts of a promotion that the time is divided among. */
export const phases = ['export', 'plan', 'prepare', 'copy', 'finalize', 'verify', 'between'] as const;
/** One of {@link phases}; `between` is what lies outside DynamoDB's own states. */
export type Phase = (typeof phases)[number];

/** States of DynamoDB's machine by the phase that they belong to; those of the loop belong to the verb they carry out. */
const phaseOfState: Readonly<Record<string, Phase>> = {
  'Prepare tables': 'prepare',
  'Wait for tables': 'prepare',
  'Copy segments': 'copy',
  'Collect copies': 'copy',
  'Finalize tables': 'finalize',
  'Wait for settings': 'finalize',
  'Begin verification': 'verify',
  'Compare segments': 'verify',
  'Collect comparisons': 'verify',
};

/** Adds up how long each phase of a promotion takes. */
export interface PhaseClock {
  /** Takes an event of any execution as it happens. */
  note(event: ExecutionEvent): void;
  /** Seconds by phase, of so many in all. */
  seconds(total: number): Record<Phase, number>;
}

/** `now` answers milliseconds of the real clock: what is modelled takes none. */
export function createPhaseClock(now: () => number): PhaseClock {
  const verbs = new Map<string, Phase>();
  const entered = new Map<string, number>();
  const spent = new Map<Phase, number>();
  return {
    note({ executionArn, stateMachineArn, event }) {
      const machine = stateMachineArn.slice(stateMachineArn.lastIndexOf(':') + 1);
      // A child of a Distributed Map has `/<label>` behind the machine; its time is that of the Map.
      if (!machine.endsWith('-dynamodb')) return;
      if (event.type === 'ExecutionStarted') {
        const { verb } = JSON.parse(String(event.details.input ?? '{}')) as { verb?: string };
        const phase = phases.find((name) => name === verb);
        if (phase) verbs.set(executionArn, phase);
      }
      const state = `${executionArn} ${event.details.name}`;
      if (event.type.endsWith('StateEntered')) entered.set(state, now());
      if (!event.type.endsWith('StateExited')) return;
      const phase = phaseOfState[String(event.details.name)] ?? verbs.get(executionArn);
      const since = entered.get(state);
      if (phase && since !== undefined) spent.set(phase, (spent.get(phase) ?? 0) + (now() - since) / 1000);
    },
    seconds(total) {
      const known = phases.map((phase) => [phase, spent.get(phase) ?? 0] as const);
      const between = total - known.reduce((sum, [, seconds]) => sum + seconds, 0);
      return Object.fromEntries([...known, ['between', between]]) as Record<Phase, number>;
    },
  };
}
