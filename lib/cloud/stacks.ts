import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { accessStack, accountsOf } from './access-stack.ts';
import { type ToolingStackProps, toolingStack } from './tooling-stack.ts';

/**
 * Puts all stacks into the app, tagged, and checks them with cdk-nag's AwsSolutions rules: synthesis fails on any
 * finding that `acknowledgements.ts` does not give a reason for.
 */
export function addStacks(app: App, props: ToolingStackProps): void {
  const { program, environments } = props;
  toolingStack(app, props);
  for (const account of accountsOf(environments)) accessStack(app, { account, program, environments });
  Tags.of(app).add('application', 'cross-account-promoter');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
