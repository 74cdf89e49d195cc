import type { Environments } from '../core/environments.ts';
import { partitionOf } from '../core/names.ts';

/** ARN of a table in a configured environment. */
export function tableArn({ environments }: Environments, environment: string, table: string): string {
  const { account, region } = environments[environment] ?? { account: '', region: '' };
  return `arn:${partitionOf(region)}:dynamodb:${region}:${account}:table/${table}`;
}
