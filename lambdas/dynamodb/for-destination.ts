import type { Finding } from '../core/contracts.ts';
import type { Environments } from '../core/environments.ts';
import { partitionOf } from '../core/names.ts';
import type { DynamodbRequest } from './contracts.ts';
import type { ScalableTarget, TableDefinition } from './definition.ts';
import { withoutSettings } from './excluded.ts';
import { type NamedTable, rewritePolicy, rewriteText } from './policy-rewrite.ts';

/** An account and region. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

/** What the way from a source to a destination says of a table's definition. */
export interface DestinationContext {
  readonly source: Place;
  readonly destination: Place;
  /** Name of the destination's table. */
  readonly as: string;
  readonly kmsKeys: DynamodbRequest['kmsKeys'];
  readonly settings: DynamodbRequest['settings'];
}

/** A source's definition as the destination is to have it. */
export interface ForDestination {
  readonly definition: TableDefinition;
  readonly findings: readonly Finding[];
  /** Why a table cannot be made like this; each names the field of the input that decides it. */
  readonly conflicts: readonly string[];
}

/** The context of one table of a run. */
export function destinationContext(
  { environments }: Environments,
  run: { readonly source: string; readonly destination: string; readonly request: DynamodbRequest },
  as: string,
): DestinationContext {
  const place = (environment: string): Place => {
    const { account, region } = environments[environment] ?? { account: '', region: '' };
    return { partition: partitionOf(region), account, region };
  };
  const { kmsKeys, settings } = run.request;
  return { source: place(run.source), destination: place(run.destination), as, kmsKeys, settings };
}

/**
 * Makes of a source's definition the destination's: ARNs name the destination, keys are those of `kmsKeys`, and excluded
 * settings are left out. Whatever a person must know of that is a finding.
 */
export function forDestination(bundled: TableDefinition, context: DestinationContext): ForDestination {
  const asset = bundled.table.TableName;
  const exclude = [...new Set(context.settings.exclude)];
  const findings: Finding[] = [];
  const add = (code: string, message: string) => findings.push({ code, asset, message });
  for (const setting of exclude) {
    add('SettingExcluded', `${setting} of ${context.as} is neither set nor compared: settings.exclude names it`);
  }
  const from: NamedTable = { ...context.source, name: asset };
  const to: NamedTable = { ...context.destination, name: context.as };
  const definition = withoutSettings(bundled, exclude);
  const { table } = definition;
  const { key, conflicts } = keyFor(definition, context);
  return {
    definition: {
      ...definition,
      table: key ? { ...table, SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: key } } : table,
      autoscaling: scalingFor(definition, from, to, add),
      resourcePolicy: policyFor(definition, from, to, add),
      kinesisStreaming: streamingFor(definition, from, to, add),
      ...(exclude.length > 0 ? { excluded: exclude } : {}),
    },
    findings: [...findings, ...warmFindings(definition)],
    conflicts,
  };
}

type Add = (code: string, message: string) => void;

/** A key of the source is of no use in another account, and to do without it would lower the protection of the data. */
function keyFor({ table }: TableDefinition, { kmsKeys, destination }: DestinationContext) {
  const source = table.SSESpecification?.KMSMasterKeyId;
  if (source === undefined) return { key: null, conflicts: [] };
  const key = Object.hasOwn(kmsKeys, source) ? kmsKeys[source] : undefined;
  if (key === undefined) {
    const ways = 'name the key of the destination there, or exclude the setting "encryption"';
    return { key: null, conflicts: [`it is encrypted with ${source}, for which kmsKeys has no entry; ${ways}`] };
  }
  const [, region, account] = /^arn:[^:]+:kms:([^:]*):([^:]*):/.exec(key) ?? [];
  const elsewhere = account !== undefined && (account !== destination.account || region !== destination.region);
  const place = `account ${destination.account}, region ${destination.region}`;
  return { key, conflicts: elsewhere ? [`kmsKeys names ${key}, which is not in the destination's ${place}`] : [] };
}

/** Targets of an on-demand table do nothing until it is switched back, and Application Auto Scaling may refuse them. */
function scalingFor({ table, autoscaling }: TableDefinition, from: NamedTable, to: NamedTable, add: Add) {
  if (autoscaling.length === 0) return [];
  if (table.BillingMode === 'PAY_PER_REQUEST') {
    add(
      'AutoscalingIdle',
      `${from.name} is on-demand and has ${autoscaling.length} scalable targets, which are not carried over`,
    );
    return [];
  }
  return autoscaling.map(
    (target): ScalableTarget => ({
      ...target,
      policies: target.policies.map(({ PolicyName, TargetTracking }) => ({
        PolicyName: renamePolicy(PolicyName, from.name, to.name),
        TargetTracking: renameDimensions(TargetTracking, from.name, to.name) as typeof TargetTracking,
      })),
    }),
  );
}

/** The console calls policies after their resource: `$DynamoDBReadCapacityUtilization:table/orders`. */
function renamePolicy(policy: string, from: string, to: string): string {
  const resource = `:table/${from}`;
  const at = policy.indexOf(resource);
  const rest = policy.slice(at + resource.length);
  return at !== -1 && (rest === '' || rest.startsWith('/')) ? `${policy.slice(0, at)}:table/${to}${rest}` : policy;
}

/** A customized metric names the table that it is about in a dimension. */
function renameDimensions(value: unknown, from: string, to: string): unknown {
  if (Array.isArray(value)) return value.map((one) => renameDimensions(one, from, to));
  if (typeof value !== 'object' || value === null) return value;
  const { Name, Value } = value as { Name?: unknown; Value?: unknown };
  if (Name === 'TableName' && Value === from) return { ...value, Value: to };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, renameDimensions(member, from, to)]));
}

function policyFor({ resourcePolicy }: TableDefinition, from: NamedTable, to: NamedTable, add: Add) {
  if (resourcePolicy === null) return null;
  const { policy, mapped, left, dropped } = rewritePolicy(resourcePolicy, from, to);
  if (mapped.length > 0) {
    add(
      'PolicyPrincipalsMapped',
      `the resource policy of ${to.name} names what is the destination's for what was the source's, where it must exist: ${mapped.join('; ')}`,
    );
  }
  if (left.length > 0) {
    add(
      'PolicyPrincipalsLeft',
      `the resource policy of ${to.name} is about others as it was at the source: ${left.join('; ')}`,
    );
  }
  if (dropped.length > 0) {
    add(
      'PolicyStatementsDropped',
      `statements of the resource policy would have opened ${to.name} to the source account ${from.account} and are left out: ${dropped.join(', ')}`,
    );
  }
  return policy;
}

/** A stream of another account than the source's cannot be: the service takes streams of the table's own account. */
function streamingFor({ kinesisStreaming }: TableDefinition, from: NamedTable, to: NamedTable, add: Add) {
  return kinesisStreaming.map((one) => {
    const StreamArn = rewriteText(one.StreamArn, from, to);
    add('StreamMustExist', `changes of ${to.name} go to ${StreamArn}, which must exist before the import`);
    return { ...one, StreamArn };
  });
}

function warmFindings({ table }: TableDefinition): Finding[] {
  const of = [table, ...(table.GlobalSecondaryIndexes ?? [])].filter(({ WarmThroughput }) => WarmThroughput);
  if (of.length === 0) return [];
  const message = `${table.TableName} or its indexes take more at once than a new table does; to warm the destination up is billed once, unless settings.exclude names warmThroughput`;
  return [{ code: 'WarmThroughputCarried', asset: table.TableName, message }];
}
