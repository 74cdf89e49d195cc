import { jsonService, operation, textOf } from '../../gateway/operations.ts';
import { flag, integer, list, oneOf, required, structure, text } from '../../members.ts';
import { type Service, ServiceError, type ServiceRequest } from '../../service.ts';
import { tokenPage } from '../paging.ts';
import { dataKeyOperations } from './data-keys.ts';
import { checkKeyPolicy } from './key-policy.ts';
import type { Key, KmsStore } from './store.ts';

/** Page size when the client names none. KMS has 100; small pages make every client page. */
const DEFAULT_PAGE = 20;
const MAX_TAGS = 50;

const KEY_ID = required(text({ min: 1, max: 2048 }));
const POLICY = text({ min: 1, max: 131072, pattern: /^[\t\n\r -ÿ]+$/ });
const PAGING = { Limit: integer(1, 1000), Marker: text({ min: 1, max: 1024 }) };
const tag = structure({ TagKey: required(text({ min: 1, max: 128 })), TagValue: required(text({ max: 256 })) });

/** Symmetric keys with their policies and aliases; keys of other kinds are refused by name. */
export function kmsService(store: KmsStore): Service {
  function existing(id: string, { caller }: ServiceRequest, kinds: 'key' | 'any' = 'key'): Key {
    const key =
      kinds === 'key' && /(^|:)alias\//.test(id) ? undefined : store.findKey(caller.account, caller.region, id);
    if (key && key.region === caller.region) return key;
    const prefix = `arn:aws:kms:${caller.region}:${caller.account}:`;
    const kind = id.startsWith('alias/') ? 'Alias' : 'Key';
    const arn = id.startsWith('arn:') ? id : prefix + (kind === 'Alias' ? id : `key/${id}`);
    throw new ServiceError('NotFoundException', `${kind} '${arn}' does not exist`);
  }
  const keyArn = (input: Readonly<Record<string, unknown>>, { caller }: ServiceRequest) =>
    store.findKey(caller.account, caller.region, textOf(input, 'KeyId') || textOf(input, 'TargetKeyId'))?.arn ?? null;
  const paged = <T>(all: readonly T[], input: { Limit?: number; Marker?: string }, name: string) => {
    const place = { token: input.Marker, size: input.Limit ?? DEFAULT_PAGE, name, code: 'InvalidMarkerException' };
    const { items, next } = tokenPage(all, place);
    return { items, paging: { Truncated: next !== undefined, ...(next !== undefined && { NextMarker: next }) } };
  };

  const enabling = (enabled: boolean) =>
    operation({
      input: structure({ KeyId: KEY_ID }),
      resource: keyArn,
      run: ({ KeyId }, request) => {
        existing(KeyId, request).enabled = enabled;
        return undefined;
      },
    });

  return jsonService({
    name: 'kms',
    targetPrefix: 'TrentService',
    form: { version: '1.1' },
    operations: {
      ...dataKeyOperations(store, (id, request) => existing(id, request, 'any')),
      CreateKey: operation({
        input: structure({
          Policy: POLICY,
          Description: text({ max: 8192 }),
          KeyUsage: oneOf('SIGN_VERIFY', 'ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'),
          KeySpec: text(),
          Origin: oneOf('AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'),
          BypassPolicyLockoutSafetyCheck: flag(),
          Tags: list(tag),
          MultiRegion: flag(),
        }),
        run: (input, { caller }) => {
          refuseUnbuilt('KeyUsage', input.KeyUsage, 'ENCRYPT_DECRYPT');
          refuseUnbuilt('KeySpec', input.KeySpec, 'SYMMETRIC_DEFAULT');
          refuseUnbuilt('Origin', input.Origin, 'AWS_KMS');
          refuseUnbuilt('MultiRegion', input.MultiRegion, false);
          if (input.Policy !== undefined) {
            checkKeyPolicy(input.Policy, caller, input.BypassPolicyLockoutSafetyCheck ?? false);
          }
          const tags = input.Tags ?? [];
          if (tags.length > MAX_TAGS || new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) {
            throw new ServiceError('TagException', 'Duplicate tag keys, or more than 50 tags');
          }
          const key = store.putKey({
            account: caller.account,
            region: caller.region,
            tags: Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])),
            ...(input.Policy !== undefined && { policy: input.Policy }),
            ...(input.Description !== undefined && { description: input.Description }),
          });
          return { KeyMetadata: metadata(key) };
        },
      }),
      DescribeKey: operation({
        input: structure({ KeyId: KEY_ID, GrantTokens: list(text({ min: 1, max: 8192 }), 0, 10) }),
        resource: keyArn,
        run: ({ KeyId }, request) => ({ KeyMetadata: metadata(existing(KeyId, request, 'any')) }),
      }),
      EnableKey: enabling(true),
      DisableKey: enabling(false),
      ListKeys: operation({
        input: structure(PAGING),
        run: (input, { caller }) => {
          const { items, paging } = paged(store.keys(caller.account, caller.region), input, 'ListKeys');
          return { Keys: items.map((key) => ({ KeyId: key.keyId, KeyArn: key.arn })), ...paging };
        },
      }),
      CreateAlias: operation({
        input: structure({
          AliasName: required(text({ min: 1, max: 256, pattern: /^[a-zA-Z0-9:/_-]+$/ })),
          TargetKeyId: KEY_ID,
        }),
        resource: keyArn,
        run: ({ AliasName, TargetKeyId }, request) => {
          if (!AliasName.startsWith('alias/') || AliasName.startsWith('alias/aws/') || AliasName === 'alias/') {
            const message = 'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/';
            throw new ServiceError('InvalidAliasNameException', message);
          }
          store.putAlias(existing(TargetKeyId, request), AliasName);
          return undefined;
        },
      }),
      ListAliases: operation({
        input: structure({ KeyId: text({ min: 1, max: 2048 }), ...PAGING }),
        resource: keyArn,
        run: (input, request) => {
          const { account, region } = request.caller;
          const only = input.KeyId === undefined ? null : existing(input.KeyId, request).keyId;
          const all = store.aliases(account, region).filter(({ keyId }) => only === null || keyId === only);
          const { items, paging } = paged(all, input, `ListAliases/${only}`);
          const rows = items.map((alias) => ({
            AliasName: alias.name,
            AliasArn: alias.arn,
            TargetKeyId: alias.keyId,
            CreationDate: alias.created.getTime() / 1000,
            LastUpdatedDate: alias.created.getTime() / 1000,
          }));
          return { Aliases: rows, ...paging };
        },
      }),
      GetKeyPolicy: operation({
        input: structure({ KeyId: KEY_ID, PolicyName: text({ min: 1, max: 128 }) }),
        resource: keyArn,
        run: ({ KeyId, PolicyName }, request) => {
          checkPolicyName(PolicyName);
          return { Policy: existing(KeyId, request).policy, PolicyName: 'default' };
        },
      }),
      PutKeyPolicy: operation({
        input: structure({
          KeyId: KEY_ID,
          PolicyName: text({ min: 1, max: 128 }),
          Policy: required(POLICY),
          BypassPolicyLockoutSafetyCheck: flag(),
        }),
        resource: keyArn,
        run: (input, request) => {
          checkPolicyName(input.PolicyName);
          const key = existing(input.KeyId, request);
          checkKeyPolicy(input.Policy, request.caller, input.BypassPolicyLockoutSafetyCheck ?? false);
          key.policy = input.Policy;
          return undefined;
        },
      }),
    },
  });
}

const metadata = (key: Key) => ({
  AWSAccountId: key.account,
  KeyId: key.keyId,
  Arn: key.arn,
  CreationDate: key.created.getTime() / 1000,
  Enabled: key.enabled,
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.enabled ? 'Enabled' : 'Disabled',
  Origin: 'AWS_KMS',
  KeyManager: key.manager,
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});

function refuseUnbuilt(member: string, value: string | boolean | undefined, built: string | boolean): void {
  if (value === undefined || value === built) return;
  throw new ServiceError('UnsupportedOperationException', `${member} ${value} is not implemented by this emulator`);
}

/** The only policy of a key is called `default`. */
function checkPolicyName(name: string | undefined): void {
  if (name === undefined || name === 'default') return;
  throw new ServiceError('NotFoundException', `No such policy exists`);
}
