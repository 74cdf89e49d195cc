import type { DynamoDbService } from '../emulators/dynamodb/index.ts';
import type { IamStore } from '../emulators/iam/store.ts';
import type { KmsStore } from '../emulators/kms/store.ts';
import type { S3Store } from '../emulators/s3/store.ts';
import type { AccessRequest, PolicySet } from './evaluate.ts';
import { type Policy, type PolicyPlace, parsePolicy } from './policy.ts';

/** Stores that hold policies. */
export interface PolicyStores {
  readonly iam: IamStore;
  readonly s3: S3Store;
  readonly kms: KmsStore;
  readonly dynamodb: Pick<DynamoDbService, 'policyOf'>;
}

/** Finds the policies that have a say in a request; `session` is the JSON text of the caller's session policy. */
export type PolicyFinder = (request: AccessRequest, session: string | null) => PolicySet;

/** Reads policies out of the stores as they are at the moment; each is parsed once. */
export function createPolicyFinder({ iam, s3, kms, dynamodb }: PolicyStores): PolicyFinder {
  const byDocument = new WeakMap<object, Policy>();
  const byText = new Map<string, Policy>();

  function parsed(document: object | string, place: PolicyPlace, name: string): Policy {
    const known = typeof document === 'string' ? byText.get(place + document) : byDocument.get(document);
    if (known) return known;
    const policy = parsePolicy(document, place, name);
    if (typeof document !== 'string') byDocument.set(document, policy);
    else {
      // Sessions come and go, and each may have a policy of its own.
      if (byText.size > 10_000) byText.clear();
      byText.set(place + document, policy);
    }
    return policy;
  }

  function managed(arn: string): Policy[] {
    const policy = iam.findPolicy(arn);
    return policy ? [parsed(policy.document, 'identity', `policy ${arn}`)] : [];
  }

  function ofResource({ action, resource }: AccessRequest): Policy | null {
    const [, , service, region = '', account = '', name = ''] = resource.split(':');
    if (action.startsWith('sts:')) {
      const role = iam.findRole(resource);
      return role ? parsed(role.trustPolicy, 'trust', `trust policy of ${resource}`) : null;
    }
    if (service === 's3') {
      const bucket = s3.findBucket(name.split('/')[0] ?? '');
      return bucket?.policy ? parsed(bucket.policy, 'resource', `policy of bucket ${bucket.name}`) : null;
    }
    if (service === 'kms' && name.startsWith('key/')) {
      const key = kms.findKey(account, region, resource);
      return key ? parsed(key.policy, 'resource', `policy of key ${key.keyId}`) : null;
    }
    if (service === 'dynamodb' && name.startsWith('table/')) {
      const table = name.split('/')[1] ?? '';
      const text = dynamodb.policyOf({ account, region }, table);
      return text === null ? null : parsed(text, 'resource', `policy of table ${table}`);
    }
    return null;
  }

  return (request, session) => {
    const role = iam.findRole(request.principal.roleArn ?? '');
    const inline = [...(role?.policies ?? [])].map(([name, document]) =>
      parsed(document, 'identity', `policy ${name} of role ${role?.name}`),
    );
    const [boundary = null] = role?.permissionsBoundary ? managed(role.permissionsBoundary) : [];
    return {
      identity: [...inline, ...[...(role?.managedPolicies ?? [])].flatMap(managed)],
      // A boundary that is gone bounds everything.
      boundary: role?.permissionsBoundary ? (boundary ?? nothing) : null,
      session: session === null ? null : parsed(session, 'identity', 'session policy'),
      resource: ofResource(request),
      resourceMustAllow: request.action.startsWith('sts:') || /^arn:aws:kms:.*:key\//.test(request.resource),
    };
  };
}

const nothing: Policy = { name: 'missing boundary', variables: true, statements: [] };
