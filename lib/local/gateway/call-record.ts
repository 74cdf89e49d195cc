import type { Caller, Identified, RecordedCall, ServiceResponse } from '../service.ts';

/** What is known of a call before it is carried out. */
export interface ArrivedCall extends Identified {
  readonly caller: Caller;
  /** IAM prefix. */
  readonly service: string;
}

/** How a call fared: `now` in milliseconds since the epoch, `fault` the action of what befell it. */
export interface Outcome {
  readonly now: number;
  readonly allowed: boolean;
  readonly fault?: string | undefined;
}

/** The entry of a call that was not answered yet, or was refused. */
export function entryOf({ caller, service, operation, resource }: ArrivedCall, outcome: Outcome): RecordedCall {
  return {
    at: new Date(outcome.now).toISOString(),
    account: caller.account,
    role: caller.role,
    service,
    operation,
    resource,
    allowed: outcome.allowed,
    fault: outcome.fault ?? null,
  };
}

/** The entry of a call that was answered: with `units` where it is one of DynamoDB whose answer tells them. */
export function answeredEntry(entry: RecordedCall, { status, body }: ServiceResponse): RecordedCall {
  if (entry.service !== 'dynamodb' || status !== 200) return entry;
  const units = unitsTold(typeof body === 'string' ? Buffer.from(body) : body);
  return units === null ? entry : { ...entry, units };
}

/** Members of an entry that every listing has. */
const members = ['at', 'account', 'role', 'service', 'operation', 'resource', 'allowed', 'fault'];

/** The listing as JSON: `GET /_local/calls`, and with the query `units` the units of each call besides, where they are known. */
export function callListing(calls: readonly RecordedCall[], query: string): string {
  return JSON.stringify(calls, query === 'units' ? [...members, 'units'] : members);
}

const MEMBER = '"ConsumedCapacity":';

interface Told {
  readonly ConsumedCapacity?: Consumed | readonly Consumed[];
}
interface Consumed {
  readonly CapacityUnits: number;
}

/**
 * Sum of the capacity units, those of tables and their indexes, that an answer of DynamoDB tells; null for one that
 * tells none. A page of a megabyte is searched from its end, where the member stands, and not read as a whole.
 */
export function unitsTold(body: Buffer): number | null {
  const at = body.lastIndexOf(MEMBER);
  if (at === -1) return null;
  // Only from a member of the answer itself does the rest close as many braces as one puts before it. An attribute or
  // an index may have the same name: then the answer is read as a whole.
  const told = parsed(`{${body.toString('utf8', at)}`) ?? parsed(body.toString());
  return told?.ConsumedCapacity ? unitsOf(told.ConsumedCapacity) : null;
}

const unitsOf = (consumed: Consumed | readonly Consumed[]): number =>
  [consumed].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);

function parsed(text: string): Told | null {
  try {
    return JSON.parse(text) as Told;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
