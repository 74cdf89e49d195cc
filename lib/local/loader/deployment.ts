import type { Target } from '../emulators/events/store.ts';
import type { WorkerFunction } from '../workers/contracts.ts';
import type { Resource } from './template.ts';

/** Where a resource was deployed to. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** A policy document as the template holds it. */
export type PolicyDocument = Readonly<Record<string, unknown>>;

/** An IAM role with everything that decides what it may do. */
export interface DeployedRole {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  /** Inline policies by name: those of the role itself and those of `AWS::IAM::Policy` resources. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  /** ARNs of attached managed policies. */
  readonly managedPolicies: readonly string[];
  /** ARN of a managed policy, or null. */
  readonly permissionsBoundary: string | null;
  readonly maxSessionDuration: number;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A customer managed policy. */
export interface DeployedManagedPolicy {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly document: PolicyDocument;
  readonly description: string;
}

/** A state machine; `definition` is the text after the definition substitutions. */
export interface DeployedMachine extends Place {
  readonly arn: string;
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly definition: string;
  readonly roleArn: string;
}

export interface DeployedBucket extends Place {
  readonly name: string;
  readonly versioned: boolean;
  /** ARN of the key of the default encryption, or null for SSE-S3. */
  readonly kmsKeyArn: string | null;
  /** The bucket policy, or null. */
  readonly policy: PolicyDocument | null;
}

export interface DeployedKey extends Place {
  readonly keyId: string;
  readonly arn: string;
  readonly policy: PolicyDocument;
  readonly description: string;
  /** Names that begin with `alias/`. */
  readonly aliases: readonly string[];
}

export interface DeployedQueue extends Place {
  readonly name: string;
  /** As GetQueueAttributes names them, the queue policy among them; values as text. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** An event bus with its rules. */
export interface DeployedEventBus extends Place {
  readonly name: string;
  readonly description: string | undefined;
  /** Statements of the resource policy. */
  readonly statements: readonly PolicyDocument[];
  readonly rules: readonly DeployedEventRule[];
}

export interface DeployedEventRule {
  readonly name: string;
  readonly description: string | undefined;
  /** JSON text. */
  readonly eventPattern: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly targets: readonly Target[];
}

/** Everything that a cloud assembly deploys, in the terms of the services that take it over. */
export interface Deployment {
  readonly resources: readonly Resource[];
  /** Outputs by stack name, then by output id. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly functions: readonly WorkerFunction[];
  readonly machines: readonly DeployedMachine[];
  readonly buckets: readonly DeployedBucket[];
  readonly roles: readonly DeployedRole[];
  readonly managedPolicies: readonly DeployedManagedPolicy[];
  readonly keys: readonly DeployedKey[];
  readonly queues: readonly DeployedQueue[];
  readonly eventBuses: readonly DeployedEventBus[];
}
