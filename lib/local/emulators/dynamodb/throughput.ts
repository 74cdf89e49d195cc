import { invalidParameter } from './names.ts';
import type { BillingMode, Throughput, Units } from './table.ts';

/** What a new on-demand table or index can take at once. */
const ON_DEMAND_WARM: Units = { read: 12_000, write: 4_000 };
const UNLIMITED = -1;

/** The throughput members that CreateTable, UpdateTable and index updates share. */
export interface ThroughputInput {
  readonly ProvisionedThroughput?: { readonly ReadCapacityUnits: number; readonly WriteCapacityUnits: number };
  readonly OnDemandThroughput?: { readonly MaxReadRequestUnits?: number; readonly MaxWriteRequestUnits?: number };
  readonly WarmThroughput?: { readonly ReadUnitsPerSecond?: number; readonly WriteUnitsPerSecond?: number };
}

/** Throughput of a new table (`indexName` null) or index; refuses what does not fit the billing mode. */
export function newThroughput(input: ThroughputInput, billing: BillingMode, indexName: string | null): Throughput {
  checkProvisioned(input, billing, indexName);
  const provisioned = input.ProvisionedThroughput;
  const capacity = {
    read: provisioned?.ReadCapacityUnits ?? 0,
    write: provisioned?.WriteCapacityUnits ?? 0,
    decreases: [],
  };
  return {
    capacity,
    onDemand: onDemandLimits(input, billing, null),
    warm: warmUnits(input, provisioned ? capacity : ON_DEMAND_WARM),
    warmStatus: 'ACTIVE',
  };
}

function checkProvisioned(input: ThroughputInput, billing: BillingMode, indexName: string | null): void {
  const given = input.ProvisionedThroughput !== undefined;
  if (billing === 'PAY_PER_REQUEST' && given) {
    throw invalidParameter(
      indexName === null
        ? 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST'
        : `ProvisionedThroughput should not be specified for index: ${indexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (billing === 'PROVISIONED' && !given) {
    throw invalidParameter(
      indexName === null
        ? 'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED'
        : `ProvisionedThroughput must be specified for index: ${indexName}`,
    );
  }
}

/** The on-demand limits after a request: members that it lacks stay, -1 lifts a limit. */
export function onDemandLimits(input: ThroughputInput, billing: BillingMode, current: Units | null): Units | null {
  const given = input.OnDemandThroughput;
  if (!given) return billing === 'PROVISIONED' ? null : current;
  if (billing === 'PROVISIONED') {
    throw invalidParameter('OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST');
  }
  const units = {
    read: given.MaxReadRequestUnits ?? current?.read ?? UNLIMITED,
    write: given.MaxWriteRequestUnits ?? current?.write ?? UNLIMITED,
  };
  for (const [name, value] of [
    ['MaxReadRequestUnits', units.read],
    ['MaxWriteRequestUnits', units.write],
  ] as const) {
    if (value !== UNLIMITED && value < 1) throw invalidParameter(`${name} must be -1 or at least 1, got ${value}`);
  }
  return units.read === UNLIMITED && units.write === UNLIMITED ? null : units;
}

/** Warm throughput after a request; it never falls below what there is. */
export function warmUnits(input: ThroughputInput, current: Units): Units {
  const given = input.WarmThroughput;
  if (!given) return { read: current.read, write: current.write };
  if (given.ReadUnitsPerSecond === undefined && given.WriteUnitsPerSecond === undefined) {
    throw invalidParameter('WarmThroughput needs ReadUnitsPerSecond or WriteUnitsPerSecond');
  }
  const units = { read: given.ReadUnitsPerSecond ?? current.read, write: given.WriteUnitsPerSecond ?? current.write };
  for (const [name, asked, least] of [
    ['ReadUnitsPerSecond', units.read, current.read],
    ['WriteUnitsPerSecond', units.write, current.write],
  ] as const) {
    if (asked < least) {
      throw invalidParameter(
        `Requested ${name} for WarmThroughput, ${asked}, is lower than the current value, ${least}`,
      );
    }
  }
  return units;
}

/** Warm throughput that a table has at least after a change of its capacity or billing mode. */
export function raisedWarm(current: Units, billing: BillingMode, capacity: Units): Units {
  const least = billing === 'PAY_PER_REQUEST' ? ON_DEMAND_WARM : capacity;
  return { read: Math.max(current.read, least.read), write: Math.max(current.write, least.write) };
}
