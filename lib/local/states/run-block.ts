import { setImmediate } from 'node:timers/promises';
import type { State, StatesBlock } from './definition.ts';
import { Stopped } from './failure.ts';
import { enterState, type Frame, type Step } from './frame.ts';
import type { Json } from './json.ts';
import { runMap } from './map.ts';
import { runParallel } from './parallel.ts';
import type { Scope } from './scope.ts';
import { runChoice, runFail, runPass, runWait } from './simple-states.ts';
import { runTask } from './task.ts';

/** A loop of states without waits must not keep the host from its sockets. */
const STATES_BEFORE_PAUSE = 32;

function runState(frame: Frame, state: State): Promise<Step> {
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return runPass(frame, state);
    case 'Fail':
      return runFail(frame, state);
    case 'Wait':
      return runWait(frame, state);
    case 'Choice':
      return runChoice(frame, state);
    case 'Task':
      return runTask(frame, state);
    case 'Map':
      return runMap(frame, state);
    case 'Parallel':
      return runParallel(frame, state);
  }
}

/** Runs states from `StartAt` to a terminal state. Throws `StateFailure`, or `Stopped` when the scope is stopped. */
export async function runBlock(scope: Scope, block: StatesBlock, input: Json): Promise<Json> {
  let name = block.StartAt;
  let value = input;
  for (let entered = 1; ; entered += 1) {
    if (scope.signal.aborted) throw new Stopped('stopped between states');
    if (entered % STATES_BEFORE_PAUSE === 0) await setImmediate();
    const state = block.States[name];
    if (!state) throw new Error(`no state ${name} in a definition that was checked`);
    const step = await runState(enterState(scope, name, state.Type, value), state);
    if (step.next === null) return step.output;
    name = step.next;
    value = step.output;
  }
}
