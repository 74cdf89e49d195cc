import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { Environments } from '../../lambdas/core/environments.ts';
import { accessStackName, accountsOf } from './access-stack.ts';

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Metadata?: unknown }>>;
}

/**
 * Writes `access-templates/<account>.template.json` into the assembly: each access stack as a plain template, for
 * `aws cloudformation deploy --capabilities CAPABILITY_NAMED_IAM` by an administrator of the account.
 * @returns the paths of the files
 */
export function writeAccessTemplates(assembly: CloudAssembly, environments: Environments): readonly string[] {
  const directory = join(assembly.directory, 'access-templates');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return accountsOf(environments).map((account) => {
    const { template } = assembly.getStackByName(accessStackName(account, environments.qualifier));
    const path = join(directory, `${account}.template.json`);
    writeFileSync(path, `${JSON.stringify(withoutMetadata(template), null, 2)}\n`);
    return path;
  });
}

/** Metadata holds CDK's construct paths, which say nothing to whoever deploys the template by hand. */
function withoutMetadata(template: Template): Template {
  const resources = Object.entries(template.Resources).map(([id, { Metadata, ...resource }]) => [id, resource]);
  return { ...template, Resources: Object.fromEntries(resources) };
}
