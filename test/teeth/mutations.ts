import type { Mutation } from './mutation.ts';
import { coreMutations } from './mutations/core.ts';
import { dynamodbMutations } from './mutations/dynamodb.ts';
import { gatewayMutations } from './mutations/gateway.ts';
import { promotionMutations } from './mutations/promotion.ts';
import { tableMutations } from './mutations/tables.ts';
import { wholeRunMutations } from './mutations/whole-runs.ts';

/** Every guard that has a mutation. Whole runs take a quarter of a minute each, so they are spread over the tenths. */
export const mutations: readonly Mutation[] = [
  ...wholeRunMutations,
  ...coreMutations,
  ...dynamodbMutations,
  ...tableMutations,
  ...promotionMutations,
  ...gatewayMutations,
];
