import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Worker } from '../../lambdas/manifest.ts';
import type { ArtefactStore } from './artefact-store.ts';

/** Name of a worker's function; with a qualifier two deployments can live in one account. */
export function workerFunctionName(id: string, qualifier?: string): string {
  return ['cross-account-promoter', id, ...(qualifier ? [qualifier] : [])].join('-');
}

/** What a worker logs to; made before the role, which may write there and nowhere else. */
export function workerLogGroup(scope: Construct, id: string, qualifier?: string): LogGroup {
  return new LogGroup(scope, `${id}Logs`, {
    logGroupName: `/aws/lambda/${workerFunctionName(id, qualifier)}`,
    retention: RetentionDays.THREE_MONTHS,
    // The reports in the artefact bucket are the record; a retained group would block the next deployment by its name.
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** Where a worker's function gets its code, rights and surroundings from. */
export interface WorkerFunctionProps {
  /** Directory that holds `index.mjs` and `environments.json`. */
  readonly bundleDirectory: string;
  readonly role: IRole;
  readonly logGroup: LogGroup;
  readonly store: ArtefactStore;
  readonly qualifier?: string | undefined;
}

/** The Lambda function of one line of the manifest. */
export function workerFunction(scope: Construct, worker: Worker, props: WorkerFunctionProps): LambdaFunction {
  return new LambdaFunction(scope, worker.id, {
    functionName: workerFunctionName(worker.id, props.qualifier),
    description: `cross-account-promoter: ${worker.owner} ${worker.verb ?? worker.id.replace(/^Promotion/, '').toLowerCase()}`,
    code: Code.fromAsset(props.bundleDirectory),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    role: props.role,
    logGroup: props.logGroup,
    tracing: Tracing.ACTIVE,
    timeout: Duration.seconds(worker.timeoutSeconds),
    memorySize: worker.memoryMiB,
    environment: {
      ARTEFACT_BUCKET: props.store.bucket.bucketName,
      ARTEFACT_KEY_ARN: props.store.key.keyArn,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
}
