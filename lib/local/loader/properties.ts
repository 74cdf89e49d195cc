import * as z from 'zod';
import type { Resource } from './template.ts';

/*
 * The properties of each resource type that the local host takes over, as strict shapes: a property that nobody thought
 * about is refused by name. `aside` marks those that change nothing here: tags, logging, tracing, retention.
 */
const aside = z.unknown().optional();
const document = z.record(z.string(), z.unknown());
const seconds = z.coerce.number().int().positive();

const role = z.strictObject({
  AssumeRolePolicyDocument: document,
  RoleName: aside,
  Path: z.string().default('/'),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: document })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().optional(),
  MaxSessionDuration: seconds.default(3600),
  Description: z.string().default(''),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
});

const inlinePolicy = z.strictObject({
  PolicyName: z.string(),
  PolicyDocument: document,
  Roles: z.array(z.string()).min(1),
});

const managedPolicy = z.strictObject({
  ManagedPolicyName: aside,
  Path: z.string().default('/'),
  PolicyDocument: document,
  Description: z.string().default(''),
  Roles: z.array(z.string()).default([]),
});

const lambdaFunction = z.strictObject({
  FunctionName: aside,
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string().regex(/^[\w/-]+\.\w+$/),
  Runtime: z.string().regex(/^nodejs\d+\.x$/, 'only Node runtimes run here'),
  Role: z.string(),
  Timeout: seconds.default(3),
  MemorySize: z.coerce.number().int().default(128),
  Environment: z
    .strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
  LoggingConfig: z.object({ LogGroup: z.string().optional() }).default({}),
  PackageType: z.literal('Zip').optional(),
  Architectures: aside,
  TracingConfig: aside,
  Description: aside,
  Tags: aside,
});

const stateMachine = z.strictObject({
  StateMachineName: aside,
  StateMachineType: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
  RoleArn: z.string(),
  LoggingConfiguration: aside,
  TracingConfiguration: aside,
  EncryptionConfiguration: aside,
  Tags: aside,
});

const bucket = z.strictObject({
  BucketName: aside,
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  BucketEncryption: z
    .strictObject({
      ServerSideEncryptionConfiguration: z.tuple([
        z.strictObject({
          BucketKeyEnabled: aside,
          ServerSideEncryptionByDefault: z.strictObject({
            SSEAlgorithm: z.enum(['AES256', 'aws:kms']),
            KMSMasterKeyID: z.string().startsWith('arn:').optional(),
          }),
        }),
      ]),
    })
    .optional(),
  PublicAccessBlockConfiguration: aside,
  OwnershipControls: aside,
  LifecycleConfiguration: aside,
  LoggingConfiguration: aside,
  Tags: aside,
});

const key = z.strictObject({
  KeyPolicy: document,
  Description: z.string().default(''),
  EnableKeyRotation: aside,
  RotationPeriodInDays: aside,
  PendingWindowInDays: aside,
  Tags: aside,
});

const logGroup = z.strictObject({ LogGroupName: aside, RetentionInDays: aside, KmsKeyId: aside, Tags: aside });

const eventBus = z.strictObject({ Name: z.string(), Description: z.string().optional(), Tags: aside });

const eventBusPolicy = z.strictObject({ EventBusName: z.string(), StatementId: z.string(), Statement: document });

const eventRule = z.strictObject({
  Name: aside,
  Description: z.string().optional(),
  EventBusName: z.string().default('default'),
  EventPattern: document,
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z
    .array(
      z.strictObject({
        Id: z.string(),
        Arn: z.string(),
        RoleArn: z.string().optional(),
        Input: z.string().optional(),
        InputPath: z.string().optional(),
        InputTransformer: z
          .strictObject({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string() })
          .optional(),
        DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
        RetryPolicy: z
          .strictObject({
            MaximumEventAgeInSeconds: z.coerce.number().int().optional(),
            MaximumRetryAttempts: z.coerce.number().int().optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  Tags: aside,
});

const queue = z.strictObject({
  QueueName: aside,
  MessageRetentionPeriod: z.coerce.number().int().optional(),
  VisibilityTimeout: z.coerce.number().int().optional(),
  SqsManagedSseEnabled: z.boolean().optional(),
  KmsMasterKeyId: z.string().optional(),
  Tags: aside,
});

/** Shapes by resource type; the same types as in `identities`. */
export const propertyShapes = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': inlinePolicy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::StepFunctions::StateMachine': stateMachine,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': z.strictObject({ Bucket: z.string(), PolicyDocument: document }),
  'AWS::KMS::Key': key,
  'AWS::KMS::Alias': z.strictObject({ AliasName: z.string().startsWith('alias/'), TargetKeyId: z.string() }),
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Events::EventBus': eventBus,
  'AWS::Events::EventBusPolicy': eventBusPolicy,
  'AWS::Events::Rule': eventRule,
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': z.strictObject({ Queues: z.array(z.string()), PolicyDocument: document }),
  'AWS::CDK::Metadata': z.record(z.string(), z.unknown()),
} as const;

/** A resource type of the closed list. */
export type ResourceType = keyof typeof propertyShapes;

/** Resources of one type, each with its checked properties. */
export type Typed<T extends ResourceType> = readonly {
  readonly resource: Resource;
  readonly properties: z.output<(typeof propertyShapes)[T]>;
}[];

/** Picks the resources of a type out of an assembly. */
export type ResourcesOf = <T extends ResourceType>(type: T) => Typed<T>;
