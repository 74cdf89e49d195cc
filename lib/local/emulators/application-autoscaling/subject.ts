import { type Caller, ServiceError } from '../../service.ts';
import type { ScaledCapacity } from '../dynamodb/scaling.ts';
import type { Subject } from './store.ts';

export const invalid = (message: string) => new ServiceError('ValidationException', message);

interface SubjectInput {
  readonly ServiceNamespace: string;
  readonly ResourceId: string;
  readonly ScalableDimension: string;
}

const RESOURCE = /^table\/([a-zA-Z0-9_.-]{3,255})(?:\/index\/([a-zA-Z0-9_.-]{3,255}))?$/;

/** Only DynamoDB is built; the service has the same words for a resource that does not fit its dimension. */
export function subjectOf({ ServiceNamespace, ResourceId, ScalableDimension }: SubjectInput, caller: Caller): Subject {
  const [, table, index] = RESOURCE.exec(ResourceId) ?? [];
  const kind = index === undefined ? 'table' : 'index';
  if (ServiceNamespace !== 'dynamodb' || !table || !ScalableDimension.startsWith(`dynamodb:${kind}:`)) {
    throw invalid('Unsupported service namespace, resource type or scalable dimension');
  }
  return { account: caller.account, region: caller.region, resourceId: ResourceId, dimension: ScalableDimension };
}

/** Refuses a listing of another service, which is not built, and a dimension without a resource. */
export function checkListing(
  { ServiceNamespace, ScalableDimension }: Partial<SubjectInput>,
  hasResource: boolean,
): void {
  if (ServiceNamespace !== 'dynamodb') {
    throw invalid('Unsupported service namespace, resource type or scalable dimension');
  }
  if (ScalableDimension !== undefined && !hasResource) {
    throw invalid('ResourceId is required when ScalableDimension is specified');
  }
}

/** The capacity that a subject stands for. */
export function capacityOf({ account, region, resourceId, dimension }: Subject): ScaledCapacity {
  const [, table = '', index] = RESOURCE.exec(resourceId) ?? [];
  return {
    place: { account, region },
    table,
    index: index ?? null,
    unit: dimension.endsWith(':ReadCapacityUnits') ? 'read' : 'write',
  };
}

/** ` service namespace: …, resource ID: …, scalable dimension: …`, as refusals name a subject. */
export const shown = ({ resourceId, dimension }: Subject) =>
  `service namespace: dynamodb, resource ID: ${resourceId}, scalable dimension: ${dimension}`;

export const noTarget = (subject: Subject) =>
  new ServiceError('ObjectNotFoundException', `No scalable target registered for ${shown(subject)}`);
