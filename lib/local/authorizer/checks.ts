import type { DynamoDbService } from '../emulators/dynamodb/index.ts';
import type { IamStore } from '../emulators/iam/store.ts';
import type { KmsStore } from '../emulators/kms/store.ts';
import type { S3Store } from '../emulators/s3/store.ts';
import type { Credentials } from '../gateway/credentials.ts';
import type { AuthorizationRequest } from '../gateway/gateway.ts';
import { jsonBody } from '../gateway/wire.ts';
import { ServiceError } from '../service.ts';

/** One action that a call needs. */
export interface Check {
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or null for actions on no resource. */
  readonly resource: string | null;
  /** Condition keys of the call beyond those that every call has; undefined values are left out. */
  readonly context?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What the table of operations asks of the host: who owns what, and how it is encrypted. */
export interface Holdings {
  readonly s3: S3Store;
  readonly kms: KmsStore;
  readonly iam: IamStore;
  readonly dynamodb: Pick<DynamoDbService, 'keyOf' | 'policyOf' | 'streamsOf'>;
  readonly credentials: Credentials;
}

/** What a call needs: every check must be granted. */
export type Rule = (call: AuthorizationRequest, holdings: Holdings) => readonly Check[];

/** The operation's own action on the resource that the service identified. */
export const own = ({ service, operation, resource }: AuthorizationRequest): readonly Check[] => [
  { action: `${service}:${operation}`, resource },
];

/** Another action on the resource that the service identified. */
export const as =
  (action: string): Rule =>
  ({ resource }) => [{ action, resource }];

/** The same rule for several operations. */
export const all = (names: readonly string[], rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.map((name) => [name, rule]));

/** The body of an AWS JSON call; a body that is no JSON object is left for the service to refuse. */
export function bodyOf({ request }: AuthorizationRequest): Record<string, unknown> {
  try {
    return jsonBody(request);
  } catch (error) {
    if (error instanceof ServiceError) return {};
    throw error;
  }
}

/** Tags of a request as `aws:RequestTag/…` and `aws:TagKeys`; none for what is no list of tags. */
export function tagContext(tags: unknown): Record<string, string | readonly string[]> {
  const pairs = (Array.isArray(tags) ? tags : []).flatMap((tag): [string, string][] => {
    const { Key, Value, TagKey, TagValue } = (tag ?? {}) as Record<string, unknown>;
    const [key, value] = [Key ?? TagKey, Value ?? TagValue];
    return typeof key === 'string' && typeof value === 'string' ? [[key, value]] : [];
  });
  if (pairs.length === 0) return {};
  return {
    ...Object.fromEntries(pairs.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': pairs.map(([key]) => key),
  };
}
