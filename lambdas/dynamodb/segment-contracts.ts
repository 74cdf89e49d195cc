import {
  anything,
  count,
  either,
  flag,
  type Guarded,
  list,
  mapOf,
  nullable,
  oneOf,
  optional,
  positive,
  record,
  text,
  tuple,
  url,
  wholeFrom,
} from '../core/guards.ts';

// What children of the Distributed Maps read: guards and no schemas, because thousands of children start with them.

const attributeValue = mapOf(anything);

/** One step of a transformation, as `transform` of the request has it. */
export const changeStep = either(
  record({ renameAttribute: tuple<[string, string]>(text, text) }),
  record({ dropAttribute: text }),
  record({ setAttribute: tuple<[string, Guarded<typeof attributeValue>]>(text, attributeValue) }),
  record({ replacePrefix: tuple<[string, string, string]>(text, text, text) }),
);

/** What a request says of items on their way, in the members of the request. */
export const itemChange = record({
  filter: optional(record({ expression: text, names: mapOf(text), values: mapOf(attributeValue) })),
  projection: optional(list(text, 1)),
  transform: optional(list(changeStep, 1)),
  skipExpired: flag,
});
/** See {@link itemChange}. */
export type ItemChange = Guarded<typeof itemChange>;

/** What a child must know of the run, so that it need not read the request. */
const childRun = record({
  /** Names of the environments. */
  source: text,
  destination: text,
  /** What items are moved by; an export that is imported has no children. */
  engine: oneOf('raw', 'sdk'),
  verify: oneOf('full', 'sample', 'count', 'none'),
  onlyIfAbsent: flag,
  /** True when a comparison writes what is missing or different. */
  repairs: flag,
});

/** One line of a segment list: the segments that one child of the Distributed Map copies or compares. */
export const segmentGroup = record({
  table: text,
  as: text,
  /** Id of the destination table: one that is created anew under the same name is copied anew. */
  tableId: text,
  /** TotalSegments of the parallel scan; frozen for the promotion, because a checkpoint is valid for one number only. */
  total: wholeFrom(1),
  segments: list(count, 1),
  /** URLs of the service for the two tables, resolved by the SDK of the worker that lists the segments. */
  sourceEndpoint: url,
  destinationEndpoint: url,
  /** Attributes of the primary key on both sides, partition key first. */
  sourceKey: list(text, 1, 2),
  destinationKey: list(text, 1, 2),
  /** Attributes in the keys of the source's indexes. */
  indexKeys: list(text),
  /** The attribute that the source's items expire by. */
  expires: nullable(text),
  /** What the plan says of the table: only one that this promotion made itself may be filled without looking. */
  action: oneOf('create', 'adopt', 'update', 'replace'),
  /** Unix time in seconds by which items count as expired: one for the whole promotion, so that copy and comparison agree. */
  at: count,
  /**
   * Capacity units a second that this child may use of each table; absent means as many as it gets. Global indexes take
   * write units of every item too.
   */
  limits: record({ readUnits: optional(positive), writeUnits: optional(positive), indexes: optional(count) }),
  run: childRun,
  /** What becomes of items on their way: itself, or where it is large the object that has it, the same for all lines. */
  change: either(itemChange, record({ key: text, versionId: optional(text) })),
});
/** See {@link segmentGroup}. */
export type SegmentGroup = Guarded<typeof segmentGroup>;

/** What a child of the Distributed Map is called with. */
export const segmentInput = record({
  promotionId: text,
  /** ARN of the promotion's execution, named by the lock. */
  promotionExecution: text,
  group: segmentGroup,
  /** Set when the child failed for good: written into the checkpoint, where the collecting worker finds it. */
  failure: optional(record({ Error: text, Cause: optional(nullable(text)) })),
});
/** See {@link segmentInput}. */
export type SegmentInput = Guarded<typeof segmentInput>;

/** The run as its children know it. */
export type ChildRun = SegmentGroup['run'] & { readonly promotionId: string };
