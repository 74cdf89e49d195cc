import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Why a statement may have a wildcard in its resources, by its sid. A statement that is not in this table and has one
 * fails the synthesis (AwsSolutions-IAM5).
 */
const wildcardReasons: Readonly<Record<string, string>> = {
  ReadArtefacts: 'promotion ids are chosen by whoever starts a run; reads end at the prefixes of this owner',
  WriteArtefacts: 'promotion ids are chosen by whoever starts a run; writes end at the prefixes of this owner',
  ReadItemLists: 'promotion ids are chosen by whoever starts a run; reads end at the prefix of this kind',
  SeeExecutions: 'execution and Map Run ids are made by Step Functions; the machines are named',
  FollowExecutions: 'execution ids are made by Step Functions; the machines are named',
  FollowMapChildren: 'execution ids are made by Step Functions; the machine is named',
  RedriveMapChildren: 'execution ids are made by Step Functions; the machine is named',
  ReadTables: 'tables are named by whoever starts a run; the session policy of a child names only its own tables',
  WriteTables: 'tables are named by whoever starts a run; the session policy of a child names only its own tables',
  ListTables: 'the action knows no resources; it answers names only',
  UseTableKeys: 'keys of tables are their owners’; only DynamoDB may use them in the role’s name',
  ListSettings: 'the listing of insights and the descriptions of Application Auto Scaling know no resources',
  SeeStreams: 'streams are those that the tables’ changes go to; they are only described',
  SeeTableKeys: 'keys of tables are their owners’; they are only described',
  ScaleTables: 'ids of scalable targets are made by Application Auto Scaling; the condition keeps to DynamoDB',
  KeepScalingAlarms:
    'Application Auto Scaling names the alarms of its policies after tables, which are named by whoever starts a run',
  SendToStreams: 'streams are those that the tables’ changes go to; DynamoDB writes to them in its own name',
  ListStreams: 'the listing of streams knows no resources',
  GiveTablesKeys: 'keys of tables are their owners’; only DynamoDB may be given the use of them',
  ExportTables: 'tables are named by whoever starts a run',
  FollowExports: 'ids of exports are made by DynamoDB',
  FindExports: 'the listing of exports knows no resources',
  WriteExports: 'the bucket belongs to the tooling account, whose policy names the role and keeps to one prefix',
  ReadExports: 'the bucket belongs to the tooling account, whose policy names the role and keeps to one prefix',
  ListExports: 'the bucket belongs to the tooling account, whose policy names the role and keeps to one prefix',
  UseExportKey: 'the key belongs to the tooling account, whose policy names the role; only S3 may use it in its name',
  ImportTables: 'tables are named by whoever starts a run',
  FollowImports: 'ids of imports are made by DynamoDB',
  FindImports: 'the listing of imports knows no resources',
  LogImports: 'DynamoDB names the log groups of its imports',
  MigrationBoundary: 'a permissions boundary grants nothing: the resources are in the policies of the roles',
};

/** Acknowledges the wildcard resources of a statement on the construct whose policy it is in. */
export function acknowledgeWildcards(scope: IConstruct, statement: PolicyStatement): void {
  const reason = wildcardReasons[statement.sid ?? ''];
  if (reason === undefined) return;
  for (const resource of statement.resources) {
    const text = flatten(Stack.of(scope).resolve(resource));
    if (text.includes('*')) acknowledge(scope, `IAM5[Resource::${text}]`, reason);
  }
}

/** For a role whose worker sends traces: CDK adds the statement. */
export function acknowledgeTracing(scope: IConstruct): void {
  acknowledge(scope, 'IAM5[Resource::*]', 'the actions of X-Ray that write traces know no resources');
}

/** For a machine's role: CDK adds the statements for the log delivery and the traces. */
export function acknowledgeMachineLogging(scope: IConstruct): void {
  acknowledge(
    scope,
    'IAM5[Resource::*]',
    'the log delivery actions of CloudWatch Logs and the actions of X-Ray that write traces know no resources',
  );
}

/** For a queue that takes what could not be delivered. */
export function acknowledgeDeadLetterQueue(scope: IConstruct): void {
  acknowledge(scope, 'SQS3', 'the queue is the dead-letter queue of a rule');
}

/** Only the id with the name of the rule pack in front is recorded among the suppressed findings of the report. */
function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
}

/** A resolved ARN in the form in which cdk-nag names it: `<LogicalId.Arn>/promotions/*`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (intrinsic.Ref !== undefined) return `<${intrinsic.Ref}>`;
  if (intrinsic['Fn::GetAtt']) return `<${intrinsic['Fn::GetAtt'].join('.')}>`;
  if (intrinsic['Fn::Join']) return intrinsic['Fn::Join'][1].map(flatten).join(intrinsic['Fn::Join'][0]);
  throw new Error(`no name for the resource ${JSON.stringify(value)}`);
}
