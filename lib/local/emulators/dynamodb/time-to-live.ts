import { ServiceError } from '../../service.ts';
import { describeTable } from './describe-table.ts';
import { validation } from './names.ts';
import { type Asked, DURATIONS, findTable, refuseTooMany } from './region.ts';
import type { Table } from './table.ts';

const HOUR = 60 * 60 * 1000;

interface UpdateTimeToLiveInput {
  readonly TableName: string;
  readonly TimeToLiveSpecification: { readonly Enabled: boolean; readonly AttributeName: string };
}

/** DescribeTimeToLive; a table that never had it is DISABLED without an attribute. */
export function describeTimeToLive(asked: Asked, input: { readonly TableName: string }): Record<string, unknown> {
  const { status, attribute } = findTable(asked, input.TableName).timeToLive;
  return {
    TimeToLiveDescription: {
      TimeToLiveStatus: status,
      ...(status !== 'DISABLED' && attribute !== null ? { AttributeName: attribute } : {}),
    },
  };
}

/** UpdateTimeToLive: at most one change an hour (wall time), and only a real change. */
export function updateTimeToLive(asked: Asked, input: UpdateTimeToLiveInput): Record<string, unknown> {
  const { region } = asked;
  const table = findTable(asked, input.TableName);
  if (table.status === 'CREATING' || table.status === 'DELETING') {
    const { TableStatus } = describeTable(table);
    throw new ServiceError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is in state ${TableStatus}: ${table.name}`,
    );
  }
  const { Enabled, AttributeName } = input.TimeToLiveSpecification;
  refuseSameState(table, Enabled, AttributeName, region.clock.now());
  refuseTooMany(region, false);
  const settled = Enabled ? 'ENABLED' : 'DISABLED';
  table.timeToLive = {
    status: Enabled ? 'ENABLING' : 'DISABLING',
    attribute: AttributeName,
    changedAt: region.clock.now(),
  };
  region.after(DURATIONS.timeToLive, () => {
    table.timeToLive = { ...table.timeToLive, status: settled };
  });
  return { TimeToLiveSpecification: { Enabled, AttributeName } };
}

function refuseSameState({ timeToLive }: Table, enable: boolean, attribute: string, now: number): void {
  const { status, changedAt } = timeToLive;
  if (status === 'ENABLING' || status === 'DISABLING') {
    throw validation('Time to live has been modified multiple times within a fixed interval');
  }
  const enabled = status === 'ENABLED';
  if (enabled && timeToLive.attribute !== attribute) {
    throw validation(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${timeToLive.attribute}`,
    );
  }
  if (enabled === enable) throw validation(`TimeToLive is already ${enable ? 'enabled' : 'disabled'}`);
  if (changedAt !== null && now - changedAt < HOUR) {
    throw validation('Time to live has been modified multiple times within a fixed interval');
  }
}
