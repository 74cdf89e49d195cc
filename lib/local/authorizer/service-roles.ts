import type { Deployment } from '../loader/deployment.ts';
import { ServiceError } from '../service.ts';
import type { Authorizer } from './authorizer.ts';

/**
 * Checks that Lambda and Step Functions may take the roles that a deployment gives to its functions and machines.
 * @throws ServiceError as the services refuse to create a function or a machine with such a role
 */
export function checkServiceRoles({ functions, machines }: Deployment, authorizer: Authorizer): void {
  for (const { arn, roleArn } of functions) {
    if (authorizer.mayAssume('lambda.amazonaws.com', roleArn, arn).allowed) continue;
    const message = `The role defined for the function cannot be assumed by Lambda. (${roleArn} of ${arn})`;
    throw new ServiceError('InvalidParameterValueException', message);
  }
  for (const { arn, roleArn } of machines) {
    if (authorizer.mayAssume('states.amazonaws.com', roleArn, arn).allowed) continue;
    const who = 'Neither the global service principal states.amazonaws.com, nor the regional one is authorized';
    throw new ServiceError('AccessDeniedException', `${who} to assume the provided role. (${roleArn} of ${arn})`);
  }
}
