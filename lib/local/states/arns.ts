/** An ARN of Step Functions in parts, `arn:aws:states:<region>:<account>:<kind>:<rest>`. */
export interface StatesArn {
  readonly region: string;
  readonly account: string;
  /** `stateMachine`, `execution`, `mapRun`. */
  readonly kind: string;
  /** State machine name, with `/<label>` for what belongs to a Map Run. */
  readonly machine: string;
  /** Execution name or Map Run id; null for a state machine. */
  readonly name: string | null;
}

/** Reads an ARN of Step Functions; null for any other text. */
export function parseStatesArn(arn: string): StatesArn | null {
  const parts = /^arn:aws:states:([a-z0-9-]+):(\d{12}):(stateMachine|execution|mapRun):([^:]+)(?::([^:]+))?$/.exec(arn);
  if (!parts) return null;
  const [, region = '', account = '', kind = '', machine = '', name] = parts;
  if ((kind === 'stateMachine') === (name !== undefined)) return null;
  return { region, account, kind, machine, name: name ?? null };
}

/** The ARN of an execution of the machine; `label` belongs to the children of a Map Run. */
export function executionArn(machineArn: string, name: string, label: string | null = null): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}${label === null ? '' : `/${label}`}:${name}`;
}

/** The ARN of a Map Run of the machine. */
export function mapRunArn(machineArn: string, label: string, id: string): string {
  return `${machineArn.replace(':stateMachine:', ':mapRun:')}/${label}:${id}`;
}

/** The ARN of the rule through which the service learns that a child execution ended. */
export function childEventsRuleArn(machineArn: string): string {
  const { region, account } = parseStatesArn(machineArn) ?? { region: '', account: '' };
  return `arn:aws:events:${region}:${account}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;
}

/** The ARN behind `FunctionName` of `lambda:invoke`: an ARN, a name, or `name:qualifier` of the machine's account. */
export function functionArn(machineArn: string, functionName: string): string {
  if (functionName.startsWith('arn:')) return functionName;
  const { region, account } = parseStatesArn(machineArn) ?? { region: '', account: '' };
  return `arn:aws:lambda:${region}:${account}:function:${functionName}`;
}
