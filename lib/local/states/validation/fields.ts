import { isObject } from '../json.ts';
import type { Report } from './report.ts';
import * as values from './values.ts';

/** A field of an object: its check, and whether it must be there. */
export interface Field {
  readonly check: values.Check;
  readonly required?: true;
}
/** The fields that an object may have. */
export type Fields = Readonly<Record<string, Field>>;

const optional = (check: values.Check): Field => ({ check });
const required = (check: values.Check): Field => ({ check, required: true });

/** Fields of the language that this host does not have; they are refused by name. */
const UNSUPPORTED = new Set(['ResultWriter', 'Credentials', 'CSVDelimiter', 'CSVHeaderLocation', 'CSVHeaders']);
const JSONPATH_FIELDS = new Set([
  'InputPath',
  'OutputPath',
  'ResultPath',
  'ResultSelector',
  'Parameters',
  'Result',
  'ItemsPath',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
  'MaxItemsPath',
  'MaxItemsPerBatchPath',
  'MaxInputBytesPerBatchPath',
  'ErrorPath',
  'CausePath',
  'Variable',
]);

/** Refuses missing and unknown fields, and checks the others. */
export function checkFields(report: Report, location: string, value: unknown, fields: Fields): boolean {
  if (!isObject(value)) {
    report.refuse(location, 'Expected an object');
    return false;
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && value[name] === undefined) {
      report.refuse(location, `The field '${name}' is required but was missing`);
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const field = fields[name];
    if (field) field.check(report, `${location}/${name}`, member);
    else if (name === 'Credentials' && isObject(member) && member.RoleArn === undefined) {
      report.refuse(`${location}/Credentials`, "The field 'RoleArn' is required but was missing");
    } else if (JSONPATH_FIELDS.has(name)) {
      report.refuse(location, `The field '${name}' is not supported by the query language JSONata`);
    } else if (UNSUPPORTED.has(name)) {
      report.refuse(location, `The field '${name}' is not supported by this host`);
    } else report.refuse(location, `The field '${name}' is not known`);
  }
  return true;
}

const nested =
  (fields: Fields): values.Check =>
  (report, location, value) => {
    checkFields(report, location, value, fields);
  };

const rules =
  (fields: Fields): values.Check =>
  (report, location, value) => {
    if (!Array.isArray(value)) {
      report.refuse(location, 'Expected a list');
      return;
    }
    for (const [index, rule] of value.entries()) {
      const place = `${location}[${index}]`;
      if (!checkFields(report, place, rule, fields)) continue;
      values.checkErrorEquals(report, `${place}/ErrorEquals`, rule.ErrorEquals, index === value.length - 1);
    }
  };

const nothing: values.Check = () => {};
const COMMENT: Fields = { Comment: optional(values.text) };
const OUTCOME: Fields = { Output: optional(values.template), Assign: optional(values.variables) };

const RETRY: Fields = {
  ...COMMENT,
  ErrorEquals: required(nothing),
  IntervalSeconds: optional(values.integer(1)),
  MaxAttempts: optional(values.integer(0)),
  BackoffRate: optional(values.number(1)),
  MaxDelaySeconds: optional(values.integer(1, 31_622_400)),
  JitterStrategy: optional(values.oneOf('FULL', 'NONE')),
};
const CATCH: Fields = { ...COMMENT, ...OUTCOME, ErrorEquals: required(nothing), Next: required(values.name) };
const HANDLERS: Fields = { Retry: optional(rules(RETRY)), Catch: optional(rules(CATCH)) };

const READER: Fields = {
  Resource: required(values.oneOf('arn:aws:states:::s3:getObject')),
  Arguments: required(values.template),
  ReaderConfig: required(
    nested({
      InputType: required(values.oneOf('JSON', 'JSONL')),
      MaxItems: optional(values.integerOrExpression(0, 100_000_000)),
      ItemsPointer: optional(values.text),
    }),
  ),
};
const BATCHER: Fields = {
  MaxItemsPerBatch: optional(values.integerOrExpression(0)),
  MaxInputBytesPerBatch: optional(values.integerOrExpression(0, 262_144)),
  BatchInput: optional(values.template),
};
const CHOICE_RULE: Fields = {
  ...COMMENT,
  ...OUTCOME,
  Condition: required(values.condition),
  Next: required(values.name),
};
const choices: values.Check = (report, location, value) => {
  if (!Array.isArray(value) || value.length === 0) {
    report.refuse(location, 'Expected a list that is not empty');
    return;
  }
  for (const [index, rule] of value.entries()) checkFields(report, `${location}[${index}]`, rule, CHOICE_RULE);
};

const COMMON: Fields = {
  ...COMMENT,
  Type: required(values.name),
  QueryLanguage: optional(values.oneOf('JSONata', 'JSONPath')),
};
const TRANSITION: Fields = { Next: optional(values.name), End: optional(values.yes) };

/** Fields of each type of state; blocks of states inside a state are checked by their own walk. */
export const STATE_FIELDS: Readonly<Record<string, Fields>> = {
  Pass: { ...COMMON, ...OUTCOME, ...TRANSITION },
  Succeed: { ...COMMON, Output: optional(values.template) },
  Fail: { ...COMMON, Error: optional(values.textOrExpression), Cause: optional(values.textOrExpression) },
  Wait: {
    ...COMMON,
    ...OUTCOME,
    ...TRANSITION,
    Seconds: optional(values.integerOrExpression(0)),
    Timestamp: optional(values.moment),
  },
  Choice: { ...COMMON, ...OUTCOME, Choices: required(choices), Default: optional(values.name) },
  Task: {
    ...COMMON,
    ...OUTCOME,
    ...TRANSITION,
    ...HANDLERS,
    Resource: required(values.name),
    Arguments: optional(values.template),
    TimeoutSeconds: optional(values.integerOrExpression(1)),
    HeartbeatSeconds: optional(values.integerOrExpression(1)),
  },
  Parallel: {
    ...COMMON,
    ...OUTCOME,
    ...TRANSITION,
    ...HANDLERS,
    Branches: required(nothing),
    Arguments: optional(values.template),
  },
  Map: {
    ...COMMON,
    ...OUTCOME,
    ...TRANSITION,
    ...HANDLERS,
    ItemProcessor: required(nothing),
    Items: optional(values.items),
    ItemSelector: optional(values.template),
    ItemReader: optional(nested(READER)),
    ItemBatcher: optional(nested(BATCHER)),
    MaxConcurrency: optional(values.integerOrExpression(0)),
    ToleratedFailureCount: optional(values.integerOrExpression(0)),
    ToleratedFailurePercentage: optional(values.numberOrExpression(0, 100)),
    Label: optional(values.name),
  },
};

/** Fields of a machine, a branch and an ItemProcessor beside `StartAt` and `States`. */
export const BLOCK_FIELDS: Fields = { ...COMMENT, StartAt: optional(values.name), States: optional(nothing) };
export const MACHINE_FIELDS: Fields = {
  ...BLOCK_FIELDS,
  QueryLanguage: optional(values.oneOf('JSONata', 'JSONPath')),
  Version: optional(values.oneOf('1.0')),
  TimeoutSeconds: optional(values.integer(0)),
};
export const PROCESSOR_FIELDS: Fields = {
  ...BLOCK_FIELDS,
  ProcessorConfig: optional(
    nested({
      Mode: optional(values.oneOf('INLINE', 'DISTRIBUTED')),
      ExecutionType: optional(values.oneOf('STANDARD', 'EXPRESS')),
    }),
  ),
};
