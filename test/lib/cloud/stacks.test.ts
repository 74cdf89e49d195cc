import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { toolingStackName } from '../../../lib/cloud/tooling-stack.ts';
import { smallApp, smallProgram, smallTemplates, temporaryDirectory } from './fixture.ts';

const toolingOf = (app: ReturnType<typeof smallApp>) => app.node.findChild(toolingStackName()) as Stack;

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly unknown[];
    readonly suppressedViolations?: readonly { readonly ruleName: string; readonly reason?: string }[];
  }[];
}

describe('addStacks', () => {
  it('synthesizes without a finding of AwsSolutions', () => {
    const app = smallApp(temporaryDirectory());
    const { directory } = app.synth();
    const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')) as Report;
    expect(report.pluginReports.map(({ pluginName, violations }) => [pluginName, violations])).toEqual([
      ['AwsSolutions', []],
    ]);
  });

  it('records a reason for everything that it acknowledges, and acknowledges wildcard resources and one queue only', () => {
    const { directory } = smallApp(temporaryDirectory()).synth();
    const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')) as Report;
    const suppressed = report.pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);
    expect(suppressed.length).toBeGreaterThan(10);
    for (const { ruleName, reason } of suppressed) {
      expect(ruleName).toMatch(/^(AwsSolutions::)?AwsSolutions-(IAM5\[Resource::.*\*.*\]|SQS3)$/);
      expect(reason).toMatch(/\w+ \w+ \w+/);
    }
    expect(suppressed.filter(({ ruleName }) => ruleName.endsWith('SQS3'))).toHaveLength(1);
  });

  it('fails on a wildcard action in a worker role', () => {
    const app = smallApp(temporaryDirectory());
    const role = toolingOf(app).node.findChild('DynamodbWorkerRole') as Role;
    role.addToPolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['arn:aws:s3:::other'] }));
    expect(() => app.synth()).toThrow(/AwsSolutions-IAM5\[Action::s3:\*\]/);
  });

  it('fails on a wildcard resource of a statement that nobody gave a reason for', () => {
    const { accessStatements } = smallProgram;
    const [statement] = accessStatements.dms?.destination ?? [];
    const wide = { sid: 'Unexplained', actions: statement?.actions ?? [], resources: ['arn:aws:dms:*:1:task:*'] };
    const program = { ...smallProgram, accessStatements: { ...accessStatements, dms: { destination: [wide] } } };
    expect(() => smallApp(temporaryDirectory(), { program }).synth()).toThrow(
      /AwsSolutions-IAM5\[Resource::arn:aws:dms:\*:1:task:\*\]/,
    );
  });

  it('fails on a bucket without access logs in an access stack and on a managed policy', () => {
    const withBucket = smallApp(temporaryDirectory());
    new Bucket(withBucket.node.findChild('cross-account-promoter-access-333333333333'), 'Open');
    expect(() => withBucket.synth()).toThrow(/AwsSolutions-S1/);
    const withManagedPolicy = smallApp(temporaryDirectory());
    new Role(toolingOf(withManagedPolicy), 'Wide', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
    });
    expect(() => withManagedPolicy.synth()).toThrow(/AwsSolutions-IAM4/);
  });

  it('tags what can be tagged', () => {
    const tooling = smallTemplates().template(toolingStackName());
    for (const type of ['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::IAM::Role']) {
      tooling.allResourcesProperties(type, { Tags: [{ Key: 'application', Value: 'cross-account-promoter' }] });
    }
  });

  it('gives the same templates each time', () => {
    const [first, second] = [smallTemplates(), smallTemplates()];
    for (const { stackName } of first.assembly.stacks) {
      expect(first.template(stackName).toJSON()).toEqual(second.template(stackName).toJSON());
    }
  });
});
