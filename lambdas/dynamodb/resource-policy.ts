import { type DynamoDBClient, GetResourcePolicyCommand, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { parseJson } from '../core/json.ts';
import { attempt, errorCode } from '../core/retry.ts';
import type { ResourcePolicy } from './definition.ts';

/** The policy of a table or stream; null where it has none. Whoever has just written one may still be told the last. */
export async function readResourcePolicy(client: DynamoDBClient, arn: string): Promise<ResourcePolicy | null> {
  try {
    const { Policy } = await attempt(() => client.send(new GetResourcePolicyCommand({ ResourceArn: arn })), {
      check: (answer) => (isPolicy(parseJson(answer.Policy ?? '')) ? null : `dynamodb answered no policy of ${arn}`),
    });
    return parseJson(Policy ?? '') as ResourcePolicy;
  } catch (error) {
    if (errorCode(error) === 'PolicyNotFoundException') return null;
    throw error;
  }
}

/** Attaches a policy; the same one again is no change. */
export async function applyResourcePolicy(
  client: DynamoDBClient,
  ResourceArn: string,
  policy: ResourcePolicy,
): Promise<unknown> {
  // Without whitespace, which counts towards the 20 KB that a policy may have (API reference).
  return await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: JSON.stringify(policy) }));
}

function isPolicy(value: unknown): value is ResourcePolicy {
  return typeof value === 'object' && value !== null && 'Statement' in value;
}
