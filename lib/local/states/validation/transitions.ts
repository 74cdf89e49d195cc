import { isObject, type JsonObject } from '../json.ts';
import type { Report } from './report.ts';

interface Target {
  readonly location: string;
  readonly name: string;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function targetsOf(state: JsonObject, location: string): Target[] {
  const targets: Target[] = [];
  const add = (at: string, name: unknown) => typeof name === 'string' && targets.push({ location: at, name });
  add(`${location}/Next`, state.Next);
  add(`${location}/Default`, state.Default);
  for (const list of ['Choices', 'Catch']) {
    for (const [index, rule] of listOf(state[list]).entries()) {
      if (isObject(rule)) add(`${location}/${list}[${index}]/Next`, rule.Next);
    }
  }
  return targets;
}

const isTerminal = (state: JsonObject) => state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';

/** Refuses targets that do not exist, states that nothing leads to, and blocks that can never end. */
export function checkTransitions(report: Report, location: string, startAt: string, states: JsonObject): void {
  const code = 'MISSING_TRANSITION_TARGET';
  if (!isObject(states[startAt])) {
    report.refuse(`${location}/StartAt`, `Missing 'StartAt' target: ${startAt}`, code);
    return;
  }
  const targets = new Map<string, Target[]>();
  for (const [name, state] of Object.entries(states)) {
    const place = `${location}/States/${name}`;
    const leads = isObject(state) ? targetsOf(state, place) : [];
    targets.set(name, leads);
    for (const target of leads) {
      if (states[target.name] === undefined) {
        report.refuse(target.location, `Missing 'Next' target: ${target.name}`, code);
      }
    }
  }
  const reached = new Set([startAt]);
  for (const name of reached) for (const target of targets.get(name) ?? []) reached.add(target.name);
  for (const name of Object.keys(states)) {
    if (!reached.has(name)) report.refuse(`${location}/States/${name}`, `State "${name}" is not reachable.`, code);
  }
  const ends = [...reached].some((name) => isObject(states[name]) && isTerminal(states[name]));
  if (!ends) report.refuse(`${location}/States`, 'No terminal state is reachable from StartAt', 'NO_TERMINAL_STATE');
}
