import { describe, expect, it } from 'vitest';
import { parseDefinition, validateDefinition } from '../../../../../lib/local/states/validation/definition.ts';

const machine = (States: object, more: object = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States, ...more });
const reasons = (text: string) =>
  validateDefinition(text).map(({ code, message, location }) => `${code}: ${message} at ${location}`);
const only = (state: object) => reasons(machine({ A: state }));
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
const processor = (config: object, more: object = {}) => ({
  Type: 'Map',
  ItemProcessor: { ProcessorConfig: config, StartAt: 'B', States: { B: { Type: 'Succeed' } } },
  End: true,
  ...more,
});

describe('validateDefinition', () => {
  it('accepts a machine whose states are all in JSONata, whatever the default is', () => {
    const state = { QueryLanguage: 'JSONata', Type: 'Pass', End: true };
    expect(
      reasons(JSON.stringify({ QueryLanguage: 'JSONPath', Version: '1.0', StartAt: 'A', States: { A: state } })),
    ).toEqual([]);
  });
  it.each([
    ['{}', 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'],
    ['{"StartAt":"A"}', 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'],
    [
      machine({ A: { Type: 'Pass', End: true, QueryLanguage: 'JSONPath' } }),
      "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A",
    ],
    [
      JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Succeed' } } }),
      'SCHEMA_VALIDATION_FAILED: QueryLanguage JSONPath is not supported by this host; use JSONata at /States/A',
    ],
  ])('answers for %s the reason of the service or of this host', (text, reason) => {
    expect(reasons(text)).toEqual([reason]);
  });
  it('refuses text that is not JSON', () => {
    expect(reasons('no definition')[0]).toMatch(/^INVALID_JSON_DESCRIPTION: /);
  });

  it.each([
    [{ Type: 'Pass', Next: 'Gone' }, "MISSING_TRANSITION_TARGET: Missing 'Next' target: Gone at /States/A/Next"],
    [{ Type: 'Pass', Next: 'A' }, 'NO_TERMINAL_STATE: No terminal state is reachable from StartAt at /States'],
    [
      { Type: 'Pass' },
      'SCHEMA_VALIDATION_FAILED: Exactly one of the fields [Next, End] must be specified at /States/A',
    ],
  ])('refuses the transitions of %j', (state, reason) => {
    expect(only(state)).toContain(reason);
  });
  it('refuses states that nothing leads to, and names used twice', () => {
    const inner = { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }], End: true };
    const found = reasons(machine({ A: inner, Lost: { Type: 'Succeed' } }));
    expect(found).toEqual([
      'DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/Branches[0]/States/A',
      'MISSING_TRANSITION_TARGET: State "Lost" is not reachable. at /States/Lost',
    ]);
  });

  it.each([
    [{ ...task, Parameters: {} }, "The field 'Parameters' is not supported by the query language JSONata"],
    [{ ...task, ResultPath: null }, "The field 'ResultPath' is not supported by the query language JSONata"],
    [{ ...task, Colour: 'red' }, "The field 'Colour' is not known"],
    [{ ...task, Credentials: {} }, "The field 'RoleArn' is required but was missing at /States/A/Credentials"],
    [{ ...task, Credentials: { RoleArn: 'x' } }, "The field 'Credentials' is not supported by this host"],
    [
      { ...task, Resource: 'arn:aws:states:::dynamodb:query' },
      'The resource provided arn:aws:states:::dynamodb:query is not recognized.',
    ],
    [{ ...task, Arguments: { FunctionName: 'f', LogType: 'Tail' } }, "The field 'LogType' is not supported by"],
    [{ ...task, Arguments: '{% 1 + %}' }, "The JSONata expression '1 +' is not valid"],
    [{ ...task, TimeoutSeconds: 0 }, 'Expected a whole number from 1'],
    [{ ...task, TimeoutSeconds: 5, HeartbeatSeconds: 5 }, 'HeartbeatSeconds must be smaller than TimeoutSeconds'],
    [{ ...task, Assign: { states: 1 } }, "'states' is not a valid variable name"],
    [{ ...task, Assign: { 'a.b': 1 } }, "'a.b' is not a valid variable name"],
    [{ ...task, Retry: [{ ErrorEquals: [] }] }, 'Expected a list of error names that is not empty'],
    [
      { ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] },
      'States.ALL must be in the last rule',
    ],
    [{ ...task, Retry: [{ ErrorEquals: ['States.ALL', 'E'] }] }, 'States.ALL must appear alone'],
    [{ ...task, Retry: [{ ErrorEquals: ['E'], BackoffRate: 0.5 }] }, 'Expected a number from 1'],
    [{ ...task, Retry: [{ ErrorEquals: ['E'], JitterStrategy: 'SOME' }] }, 'Expected one of FULL, NONE'],
    [
      { ...task, Catch: [{ ErrorEquals: ['E'] }] },
      "The field 'Next' is required but was missing at /States/A/Catch[0]",
    ],
    [{ Type: 'Wait', End: true }, 'Exactly one of the fields [Seconds, Timestamp]'],
    [
      { Type: 'Wait', Timestamp: '2016-12-05T21:29:29', End: true },
      'String does not match RFC3339 timestamp at /States/A/Timestamp',
    ],
    [{ Type: 'Choice', Choices: [] }, 'Expected a list that is not empty'],
    [{ Type: 'Choice', Choices: [{ Condition: 'yes', Next: 'A' }] }, 'Expected a boolean or an expression'],
    [{ Type: 'Choice', Choices: [{ Variable: '$.a', Next: 'A' }] }, "The field 'Variable' is not supported"],
    [{ Type: 'Activity' }, 'Value is not one of Pass, Succeed'],
    [{ Type: 'Parallel', Branches: [], End: true }, 'Expected a list that is not empty at /States/A/Branches'],
  ])('refuses %j', (state, reason) => {
    expect(only(state).join('\n')).toContain(reason);
  });

  it.each([
    [
      processor({ Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' }),
      'ExecutionType EXPRESS is not supported by this host',
    ],
    [processor({ Mode: 'DISTRIBUTED' }), "The field 'ExecutionType' is required"],
    [
      processor({ Mode: 'INLINE' }, { ItemBatcher: { MaxItemsPerBatch: 1 } }),
      "The field 'ItemBatcher' needs the Mode DISTRIBUTED",
    ],
    [
      processor({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, { ResultWriter: {} }),
      "'ResultWriter' is not supported by this host",
    ],
    [processor({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, { Label: 'a b' }), 'A label has at most 40'],
    [processor({ Mode: 'INLINE' }, { Items: 'list' }), 'Expected an array or an expression'],
    [processor({ Mode: 'INLINE' }, { ToleratedFailurePercentage: 101 }), 'Expected a number from 0 to 100'],
  ])('refuses the Map %j', (state, reason) => {
    expect(only(state).join('\n')).toContain(reason);
  });
  it('refuses readers of other formats and other places', () => {
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:listObjectsV2',
      ReaderConfig: { InputType: 'CSV' },
      Arguments: {},
    };
    const found = only(processor({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, { ItemReader })).join('\n');
    expect(found).toContain('Expected one of arn:aws:states:::s3:getObject');
    expect(found).toContain('Expected one of JSON, JSONL');
  });
});

describe('parseDefinition', () => {
  it('throws InvalidDefinition with every reason', () => {
    expect(() => parseDefinition('{}')).toThrow(
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'",
    );
  });
});
