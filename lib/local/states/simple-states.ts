import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from './definition.ts';
import { StateFailure } from './failure.ts';
import {
  evaluationFailed,
  type Frame,
  leaveState,
  queryCount,
  queryField,
  type Step,
  whileExecuting,
} from './frame.ts';
import { sleep } from './scope.ts';
import { parseTimestamp } from './timestamp.ts';

/** Pass and Succeed: the input, or what `Output` makes of it. */
export function runPass(frame: Frame, state: PassState | SucceedState): Promise<Step> {
  return leaveState(frame, state, frame.input);
}

/** Fail: always throws, with the error and cause that it names. */
export async function runFail(frame: Frame, state: FailState): Promise<never> {
  const error = state.Error === undefined ? null : String(await queryField(frame, state.Error, 'string', 'Error'));
  const cause = state.Cause === undefined ? null : String(await queryField(frame, state.Cause, 'string', 'Cause'));
  throw new StateFailure(error, cause);
}

async function waitMilliseconds(frame: Frame, state: WaitState): Promise<number> {
  if (state.Timestamp === undefined) return 1000 * ((await queryCount(frame, state.Seconds, 'Seconds')) ?? 0);
  const text = String(await queryField(frame, state.Timestamp, 'string', 'Timestamp'));
  const moment = parseTimestamp(text);
  if (moment === null) {
    throw evaluationFailed(
      frame,
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
      'Timestamp',
      frame.enteredId,
    );
  }
  return Math.max(0, moment - frame.scope.run.ports.clock.now());
}

/** Wait: for a number of seconds, or until a moment. */
export async function runWait(frame: Frame, state: WaitState): Promise<Step> {
  await sleep(frame.scope, await waitMilliseconds(frame, state));
  return leaveState(frame, state, frame.input);
}

/** Choice: the first rule whose condition is true, else the default with the state's own `Output` and `Assign`. */
export async function runChoice(frame: Frame, state: ChoiceState): Promise<Step> {
  for (const [index, rule] of state.Choices.entries()) {
    const place = `Choices[${index}]/`;
    const holds = await queryField(frame, rule.Condition, 'boolean', `${place}Condition`);
    if (holds) return leaveState(frame, rule, frame.input, {}, place);
  }
  if (state.Default === undefined) {
    const message = 'Failed to transition out of the state. The state does not point to a next state.';
    throw new StateFailure('States.Runtime', whileExecuting(frame, message));
  }
  const { Output, Assign, Default: Next } = state;
  return leaveState(frame, { Next, ...(Output !== undefined && { Output }), ...(Assign && { Assign }) }, frame.input);
}
