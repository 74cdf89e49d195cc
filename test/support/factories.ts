import { type Environments, environmentsSchema } from '../../lambdas/core/environments.ts';
import { type ErrorName, PromotionError } from '../../lambdas/core/errors.ts';
import { type DynamodbRequest, dynamodbRequest, type SegmentGroup } from '../../lambdas/dynamodb/contracts.ts';
import type { TableDefinition } from '../../lambdas/dynamodb/definition.ts';
import type { RequestFile } from '../../lambdas/promotion/contracts.ts';

/** Two environments of either side, one that is only a source, and one in another region of the first's account. */
export const environments: Environments = environmentsSchema.parse({
  tooling: { account: '111111111111', region: 'us-east-1' },
  externalId: 'test-external-id',
  environments: {
    dev: { account: '222222222222', region: 'us-east-1' },
    prod: { account: '333333333333', region: 'us-east-1' },
    archive: { account: '444444444444', region: 'us-east-1', sides: ['source'] },
    'dev-copy': { account: '222222222222', region: 'us-east-1' },
    'dev-west': { account: '222222222222', region: 'us-west-2' },
  },
});

/** An execution input that is valid, with fields of its own. */
export function makeInput(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    mode: 'migrate',
    source: 'dev',
    destination: 'prod',
    kinds: { dynamodb: { tables: ['DEV-orders'] } },
    ...overrides,
  };
}

/** The canonical request of such an input, with fields of its own. */
export function makeRequest(overrides: Partial<RequestFile> = {}): RequestFile {
  return {
    promotionId: 'p-1',
    mode: 'migrate',
    source: 'dev',
    destination: 'prod',
    bundle: 'p-1',
    approval: 'none',
    onFailure: 'keep',
    kinds: { dynamodb: makeTables() },
    ...overrides,
  };
}

/** What a request says of DynamoDB, every default filled in, with fields of its own. */
export function makeTables(overrides: object = {}): DynamodbRequest {
  return dynamodbRequest.parse({ tables: ['orders'], ...overrides });
}

/** A small on-demand table definition, with members of its own. */
export function makeDefinition(
  table: Partial<TableDefinition['table']> = {},
  rest: Partial<Omit<TableDefinition, 'table'>> = {},
): TableDefinition {
  return {
    table: {
      TableName: 'orders',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      TableClass: 'STANDARD',
      DeletionProtectionEnabled: false,
      ...table,
    },
    timeToLive: null,
    pointInTimeRecovery: null,
    tags: [],
    autoscaling: [],
    resourcePolicy: null,
    kinesisStreaming: [],
    contributorInsights: [],
    ...rest,
  };
}

/** The ARN of a promotion's execution. */
export function executionArn(name: string): string {
  return `arn:aws:states:us-east-1:111111111111:execution:cross-account-promoter-promotion:${name}`;
}

/** What a call threw: the name, code and pointer of an error of ours; anything else is thrown on. */
export async function refusal(
  call: () => unknown,
): Promise<{ name: ErrorName; code: string; pointer: string | undefined; message: string }> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof PromotionError)) throw error;
    return { name: error.name, code: error.detail.code, pointer: error.detail.pointer, message: error.message };
  }
  throw new Error('the call was expected to be refused, and was not');
}

/** A line of a segment list: one child's work on the table `DEV-orders`, whose key is `pk` and `sk`. */
export function segmentGroup(change: Partial<SegmentGroup> = {}): SegmentGroup {
  return {
    table: 'DEV-orders',
    as: 'PROD-orders',
    tableId: 'id-1',
    total: 4,
    segments: [0, 1, 2, 3],
    sourceEndpoint: 'http://127.0.0.1:4566/',
    destinationEndpoint: 'http://127.0.0.1:4566/',
    sourceKey: ['pk', 'sk'],
    destinationKey: ['pk', 'sk'],
    indexKeys: [],
    expires: null,
    action: 'create',
    at: 1_790_000_000,
    limits: {},
    run: {
      source: 'dev',
      destination: 'prod',
      engine: 'raw',
      verify: 'full',
      onlyIfAbsent: false,
      repairs: false,
    },
    change: { skipExpired: false },
    ...change,
  };
}
