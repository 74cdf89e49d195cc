import { describe, expect, it } from 'vitest';
import { accessStackName, accountsOf } from '../../../lib/cloud/access-stack.ts';
import { readEnvironments } from '../../../lib/cloud/configuration.ts';
import { ownersOf, program } from '../../../lib/cloud/program.ts';
import { toolingStackName } from '../../../lib/cloud/tooling-stack.ts';
import { actionsOf, smallApp, smallTemplates, statementsOf, temporaryDirectory } from './fixture.ts';

const environments = readEnvironments('lib/local/environments.json');

/** For each machine of the manifest a text that names all workers of its owner and, for the promotion, all machines. */
const definitions = Object.fromEntries(
  program.machines.map(({ file, owner, distributedMap }) => {
    const workers = program.workers.filter((worker) => worker.owner === owner).map(({ id }) => `\${${id}Arn}`);
    const machines = program.machines
      .filter((machine) => owner === 'promotion' && machine.owner !== 'promotion')
      .map(({ id }) => `\${${id}StateMachineArn}`);
    return [file, JSON.stringify({ workers, machines, Mode: distributedMap ? 'DISTRIBUTED' : 'INLINE' })];
  }),
);
const { template } = smallTemplates({ program, environments, definitions });
const tooling = template(toolingStackName());
const roleNames = (stack: typeof tooling) =>
  Object.values(stack.findResources('AWS::IAM::Role')).map(({ Properties }) => Properties.RoleName as string);
const accessStacks = accountsOf(environments).map((account) => template(accessStackName(account)));

/** How the services here name actions that only read (Service Authorization Reference, access levels Read and List). */
const read = /:(Describe|List|Get|BatchGet|Search|Scan|Query)|^kms:Decrypt$/;

describe('the manifest, as the stacks render it', () => {
  it('has a reason for every wildcard resource and no finding of AwsSolutions', () => {
    const app = smallApp(temporaryDirectory(), { program, environments, definitions });
    expect(() => app.synth()).not.toThrow();
  });

  it('grants no role a wildcard action', () => {
    for (const stack of [tooling, ...accessStacks]) {
      for (const role of roleNames(stack)) {
        const actions = actionsOf(statementsOf(stack, role));
        expect(actions.length).toBeGreaterThan(0);
        expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      }
    }
  });

  it('grants source roles nothing but reads', () => {
    for (const stack of accessStacks) {
      const sources = roleNames(stack).filter((name) => name.endsWith('-MigrationOrigin'));
      expect(sources.length).toBeGreaterThan(0);
      for (const role of sources) {
        const statements = statementsOf(stack, role);
        expect(actionsOf(statements).filter((action) => !read.test(action))).toEqual([]);
        expect(statements.filter(({ Effect }) => Effect === 'Deny')).toHaveLength(1);
      }
    }
  });

  it('has one execution role an owner and gives it rights beyond logs and traces', () => {
    for (const owner of ownersOf(program)) expect(program.executionStatements[owner]).toBeDefined();
    expect(roleNames(tooling).filter((name) => name.endsWith('-MigrationWorker'))).toHaveLength(
      ownersOf(program).length,
    );
  });

  it('stays within the limits of IAM: 10 240 characters of inline policy a role, 6 144 a managed policy', () => {
    const length = (value: unknown) => JSON.stringify(value).length;
    for (const stack of [tooling, ...accessStacks]) {
      for (const role of roleNames(stack)) expect(length(statementsOf(stack, role))).toBeLessThan(10_240);
      for (const { Properties } of Object.values(stack.findResources('AWS::IAM::ManagedPolicy'))) {
        expect(length(Properties.PolicyDocument)).toBeLessThan(6_144);
      }
    }
  });
});
