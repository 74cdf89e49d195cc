import type { Host } from '../host.ts';
import type { ExecutionEvent } from '../states/engine.ts';

/** Prints a line for each state that a promotion enters, in the order of its happening; children of Map Runs are counted elsewhere. */
export function watchStates(host: Host, print: (line: string) => void): () => void {
  return host.states.onEvent((event) => {
    const line = stateLine(event);
    if (line) print(line);
  });
}

/** The line of one history event, or null where there is nothing to tell. */
export function stateLine({ stateMachineArn, event }: ExecutionEvent): string | null {
  const machine = stateMachineArn.slice(stateMachineArn.lastIndexOf(':') + 1);
  if (machine.includes('/') || !event.type.endsWith('StateEntered')) return null;
  // A Choice takes no time and is seen in what follows it.
  if (event.type === 'ChoiceStateEntered') return null;
  return `${machine.replace('cross-account-promoter-', '').padEnd(10)} ${event.details.name}`;
}
