import type { EngineAnswer } from '../engine-process.ts';
import { definitionOf, type Table } from '../table.ts';
import { batchOf, type Entry, entriesOf, joined } from './batches.ts';
import { type ConsumedTable, cutTo, unitsOf } from './consumed.ts';
import { type Demand, demandOfChange, demandOfPut, demandOfRead, demandOfSearch } from './demands.ts';
import { type Kind, type Limit, type Partitions, throttled } from './limits.ts';
import { createMeter, type Used } from './meter.ts';

/** How tables are kept to their capacity. */
export interface ThrottleOptions {
  /** Seconds of capacity that a table, index or partition saves up; the service saves up to 300. @default 1 */
  readonly burstSeconds?: number;
  /** Spreads each table over partitions with a ceiling each. @default - no ceilings */
  readonly partitions?: Partitions;
  /** Real milliseconds. @default - performance.now */
  readonly now?: () => number;
}

/** A data operation that waits to be carried out. */
export interface ThrottledCall {
  readonly operation: string;
  readonly body: Buffer;
  /** The table of a name or ARN; undefined for none. */
  findTable(named: string): Table | undefined;
  run(body: Buffer): Promise<EngineAnswer>;
}

/**
 * Carries out what tables have capacity for: a batch is done in part, the rest stands as unprocessed; a call for which
 * there is no capacity at all throws ServiceError with the limits that it met.
 */
export type Throttle = (call: ThrottledCall) => Promise<EngineAnswer>;

type Input = Readonly<Record<string, unknown>>;
type Output = Record<string, unknown>;

const kindOf = (operation: string): Kind =>
  ['GetItem', 'BatchGetItem', 'Query', 'Scan'].includes(operation) ? 'read' : 'write';

export function createThrottle(options: ThrottleOptions): Throttle {
  const { burstSeconds = 1, partitions, now = () => performance.now() } = options;
  const meter = createMeter(burstSeconds, partitions, now);

  async function single(call: ThrottledCall, input: Input, table: Table, demand: Demand): Promise<EngineAnswer> {
    const kind = kindOf(call.operation);
    const met = meter.admit(table, kind, demand);
    if (met.length > 0) throw throttled(table, met);
    const { answer, output } = await metered(call, input);
    const consumed = output?.ConsumedCapacity as ConsumedTable | undefined;
    // What is refused has used nothing, but for the failed condition of a write.
    meter.settle(table, kind, demand, consumed ? unitsOf(consumed) : noUse, demand.hash);
    return output && consumed
      ? answered(answer, { ...output, ConsumedCapacity: cutTo(input.ReturnConsumedCapacity, consumed) })
      : answer;
  }

  async function batch(call: ThrottledCall, input: Input, entries: readonly Planned[]): Promise<EngineAnswer> {
    const kind = kindOf(call.operation);
    const requests = input.RequestItems as Output;
    const met: Limit[] = [];
    const admitted = entries.filter(({ found, demand }) => {
      const limits = meter.admit(found, kind, demand);
      met.push(...limits);
      return limits.length === 0;
    });
    const [first] = entries;
    if (first && admitted.length === 0) throw throttled(first.found, distinct(met));
    const { answer, output } = await metered(call, { ...input, RequestItems: batchOf(requests, admitted) });
    const consumed = (output?.ConsumedCapacity as ConsumedTable[] | undefined) ?? [];
    for (const [named, expected] of expectedByTable(admitted)) {
      const used = consumed.find(({ TableName }) => TableName === named);
      const table = call.findTable(named);
      if (table) meter.settle(table, kind, expected, used ? unitsOf(used) : noUse, null);
    }
    if (!output) return answer;
    const member = kind === 'read' ? 'UnprocessedKeys' : 'UnprocessedItems';
    const left = batchOf(
      requests,
      entries.filter((entry) => !admitted.includes(entry)),
    );
    const told = consumed.flatMap((one) => cutTo(input.ReturnConsumedCapacity, one) ?? []);
    return answered(answer, {
      ...output,
      [member]: joined(left, (output[member] ?? {}) as Output),
      ConsumedCapacity: told.length > 0 ? told : undefined,
    });
  }

  return async (call) => {
    const input = parsed(call.body);
    const plan = input && planned(call, input);
    if (!input || !plan) return call.run(call.body);
    return 'entries' in plan ? batch(call, input, plan.entries) : single(call, input, plan.table, plan.demand);
  };
}

interface Planned extends Entry {
  readonly found: Table;
  readonly demand: Demand;
}

/** What a call is expected to use; null for one that the engine will refuse, because of its form or its table. */
function planned(
  { operation, findTable }: ThrottledCall,
  input: Input,
): { readonly entries: readonly Planned[] } | { readonly table: Table; readonly demand: Demand } | null {
  try {
    if ('RequestItems' in input) {
      const entries = entriesOf(input.RequestItems as Output).map((entry) => {
        const found = findTable(entry.table);
        return found && { ...entry, found, demand: demandOf(entry, found) };
      });
      return entries.every((entry) => entry !== undefined) ? { entries } : null;
    }
    const table = findTable(String(input.TableName));
    if (!table) return null;
    if (operation === 'Scan' || operation === 'Query')
      return { table, demand: demandOfSearch(input.IndexName, definitionOf(table)) };
    const kind = operation === 'PutItem' ? 'put' : operation === 'GetItem' ? 'read' : 'delete';
    const item = (input.Item ?? input.Key) as Entry['item'];
    return { table, demand: demandOf({ kind, item, consistent: input.ConsistentRead === true }, table) };
  } catch (error) {
    // A request that has not the form of one is for the engine to refuse.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function demandOf({ kind, item, consistent }: Pick<Entry, 'kind' | 'item' | 'consistent'>, table: Table): Demand {
  const definition = definitionOf(table);
  if (kind === 'read') return demandOfRead(item, definition, consistent);
  return kind === 'put' ? demandOfPut(item, definition) : demandOfChange(item, definition);
}

const noUse: Used = { table: 0, global: new Map() };

/** Runs a call so that its answer tells what was used; no output for a refusal. */
async function metered(call: ThrottledCall, input: Input): Promise<{ answer: EngineAnswer; output: Output | null }> {
  const answer = await call.run(Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'INDEXES' })));
  return { answer, output: answer.status === 200 ? parsed(answer.body) : null };
}

const answered = ({ status }: EngineAnswer, output: Output): EngineAnswer => ({
  status,
  body: Buffer.from(JSON.stringify(output)),
});

function expectedByTable(entries: readonly Planned[]): Map<string, Used> {
  const all = new Map<string, Used>();
  for (const { table, demand } of entries) {
    const sum = all.get(table) ?? noUse;
    const global = new Map(sum.global);
    for (const [name, units] of demand.global) global.set(name, (global.get(name) ?? 0) + units);
    all.set(table, { table: sum.table + (demand.table ?? 0), global });
  }
  return all;
}

const distinct = (limits: readonly Limit[]): Limit[] =>
  limits.filter(({ bucket }, position) => limits.findIndex((other) => other.bucket.name === bucket.name) === position);

function parsed(body: Buffer): Output | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Output) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
