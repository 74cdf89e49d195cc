import type { Json, JsonObject } from './json.ts';

/** A text `{% … %}` or a literal of another type. */
export type Expression = string;

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}
/** What a state or a rule says about its result: the next input and new variables. */
export interface Outcome {
  readonly Output?: Json;
  readonly Assign?: JsonObject;
  readonly Next?: string;
  readonly End?: true;
}
export interface Catcher extends Outcome {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}
interface Handlers extends Outcome {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface PassState extends Outcome {
  readonly Type: 'Pass';
}
export interface SucceedState {
  readonly Type: 'Succeed';
  readonly Output?: Json;
}
export interface FailState {
  readonly Type: 'Fail';
  readonly Error?: Expression;
  readonly Cause?: Expression;
}
export interface WaitState extends Outcome {
  readonly Type: 'Wait';
  readonly Seconds?: number | Expression;
  readonly Timestamp?: Expression;
}
export interface ChoiceRule extends Outcome {
  readonly Condition: boolean | Expression;
  readonly Next: string;
}
export interface ChoiceState extends Outcome {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}
export interface TaskState extends Handlers {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: number | Expression;
  readonly HeartbeatSeconds?: number | Expression;
}
export interface ParallelState extends Handlers {
  readonly Type: 'Parallel';
  readonly Branches: readonly StatesBlock[];
  readonly Arguments?: Json;
}
export interface ItemReader {
  readonly Resource: string;
  readonly Arguments: Json;
  readonly ReaderConfig: {
    readonly InputType: 'JSON' | 'JSONL';
    readonly MaxItems?: number | Expression;
    readonly ItemsPointer?: string;
  };
}
export interface ItemBatcher {
  readonly MaxItemsPerBatch?: number | Expression;
  readonly MaxInputBytesPerBatch?: number | Expression;
  readonly BatchInput?: Json;
}
export interface MapState extends Handlers {
  readonly Type: 'Map';
  readonly ItemProcessor: StatesBlock & { readonly ProcessorConfig?: { readonly Mode?: 'INLINE' | 'DISTRIBUTED' } };
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly ItemReader?: ItemReader;
  readonly ItemBatcher?: ItemBatcher;
  readonly MaxConcurrency?: number | Expression;
  readonly ToleratedFailureCount?: number | Expression;
  readonly ToleratedFailurePercentage?: number | Expression;
  readonly Label?: string;
}
export type State =
  | PassState
  | SucceedState
  | FailState
  | WaitState
  | ChoiceState
  | TaskState
  | ParallelState
  | MapState;

/** States that hand over to each other: a machine, a branch, or what a Map does for each item. */
export interface StatesBlock {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
/** A whole definition that passed `parseDefinition`. */
export interface Definition extends StatesBlock {
  readonly TimeoutSeconds?: number;
}
