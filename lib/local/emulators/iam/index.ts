import { queryService } from '../../gateway/operations.ts';
import type { Service } from '../../service.ts';
import { policyOperations } from './policies.ts';
import { rolePolicyOperations } from './role-policies.ts';
import { roleOperations } from './roles.ts';
import type { IamStore } from './store.ts';

const FORM = { version: '2010-05-08', xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' };

/** Roles and managed policies, in so far as people and deployments here need them. */
export function iamService(store: IamStore): Service {
  return queryService({
    name: 'iam',
    form: FORM,
    codes: { invalid: 'ValidationError', type: 'ValidationError' },
    operations: { ...roleOperations(store), ...rolePolicyOperations(store), ...policyOperations(store) },
  });
}
