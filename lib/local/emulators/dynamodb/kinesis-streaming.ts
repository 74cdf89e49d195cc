import { ServiceError } from '../../service.ts';
import { invalidParameter, validation } from './names.ts';
import { type Asked, DURATIONS, findTable, type Region } from './region.ts';
import type { Table } from './table.ts';

/** A Kinesis data stream to which changes of a table go, or once went. */
export interface StreamingDestination {
  readonly streamArn: string;
  status: 'ENABLING' | 'ACTIVE' | 'DISABLING' | 'DISABLED' | 'UPDATING';
  precision: string;
}

const DEFAULT_PRECISION = 'MILLISECOND';
const STREAM_ARN = /^arn:aws:kinesis:([a-z0-9-]+):(\d{12}):stream\/([a-zA-Z0-9_.-]{1,128})$/;
/** No Kinesis service is emulated: a stream exists unless its name ends so. */
const MISSING = '-missing';

interface Configuration {
  readonly ApproximateCreationDateTimePrecision?: string;
}

interface DestinationInput {
  readonly TableName: string;
  readonly StreamArn: string;
  readonly EnableKinesisStreamingConfiguration?: Configuration;
  readonly UpdateKinesisStreamingConfiguration?: Configuration;
}

/** EnableKinesisStreamingDestination; a destination that is on or in transition cannot be switched on. */
export function enableStreaming(asked: Asked, input: DestinationInput): Record<string, unknown> {
  const { region } = asked;
  const table = usable(asked, input.TableName);
  checkStream(region, input.StreamArn);
  const known = table.streaming.find(({ streamArn }) => streamArn === input.StreamArn);
  if (known && known.status !== 'DISABLED') {
    throw validation(
      `Table is not in a valid state to enable Kinesis Streaming Destination: it is ${known.status} and must be DISABLED`,
    );
  }
  const precision = input.EnableKinesisStreamingConfiguration?.ApproximateCreationDateTimePrecision;
  const destination = known ?? { streamArn: input.StreamArn, status: 'ENABLING', precision: '' };
  destination.precision = precision ?? DEFAULT_PRECISION;
  if (!known) table.streaming.push(destination);
  region.ensureServiceRole('kinesisReplication');
  transit(region, destination, 'ENABLING', 'ACTIVE');
  return answer(table, destination, 'EnableKinesisStreamingConfiguration');
}

/** DisableKinesisStreamingDestination: the destination stays listed as DISABLED. */
export function disableStreaming(asked: Asked, input: DestinationInput): Record<string, unknown> {
  const table = usable(asked, input.TableName);
  const destination = activeDestination(table, input.StreamArn, 'disable');
  transit(asked.region, destination, 'DISABLING', 'DISABLED');
  return answer(table, destination, 'EnableKinesisStreamingConfiguration');
}

/** UpdateKinesisStreamingDestination: changes the precision of an active destination. */
export function updateStreaming(asked: Asked, input: DestinationInput): Record<string, unknown> {
  const table = usable(asked, input.TableName);
  const precision = input.UpdateKinesisStreamingConfiguration?.ApproximateCreationDateTimePrecision;
  if (precision === undefined) {
    throw invalidParameter('UpdateKinesisStreamingConfiguration needs ApproximateCreationDateTimePrecision');
  }
  const destination = activeDestination(table, input.StreamArn, 'update');
  if (destination.precision === precision) throw validation(`Precision is already set to ${precision}`);
  destination.precision = precision;
  transit(asked.region, destination, 'UPDATING', 'ACTIVE');
  return answer(table, destination, 'UpdateKinesisStreamingConfiguration');
}

/** DescribeKinesisStreamingDestination: every stream that the table was ever connected to. */
export function describeStreaming(asked: Asked, input: { readonly TableName: string }): Record<string, unknown> {
  const table = findTable(asked, input.TableName);
  return {
    TableName: table.name,
    KinesisDataStreamDestinations: table.streaming.map(({ streamArn, status, precision }) => ({
      StreamArn: streamArn,
      DestinationStatus: status,
      ApproximateCreationDateTimePrecision: precision,
    })),
  };
}

function usable(asked: Asked, name: string): Table {
  const table = findTable(asked, name);
  if (table.status === 'ACTIVE' || table.status === 'UPDATING') return table;
  throw new ServiceError(
    'ResourceInUseException',
    `Attempt to change a resource which is still in use: Table is in state ${table.status}: ${table.name}`,
  );
}

function checkStream({ place }: Region, arn: string): void {
  const [, region, account, name = ''] = STREAM_ARN.exec(arn) ?? [];
  if (region === undefined) throw invalidParameter(`StreamArn is not the ARN of a Kinesis data stream: ${arn}`);
  if (region !== place.region || account !== place.account) {
    throw invalidParameter(`The stream must be of account ${place.account} in ${place.region}: ${arn}`);
  }
  if (name.endsWith(MISSING)) {
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Stream: ${name} not found`);
  }
}

function activeDestination(table: Table, arn: string, verb: string): StreamingDestination {
  const invalid = `Table is not in a valid state to ${verb} Kinesis Streaming Destination`;
  const destination = table.streaming.find(({ streamArn }) => streamArn === arn);
  if (!destination) {
    throw new ServiceError('ResourceNotFoundException', `${invalid}: table ${table.name} does not stream to ${arn}`);
  }
  if (destination.status !== 'ACTIVE') throw validation(`${invalid}: it is ${destination.status} and must be ACTIVE`);
  return destination;
}

function transit(
  region: Region,
  destination: StreamingDestination,
  during: StreamingDestination['status'],
  after: StreamingDestination['status'],
): void {
  destination.status = during;
  region.after(DURATIONS.streaming, () => {
    destination.status = after;
  });
}

const answer = ({ name }: Table, { streamArn, status, precision }: StreamingDestination, member: string) => ({
  TableName: name,
  StreamArn: streamArn,
  DestinationStatus: status,
  [member]: { ApproximateCreationDateTimePrecision: precision },
});
