import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { randomId } from '../../gateway/credentials.ts';
import { ServiceError } from '../../service.ts';

/** The value of a secret: text or base64. */
export interface SecretValue {
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

export interface SecretVersion {
  readonly versionId: string;
  readonly value: SecretValue;
  readonly stages: Set<string>;
  readonly created: Date;
}

export interface Secret {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Ends in a hyphen and six random characters. */
  readonly arn: string;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly created: Date;
  changed: Date;
  /** When it will be gone, null unless it is scheduled for deletion. */
  deleted: Date | null;
  readonly tags: Map<string, string>;
  readonly versions: Map<string, SecretVersion>;
}

export interface SecretRequest {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** @default - no version yet */
  readonly value?: SecretValue;
  /** Version id of the value. @default - a new one */
  readonly token?: string;
  readonly description?: string;
  readonly kmsKeyId?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Secrets of all accounts and regions. */
export interface SecretsStore {
  /** Throws ResourceExistsException, or InvalidRequestException while one of that name waits for its deletion. */
  putSecret(request: SecretRequest): Secret;
  /** By name within account and region, or by ARN with or without its random ending. */
  findSecret(account: string, region: string, id: string): Secret | undefined;
  /** Oldest first. */
  secrets(account: string, region: string): Secret[];
  deleteSecret(secret: Secret): void;
  /** Adds a value; throws ResourceExistsException when the token stands for another value. */
  putValue(secret: Secret, value: SecretValue, token: string, stages: readonly string[]): SecretVersion;
}

export function createSecretsStore(clock: Clock): SecretsStore {
  const secrets = new Map<string, Secret>();

  const store: SecretsStore = {
    putSecret(request) {
      const { account, region, name, value, token = randomUUID(), description, kmsKeyId, tags = {} } = request;
      const existing = store.findSecret(account, region, name);
      if (existing) return repeated(existing, value, token);
      const secret: Secret = {
        account,
        region,
        name,
        arn: `${arnPrefix(account, region)}${name}-${randomId('', 6)}`,
        description,
        kmsKeyId,
        created: new Date(clock.now()),
        changed: new Date(clock.now()),
        deleted: null,
        tags: new Map(Object.entries(tags)),
        versions: new Map(),
      };
      secrets.set(secret.arn, secret);
      if (value) store.putValue(secret, value, token, ['AWSCURRENT']);
      return secret;
    },
    findSecret(account, region, id) {
      const exact = secrets.get(id);
      if (exact) return exact;
      const prefix = arnPrefix(account, region);
      const name = id.startsWith(prefix) ? id.slice(prefix.length) : id;
      return store.secrets(account, region).find((secret) => secret.name === name);
    },
    secrets: (account, region) =>
      [...secrets.values()].filter((secret) => secret.account === account && secret.region === region),
    deleteSecret: (secret) => void secrets.delete(secret.arn),
    putValue(secret, value, token, stages) {
      const existing = secret.versions.get(token);
      if (existing && !isSame(existing.value, value)) {
        const message = `A resource with the ID you requested already exists with another value: version ${token}`;
        throw new ServiceError('ResourceExistsException', message);
      }
      const created = new Date(clock.now());
      const version = existing ?? { versionId: token, value, stages: new Set<string>(), created };
      secret.versions.set(token, version);
      for (const stage of stages) moveStage(secret, stage, version);
      secret.changed = created;
      return version;
    },
  };
  return store;
}

/** A stage belongs to one version; the version that loses AWSCURRENT gets AWSPREVIOUS. */
function moveStage(secret: Secret, stage: string, target: SecretVersion): void {
  const holder = [...secret.versions.values()].find(({ stages }) => stages.has(stage));
  if (holder === target) return;
  holder?.stages.delete(stage);
  target.stages.add(stage);
  if (stage === 'AWSCURRENT' && holder) moveStage(secret, 'AWSPREVIOUS', holder);
}

/** The same create again, by the same token and value, is the answer that was lost; any other is refused. */
function repeated(secret: Secret, value: SecretValue | undefined, token: string): Secret {
  if (secret.deleted) {
    const message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    throw new ServiceError('InvalidRequestException', message);
  }
  const version = secret.versions.get(token);
  if (version && value && isSame(version.value, value)) return secret;
  const message = `The operation failed because the secret ${secret.name} already exists.`;
  throw new ServiceError('ResourceExistsException', message);
}

const isSame = (a: SecretValue, b: SecretValue) =>
  a.SecretString === b.SecretString && a.SecretBinary === b.SecretBinary;

const arnPrefix = (account: string, region: string) => `arn:aws:secretsmanager:${region}:${account}:secret:`;
