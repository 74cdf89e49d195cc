import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { jsonService, operation, textOf } from '../../gateway/operations.ts';
import { flag, integer, list, oneOf, required, structure, text } from '../../members.ts';
import { type Service, ServiceError, type ServiceRequest } from '../../service.ts';
import { tokenPage } from '../paging.ts';
import { matchesFilters } from './filters.ts';
import type { Secret, SecretsStore, SecretValue } from './store.ts';

/** Page size when the client names none. The service has 100; small pages make every client page. */
const DEFAULT_PAGE = 20;
const DAY = 86_400_000;

const SECRET_ID = required(text({ min: 1, max: 2048 }));
const TOKEN = text({ min: 32, max: 64 });
const VALUE = {
  SecretString: text({ min: 1, max: 65536, secret: true }),
  SecretBinary: text({ min: 1, pattern: /^[A-Za-z0-9+/]*={0,2}$/, secret: true }),
};
const TAGS = list(structure({ Key: required(text({ min: 1, max: 128 })), Value: required(text({ max: 256 })) }));
const filter = structure({
  Key: required(oneOf('description', 'name', 'tag-key', 'tag-value', 'all')),
  Values: required(list(text({ max: 512 }), 1, 10)),
});

/** Secrets with their versions and stages; rotation and replication are not built. */
export function secretsManagerService(store: SecretsStore, clock: Clock): Service {
  function existing(id: string, { caller }: ServiceRequest): Secret {
    const secret = store.findSecret(caller.account, caller.region, id);
    if (secret && secret.region === caller.region) return secret;
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  function live(id: string, request: ServiceRequest): Secret {
    const secret = existing(id, request);
    if (!secret.deleted) return secret;
    const message = "You can't perform this operation on the secret because it was marked for deletion.";
    throw new ServiceError('InvalidRequestException', message);
  }
  const secretArn = (input: Readonly<Record<string, unknown>>, { caller }: ServiceRequest) =>
    store.findSecret(caller.account, caller.region, textOf(input, 'SecretId'))?.arn ??
    (textOf(input, 'SecretId') || null);

  return jsonService({
    name: 'secretsmanager',
    targetPrefix: 'secretsmanager',
    form: { version: '1.1', messageMember: 'Message' },
    operations: {
      CreateSecret: operation({
        input: structure({
          Name: required(text({ min: 1, max: 512, pattern: /^[\w/+=.@-]+$/ })),
          ClientRequestToken: TOKEN,
          Description: text({ max: 2048 }),
          KmsKeyId: text({ max: 2048 }),
          Tags: TAGS,
          ...VALUE,
        }),
        resource: (input, { caller }) =>
          `arn:aws:secretsmanager:${caller.region}:${caller.account}:secret:${textOf(input, 'Name')}`,
        run: (input, { caller }) => {
          const value = givenValue(input);
          const token = input.ClientRequestToken ?? randomUUID();
          const secret = store.putSecret({
            account: caller.account,
            region: caller.region,
            name: input.Name,
            token,
            tags: tagRecord(input.Tags ?? []),
            ...(value && { value }),
            ...(input.Description !== undefined && { description: input.Description }),
            ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
          });
          return { ARN: secret.arn, Name: secret.name, ...(value && { VersionId: token }) };
        },
      }),
      GetSecretValue: operation({
        input: structure({
          SecretId: SECRET_ID,
          VersionId: TOKEN,
          VersionStage: text({ min: 1, max: 256 }),
        }),
        resource: secretArn,
        run: ({ SecretId, VersionId, VersionStage }, request) => {
          const secret = live(SecretId, request);
          const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
          const version = [...secret.versions.values()].find(
            (one) =>
              (VersionId === undefined || one.versionId === VersionId) &&
              (stage === undefined || one.stages.has(stage)),
          );
          if (!version) {
            const wanted = VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`;
            const message = `Secrets Manager can't find the specified secret value for ${wanted}`;
            throw new ServiceError('ResourceNotFoundException', message);
          }
          return {
            ARN: secret.arn,
            Name: secret.name,
            VersionId: version.versionId,
            ...version.value,
            VersionStages: [...version.stages],
            CreatedDate: seconds(version.created),
          };
        },
      }),
      PutSecretValue: operation({
        input: structure({
          SecretId: SECRET_ID,
          ClientRequestToken: TOKEN,
          VersionStages: list(text({ min: 1, max: 256 }), 1, 20),
          ...VALUE,
        }),
        resource: secretArn,
        run: (input, request) => {
          const secret = live(input.SecretId, request);
          const value = givenValue(input);
          if (!value) throw invalid('You must provide either SecretString or SecretBinary.');
          const stages = input.VersionStages ?? ['AWSCURRENT'];
          const version = store.putValue(secret, value, input.ClientRequestToken ?? randomUUID(), stages);
          const { versionId: VersionId } = version;
          return { ARN: secret.arn, Name: secret.name, VersionId, VersionStages: [...version.stages] };
        },
      }),
      DescribeSecret: operation({
        input: structure({ SecretId: SECRET_ID }),
        resource: secretArn,
        run: ({ SecretId }, request) => {
          const secret = existing(SecretId, request);
          return { ...description(secret), VersionIdsToStages: stagesOf(secret) };
        },
      }),
      ListSecrets: operation({
        input: structure({
          IncludePlannedDeletion: flag(),
          MaxResults: integer(1, 100),
          NextToken: text({ min: 1, max: 4096 }),
          Filters: list(filter, 0, 10),
          SortOrder: oneOf('asc', 'desc'),
        }),
        run: (input, { caller }) => {
          const all = store
            .secrets(caller.account, caller.region)
            .filter((secret) => input.IncludePlannedDeletion || !secret.deleted)
            .filter((secret) => matchesFilters(secret, input.Filters ?? []));
          const { items, next } = tokenPage(input.SortOrder === 'asc' ? all : all.reverse(), {
            token: input.NextToken,
            size: input.MaxResults ?? DEFAULT_PAGE,
            name: 'ListSecrets',
            code: 'InvalidNextTokenException',
          });
          const SecretList = items.map((one) => ({ ...description(one), SecretVersionsToStages: stagesOf(one) }));
          return { SecretList, ...(next !== undefined && { NextToken: next }) };
        },
      }),
      DeleteSecret: operation({
        input: structure({
          SecretId: SECRET_ID,
          RecoveryWindowInDays: integer(),
          ForceDeleteWithoutRecovery: flag(),
        }),
        resource: secretArn,
        run: (input, request) => {
          const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: now = false } = input;
          if (now && days !== undefined) {
            throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
          }
          if (days !== undefined && (days < 7 || days > 30)) {
            throw invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
          }
          const secret = now ? existing(input.SecretId, request) : live(input.SecretId, request);
          const at = new Date(clock.now() + (now ? 0 : (days ?? 30) * DAY));
          if (now) store.deleteSecret(secret);
          else secret.deleted = at;
          return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(at) };
        },
      }),
      TagResource: operation({
        input: structure({ SecretId: SECRET_ID, Tags: required(TAGS) }),
        resource: secretArn,
        run: ({ SecretId, Tags }, request) => {
          const secret = live(SecretId, request);
          for (const [key, value] of Object.entries(tagRecord(Tags))) secret.tags.set(key, value);
          return undefined;
        },
      }),
    },
  });
}

function givenValue({ SecretString, SecretBinary }: SecretValue): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalid("You can't specify both a binary secret value and a string secret value in the same secret.");
  }
  if (SecretBinary !== undefined) return { SecretBinary };
  return SecretString === undefined ? undefined : { SecretString };
}

const description = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  ...(secret.description !== undefined && { Description: secret.description }),
  ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
  CreatedDate: seconds(secret.created),
  LastChangedDate: seconds(secret.changed),
  ...(secret.deleted && { DeletedDate: seconds(secret.deleted) }),
  Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
});

const stagesOf = (secret: Secret) =>
  Object.fromEntries([...secret.versions.values()].map(({ versionId, stages }) => [versionId, [...stages]]));

const tagRecord = (tags: readonly { Key: string; Value: string }[]) =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

const seconds = (date: Date) => date.getTime() / 1000;

const invalid = (message: string) => new ServiceError('InvalidParameterException', message);
