import { describe, expect, it } from 'vitest';
import type { Authorizer } from '../../../../lib/local/authorizer/authorizer.ts';
import { createAuthorizer } from '../../../../lib/local/authorizer/authorizer.ts';
import { loadCatalogue } from '../../../../lib/local/authorizer/catalogue.ts';
import { checkServiceRoles } from '../../../../lib/local/authorizer/service-roles.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { createCredentials } from '../../../../lib/local/gateway/credentials.ts';
import type { Deployment } from '../../../../lib/local/loader/deployment.ts';
import { createStores } from '../../../../lib/local/services.ts';

const ACCOUNT = '111111111111';
const clock = realClock();
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;
const copy = { arn: arn('lambda', 'function:copy'), roleArn: `arn:aws:iam::${ACCOUNT}:role/worker` };
const machine = { arn: arn('states', 'stateMachine:promotion'), roleArn: `arn:aws:iam::${ACCOUNT}:role/machine` };

async function authorizerOf(trusted: Readonly<Record<string, string>>): Promise<Authorizer> {
  const stores = createStores(clock);
  for (const [name, Service] of Object.entries(trusted)) {
    const Statement = [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }];
    stores.iam.putRole({ account: ACCOUNT, name, trustPolicy: { Version: '2012-10-17', Statement } });
  }
  const catalogue = await loadCatalogue();
  return createAuthorizer({ ...stores, credentials: createCredentials(clock), clock, catalogue, log: () => undefined });
}
const check = (authorizer: Authorizer, functions: unknown[], machines: unknown[]) =>
  checkServiceRoles({ functions, machines } as unknown as Deployment, authorizer);

describe('checkServiceRoles', () => {
  it('passes roles that Lambda and Step Functions may take', async () => {
    const authorizer = await authorizerOf({ worker: 'lambda.amazonaws.com', machine: 'states.amazonaws.com' });
    expect(() => check(authorizer, [copy], [machine])).not.toThrow();
  });

  it('refuses a function with the role of a machine, as Lambda does', async () => {
    const authorizer = await authorizerOf({ worker: 'states.amazonaws.com' });
    expect(() => check(authorizer, [copy], [])).toThrow(
      `The role defined for the function cannot be assumed by Lambda. (${copy.roleArn} of ${copy.arn})`,
    );
  });

  it('refuses a machine with the role of a function, as Step Functions does', async () => {
    const authorizer = await authorizerOf({ worker: 'lambda.amazonaws.com', machine: 'lambda.amazonaws.com' });
    expect(() => check(authorizer, [copy], [machine])).toThrow(
      `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role. (${machine.roleArn} of ${machine.arn})`,
    );
  });

  it('refuses a role that is not there', async () => {
    const authorizer = await authorizerOf({ machine: 'states.amazonaws.com' });
    expect(() => check(authorizer, [copy], [machine])).toThrow(copy.roleArn);
  });
});
