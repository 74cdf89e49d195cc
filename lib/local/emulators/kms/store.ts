import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { ServiceError } from '../../service.ts';

/** A symmetric key for encryption and decryption. */
export interface Key {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly created: Date;
  /** AWS for the key that a service has of its own in an account. */
  readonly manager: 'AWS' | 'CUSTOMER';
  enabled: boolean;
  /** JSON text, as the client wrote it. */
  policy: string;
  readonly tags: Readonly<Record<string, string>>;
  /** 32 bytes that never leave the service. */
  readonly material: Buffer;
}

export interface KeyRequest {
  readonly account: string;
  readonly region: string;
  /** @default - a new one */
  readonly keyId?: string;
  /** JSON text. @default - the account's root may do everything */
  readonly policy?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** @default CUSTOMER */
  readonly manager?: Key['manager'];
}

export interface Alias {
  /** `alias/…`. */
  readonly name: string;
  readonly arn: string;
  readonly keyId: string;
  readonly created: Date;
}

/** Keys and aliases of all accounts and regions. */
export interface KmsStore {
  putKey(request: KeyRequest): Key;
  /** Throws AlreadyExistsException. */
  putAlias(key: Key, name: string): Alias;
  /** By key id or `alias/…` within account and region, or by ARN of a key or alias anywhere. */
  findKey(account: string, region: string, id: string): Key | undefined;
  keys(account: string, region: string): Key[];
  aliases(account: string, region: string): Alias[];
}

export function createKmsStore(clock: Clock): KmsStore {
  const keys = new Map<string, Key>();
  const aliases = new Map<string, Alias>();

  return {
    putKey(request) {
      const { account, region, keyId = randomUUID(), description = '', tags = {}, manager = 'CUSTOMER' } = request;
      const arn = `${arnPrefix(account, region)}key/${keyId}`;
      const policy = request.policy ?? defaultPolicy(account);
      const made = { created: new Date(clock.now()), material: randomBytes(32), enabled: true };
      const key: Key = { account, region, keyId, arn, description, tags, policy, manager, ...made };
      keys.set(arn, key);
      return key;
    },
    putAlias(key, name) {
      const arn = arnPrefix(key.account, key.region) + name;
      if (aliases.has(arn)) {
        throw new ServiceError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
      }
      const alias: Alias = { name, arn, keyId: key.keyId, created: new Date(clock.now()) };
      aliases.set(arn, alias);
      return alias;
    },
    findKey(account, region, id) {
      const here = arnPrefix(account, region);
      const arn = id.startsWith('arn:') ? id : here + (id.startsWith('alias/') ? id : `key/${id}`);
      const alias = aliases.get(arn);
      return keys.get(alias ? `${arn.slice(0, arn.indexOf('alias/'))}key/${alias.keyId}` : arn);
    },
    keys: (account, region) => within(keys, account, region),
    aliases: (account, region) => within(aliases, account, region),
  };
}

const arnPrefix = (account: string, region: string) => `arn:aws:kms:${region}:${account}:`;

function within<T>(all: ReadonlyMap<string, T>, account: string, region: string): T[] {
  return [...all].filter(([arn]) => arn.startsWith(arnPrefix(account, region))).map(([, value]) => value);
}

/** The policy that KMS gives a key made without one. */
function defaultPolicy(account: string): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] }, null, 2);
}
