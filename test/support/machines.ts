import { filesUnder } from './sources.ts';

/** A state as its file has it. */
export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: unknown;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
  readonly Branches?: readonly { readonly States: Readonly<Record<string, State>> }[];
}

/** A state machine file. */
export interface MachineFile {
  readonly path: string;
  readonly text: string;
  readonly definition: { readonly States: Readonly<Record<string, State>> };
}

/** Every file of `statemachines/`. */
export const machineFiles: readonly MachineFile[] = filesUnder('statemachines', '.asl.json').map(({ path, text }) => ({
  path,
  text,
  definition: JSON.parse(text),
}));

/** All states of a machine with those inside its Maps and Parallels. */
export function statesOf(states: Readonly<Record<string, State>>): (State & { readonly name: string })[] {
  return Object.entries(states).flatMap(([name, state]) => [
    { ...state, name },
    ...statesOf(state.ItemProcessor?.States ?? {}),
    ...(state.Branches ?? []).flatMap((branch) => statesOf(branch.States)),
  ]);
}
