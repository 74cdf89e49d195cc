import type { Mutation } from './mutation.ts';
import { changeMutations } from './mutations/change.ts';
import { childMutations } from './mutations/child.ts';
import { comparisonMutations } from './mutations/comparison.ts';
import { coreMutations } from './mutations/core.ts';
import { dynamodbMutations } from './mutations/dynamodb.ts';
import { emulatorSettingsMutations } from './mutations/emulator-settings.ts';
import { emulatorTransferMutations } from './mutations/emulator-transfer.ts';
import { gatewayMutations } from './mutations/gateway.ts';
import { hostGuardMutations } from './mutations/host-guards.ts';
import { planMutations } from './mutations/plan.ts';
import { promotionMutations } from './mutations/promotion.ts';
import { rawMutations } from './mutations/raw.ts';
import { replaceMutations } from './mutations/replace.ts';
import { sealMutations } from './mutations/seal.ts';
import { settingMutations } from './mutations/settings.ts';
import { tableMutations } from './mutations/tables.ts';
import { transferMutations } from './mutations/transfer.ts';
import { wholeRunMutations } from './mutations/whole-runs.ts';
import { wireMutations } from './mutations/wire.ts';
import { workerGuardMutations } from './mutations/worker-guards.ts';

/** Every guard that has a mutation. Whole runs take a quarter of a minute each, so they are spread over the tenths. */
export const mutations: readonly Mutation[] = [
  ...wholeRunMutations,
  ...coreMutations,
  ...wireMutations,
  ...dynamodbMutations,
  ...tableMutations,
  ...settingMutations,
  ...replaceMutations,
  ...changeMutations,
  ...comparisonMutations,
  ...childMutations,
  ...planMutations,
  ...promotionMutations,
  ...rawMutations,
  ...gatewayMutations,
  ...hostGuardMutations,
  ...workerGuardMutations,
  ...emulatorTransferMutations,
  ...emulatorSettingsMutations,
  ...transferMutations,
  ...sealMutations,
];
