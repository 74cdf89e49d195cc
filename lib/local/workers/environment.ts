import type { WorkerCredentials, WorkerFunction } from './contracts.ts';

/**
 * The whole environment of a worker process: the template's variables, what Lambda itself sets, and where AWS is.
 * Nothing of the host's environment but `PATH` and `TZ`, so that no profile or setting of a developer leaks in.
 */
export function workerEnvironment(
  worker: WorkerFunction,
  credentials: WorkerCredentials,
  endpoint: string,
  logStreamName: string,
): Record<string, string> {
  const nodeOptions = [worker.environment.NODE_OPTIONS, `--max-old-space-size=${worker.memoryMiB}`];
  return {
    ...worker.environment,
    PATH: process.env.PATH ?? '',
    TZ: process.env.TZ ?? ':UTC',
    AWS_REGION: worker.region,
    AWS_DEFAULT_REGION: worker.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${worker.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: worker.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(worker.memoryMiB),
    AWS_LAMBDA_LOG_GROUP_NAME: worker.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    LAMBDA_TASK_ROOT: worker.codeFolder,
    _HANDLER: worker.handler,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_OPTIONS: nodeOptions.filter(Boolean).join(' '),
  };
}
