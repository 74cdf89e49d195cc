import { randomUUID } from 'node:crypto';
import { refusalSentence } from './authorizer/sentence.ts';
import type { Clock } from './clock.ts';
import type { CallS3 } from './emulators/dynamodb/transfer/storage.ts';
import type { S3Store } from './emulators/s3/store.ts';
import { encodeUri } from './gateway/canonical.ts';
import type { AuthorizationRequest, Decision } from './gateway/gateway.ts';
import { type RecordedCall, type Service, ServiceError, type ServiceRequest } from './service.ts';

/** What calls in a caller's name go through. */
export interface ForwardedCallsSettings {
  readonly service: Service;
  readonly store: S3Store;
  readonly clock: Clock;
  /** @default - every call is allowed */
  readonly authorize?: (call: AuthorizationRequest) => Decision;
  readonly record?: (call: RecordedCall) => void;
}

/**
 * S3 for services that call it in the name of their caller: no signature is sent and no fault befalls the call, all else
 * is as if the caller had sent it. Services reach buckets of any region.
 */
export function createForwardedCalls({ service, store, clock, authorize, record }: ForwardedCallsSettings): CallS3 {
  return async (session, { method, bucket, key, query = {}, headers = {}, body = Buffer.alloc(0) }) => {
    const caller = { ...session, region: store.findBucket(bucket)?.region ?? session.region };
    const path = `/${bucket}${key === undefined ? '' : `/${key.split('/').map(encodeUri).join('/')}`}`;
    const requestId = randomUUID();
    const request: ServiceRequest = {
      ...{ caller, method, path, query: new URLSearchParams(query), headers, body, endpoint: '', requestId },
    };
    const { operation, resource } = service.identify(request);
    const call = { caller, service: service.name, operation, resource, request };
    const decision = authorize?.(call) ?? { allowed: true, reason: '' };
    const note = (allowed: boolean) =>
      record?.({
        at: new Date(clock.now()).toISOString(),
        account: caller.account,
        role: caller.role,
        ...{ service: service.name, operation, resource, allowed, fault: null },
      });
    try {
      if (!decision.allowed) throw denied(call, decision);
      const response = await service.handle(request, { operation, resource });
      note(true);
      return response;
    } catch (error) {
      note(!(error instanceof ServiceError && error.code === 'AccessDenied'));
      throw error;
    }
  };
}

function denied(call: AuthorizationRequest, decision: Decision): ServiceError {
  const { action = `${call.service}:${call.operation}`, resource = call.resource, reason } = decision;
  const sentence = refusalSentence({ user: call.caller.arn, action, resource, reason });
  return new ServiceError('AccessDenied', sentence, 403);
}
