import { type Kind, kinds, type Verb, verbs, verbsOf } from '../core/contracts.ts';
import type { Report, ReportKind } from './report-file.ts';
import type { Tone } from './report-marks.ts';
import { count } from './report-text.ts';

/** What one kind, or the run as a whole, came to in one step. */
export interface StepState {
  readonly tone: Tone;
  readonly words: string;
}

/** One step of the flow; `lanes` is empty for a step that concerns the run as a whole. */
export interface FlowStep {
  readonly name: string;
  readonly state: StepState;
  readonly reached: boolean;
  readonly lanes: readonly (StepState & { readonly kind: Kind })[];
}

const done: StepState = { tone: 'good', words: 'done' };
const unreached: StepState = { tone: 'quiet', words: 'not reached' };

/**
 * The steps of a run in order, those that it did not reach included. Validate and Lock have passed and Report is
 * reached wherever there is a report.
 */
export function flowOf({ mode, steps, kinds: results }: Pick<Report, 'mode' | 'steps' | 'kinds'>): FlowStep[] {
  const requested = kinds.filter((kind) => results[kind]);
  const walked = verbs.filter((verb) => verbsOf[mode].includes(verb) || steps.some((step) => step.verb === verb));
  const inner = walked.map((verb): FlowStep => {
    const own = steps.filter((step) => step.verb === verb);
    const lanes = requested.map((kind) => {
      const step = own.find((candidate) => candidate.kind === kind);
      // A verb is begun for all its kinds at once: without one of them only where that one had nothing to do.
      if (!step) return { kind, ...(own.length > 0 ? { tone: 'quiet' as const, words: 'not needed' } : unreached) };
      return {
        kind,
        ...(step.outcome === 'failed' ? { tone: 'bad' as const, words: 'failed' } : ended(verb, results[kind])),
      };
    });
    return {
      name: capital(verb === 'rollback' ? 'roll back' : verb),
      state: worst(lanes),
      reached: own.length > 0,
      lanes,
    };
  });
  const ofRun = (name: string): FlowStep => ({ name, state: done, reached: true, lanes: [] });
  return [ofRun('Validate'), ofRun('Lock'), ...inner, ofRun('Report')];
}

/** How a step ended that did not fail: it may still have left assets undone or found them different. */
export function ended(verb: Verb, result: ReportKind | undefined): StepState {
  const { failed = 0, mismatched = 0 } = result?.counts ?? {};
  if (verb === 'verify' && mismatched > 0)
    return { tone: 'warn', words: `${count(mismatched)} differ${mismatched === 1 ? 's' : ''}` };
  if (verb === 'import' && failed > 0) return { tone: 'warn', words: `${count(failed)} failed` };
  return done;
}

function worst(lanes: readonly StepState[]): StepState {
  const order: readonly Tone[] = ['bad', 'warn', 'good', 'quiet'];
  const tone = order.find((candidate) => lanes.some((lane) => lane.tone === candidate));
  return lanes.find((lane) => lane.tone === tone) ?? unreached;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
