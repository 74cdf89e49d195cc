import type { Clock } from './clock.ts';
import { applicationAutoscalingService } from './emulators/application-autoscaling/index.ts';
import { type AutoscalingStore, createAutoscalingStore } from './emulators/application-autoscaling/store.ts';
import { createDynamoDbService, type DynamoDbService, type FindKey } from './emulators/dynamodb/index.ts';
import { anyKey } from './emulators/dynamodb/settings.ts';
import type { ThrottleOptions } from './emulators/dynamodb/throttle/index.ts';
import type { CallS3 } from './emulators/dynamodb/transfer/storage.ts';
import type { TargetPorts } from './emulators/events/delivery.ts';
import { eventsService } from './emulators/events/index.ts';
import { createEventStore, type EventStore } from './emulators/events/store.ts';
import { iamService } from './emulators/iam/index.ts';
import { ensureServiceRole } from './emulators/iam/service-linked-roles.ts';
import { createIamStore, type IamStore } from './emulators/iam/store.ts';
import { kmsService } from './emulators/kms/index.ts';
import { createKmsStore, type KmsStore } from './emulators/kms/store.ts';
import { s3Service } from './emulators/s3/index.ts';
import { createS3Store, type S3Store } from './emulators/s3/store.ts';
import { secretsManagerService } from './emulators/secretsmanager/index.ts';
import { createSecretsStore, type SecretsStore } from './emulators/secretsmanager/store.ts';
import { snsService } from './emulators/sns/index.ts';
import { createSnsStore, type SnsStore } from './emulators/sns/store.ts';
import { sqsService } from './emulators/sqs/index.ts';
import { createSqsStore, type SqsStore } from './emulators/sqs/store.ts';
import { ssmService } from './emulators/ssm/index.ts';
import { createSsmStore, type SsmStore } from './emulators/ssm/store.ts';
import { createStatesService } from './emulators/states/index.ts';
import { stsService } from './emulators/sts/index.ts';
import type { Credentials } from './gateway/credentials.ts';
import { type Service, ServiceError } from './service.ts';
import type { StatesEngine } from './states/engine.ts';

/** What the emulated services hold, for the host's own use. */
export interface Stores {
  readonly iam: IamStore;
  readonly kms: KmsStore;
  readonly s3: S3Store;
  readonly secrets: SecretsStore;
  readonly sns: SnsStore;
  readonly sqs: SqsStore;
  readonly ssm: SsmStore;
  readonly events: EventStore;
  readonly dynamodb: DynamoDbService;
  readonly autoscaling: AutoscalingStore;
}

/** Empty stores of all accounts; without `callS3` DynamoDB finds no bucket to export to. */
export function createStores(clock: Clock, callS3?: CallS3, capacity?: ThrottleOptions): Stores {
  const kms = createKmsStore(clock);
  const iam = createIamStore(clock);
  return {
    iam,
    kms,
    s3: createS3Store(clock),
    secrets: createSecretsStore(clock),
    sns: createSnsStore(),
    sqs: createSqsStore(clock),
    ssm: createSsmStore(clock),
    events: createEventStore(clock),
    dynamodb: createDynamoDbService({
      clock,
      findKey: dynamoDbKeys(kms),
      findPrincipal: (arn) => principalExists(iam, arn),
      ensureServiceRole: (account, kind) => void ensureServiceRole(iam, account, kind),
      ...(capacity && { capacity }),
      ...(callS3 && { callS3 }),
    }),
    autoscaling: createAutoscalingStore(),
  };
}

/** Every service that the gateway leads to. */
export function createServices(
  stores: Stores,
  hosted: { clock: Clock; credentials: Credentials; states: StatesEngine; targets: TargetPorts },
): readonly Service[] {
  const { clock, credentials, states, targets } = hosted;
  const { iam, kms, s3, secrets, sns, sqs, ssm, events, dynamodb, autoscaling } = stores;
  return [
    stsService(iam, credentials),
    iamService(iam),
    kmsService(kms),
    s3Service(s3, clock),
    secretsManagerService(secrets, clock),
    snsService(sns),
    sqsService(sqs, clock),
    ssmService(ssm),
    eventsService({ store: events, ports: targets, clock }),
    dynamodb,
    applicationAutoscalingService({
      store: autoscaling,
      tables: dynamodb.scaledTables,
      clock,
      serviceRole: (account) => ensureServiceRole(iam, account, 'dynamoDbAutoscaling').arn,
    }),
    createStatesService(states),
  ];
}

/** Keys exist only if someone created them, but for the one that AWS keeps for DynamoDB in every account. */
function dynamoDbKeys(kms: KmsStore): FindKey {
  return (place, keyId) => {
    if (keyId.endsWith('alias/aws/dynamodb')) return keyOfAws(kms, place, keyId);
    const key = kms.findKey(place.account, place.region, keyId);
    if (key?.region !== place.region || key.account !== place.account) return null;
    if (key.enabled) return key.arn;
    const message = `One or more parameter values were invalid: KMS validation error: key ${keyId} is disabled`;
    throw new ServiceError('ValidationException', message);
  };
}

/** AWS makes its key in an account when it is needed first; KMS shows it from then on. */
function keyOfAws(kms: KmsStore, place: Parameters<FindKey>[0], keyId: string): string | null {
  const arn = anyKey(place, keyId);
  if (arn !== null && !kms.findKey(place.account, place.region, arn)) {
    kms.putKey({ ...place, keyId: arn.slice(arn.lastIndexOf('/') + 1), manager: 'AWS' });
  }
  return arn;
}

/** Roles exist only if someone created them; of a session, its role. There are no users. */
function principalExists(iam: IamStore, arn: string): boolean {
  const [, account = '', role = ''] = /^arn:aws[\w-]*:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return iam.findRole(arn) !== undefined || iam.roleByName(account, role) !== undefined;
}
