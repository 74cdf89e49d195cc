import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { attempt, errorCode, named } from '../core/retry.ts';

/** What KMS says of a key. */
export interface KeyFacts {
  readonly arn: string;
  /** True for `aws/dynamodb`, which every account has of its own; false for a key that the customer manages. */
  readonly managedByAws: boolean;
  /** False for a key that is disabled, waits for its deletion, or for its material. */
  readonly enabled: boolean;
}

/** Asks for a key by id, ARN or alias; null where there is none. */
export type DescribeKey = (key: string) => Promise<KeyFacts | null>;

/** Asks KMS once for each key: tables by the hundred are under the same one. */
export function keyReader(client: KMSClient): DescribeKey {
  const answers = new Map<string, Promise<KeyFacts | null>>();
  return (key) => {
    const answer = answers.get(key) ?? describeKey(client, key);
    answers.set(key, answer);
    return answer;
  };
}

async function describeKey(client: KMSClient, key: string): Promise<KeyFacts | null> {
  try {
    const { KeyMetadata } = await attempt(() => client.send(new DescribeKeyCommand({ KeyId: key })), {
      check: (answer) => (answer.KeyMetadata?.KeyManager ? null : `kms answered no manager of ${key}`),
    });
    return {
      arn: KeyMetadata?.Arn ?? '',
      managedByAws: KeyMetadata?.KeyManager === 'AWS',
      enabled: KeyMetadata?.KeyState === 'Enabled',
    };
  } catch (error) {
    if (errorCode(error) === 'NotFoundException') return null;
    throw named(error, `asking for the key ${key}`);
  }
}
