import type * as z from 'zod';
import type { TableDefinition, TableMembers } from './definition.ts';

type Index = {
  IndexName: string;
  KeySchema: TableMembers['KeySchema'];
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] | undefined };
};

/** A rule that a definition breaks: where, and what would be right. */
interface Breach {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Attributes of each kind that the key of a global index may have, which may be made of several (API reference). */
const attributesOfGlobalKey = 4;
/** (API reference, TagResource). */
const tagsPerTable = 50;

/**
 * What CreateTable demands beyond the form of each member (API reference, CreateTable): an edited bundle that breaks it
 * is told so when the plan is made, not when other tables have been created already.
 */
export function checkTable(definition: TableDefinition, context: z.RefinementCtx): void {
  const { table } = definition;
  const globals = table.GlobalSecondaryIndexes ?? [];
  const locals = table.LocalSecondaryIndexes ?? [];
  const breaches = [
    ...keyBreaches(table, table.KeySchema, ['KeySchema'], 1),
    ...capacityBreaches(table, table.BillingMode, []),
    ...duplicates(
      table.AttributeDefinitions.map(({ AttributeName }) => AttributeName),
      'AttributeDefinitions',
    ),
    ...duplicates(
      [...globals, ...locals].map(({ IndexName }) => IndexName),
      'GlobalSecondaryIndexes',
    ),
    ...globals.flatMap((index, at) => [
      ...indexBreaches(table, index, ['GlobalSecondaryIndexes', at], attributesOfGlobalKey),
      ...capacityBreaches(index, table.BillingMode, ['GlobalSecondaryIndexes', at]),
    ]),
    ...locals.flatMap((index, at) => localBreaches(table, index, ['LocalSecondaryIndexes', at])),
  ];
  const inTable = breaches.map(({ path, message }) => ({ path: ['table', ...path], message }));
  for (const { path, message } of [...inTable, ...settingBreaches(definition)]) {
    context.addIssue({ code: 'custom', path, message });
  }
}

/** Settings of an index that is not there, bounds that exclude each other, and one thing set twice. */
function settingBreaches({ table, tags, autoscaling, contributorInsights }: TableDefinition): Breach[] {
  const indexes = new Set<string | null>([
    null,
    ...(table.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName),
  ]);
  const unknown = (settings: readonly { IndexName: string | null }[], member: string) =>
    settings.flatMap(({ IndexName }, at) =>
      indexes.has(IndexName)
        ? []
        : [{ path: [member, at, 'IndexName'], message: `there is no global index "${IndexName}"` }],
    );
  return [
    ...tagBreaches(tags),
    ...unknown(autoscaling, 'autoscaling'),
    ...unknown(contributorInsights, 'contributorInsights'),
    ...autoscaling.flatMap(({ MinCapacity, MaxCapacity }, at) =>
      MinCapacity <= MaxCapacity
        ? []
        : [{ path: ['autoscaling', at, 'MinCapacity'], message: `at most MaxCapacity, which is ${MaxCapacity}` }],
    ),
    ...duplicates(
      autoscaling.map(({ IndexName, Dimension }) => `${Dimension} of ${IndexName ?? 'the table'}`),
      'autoscaling',
    ),
    ...duplicates(
      contributorInsights.map(({ IndexName }) => IndexName ?? 'the table'),
      'contributorInsights',
    ),
  ];
}

/** Names that begin with aws: are the services' own (API reference, Tag). */
function tagBreaches(tags: TableDefinition['tags']): Breach[] {
  const reserved = tags.flatMap(({ Key }, at) =>
    Key.startsWith('aws:')
      ? [{ path: ['tags', at, 'Key'], message: `"${Key}" begins with aws:, which is reserved` }]
      : [],
  );
  const tooMany =
    tags.length > tagsPerTable
      ? [{ path: ['tags'], message: `a table has ${tagsPerTable} tags at most, not ${tags.length}` }]
      : [];
  const twice = duplicates(
    tags.map(({ Key }) => Key),
    'tags',
  );
  return [...reserved, ...tooMany, ...twice];
}

function keyBreaches(
  table: TableMembers,
  schema: TableMembers['KeySchema'],
  path: Breach['path'],
  most: number,
): Breach[] {
  const breaches: Breach[] = [];
  const defined = new Set(table.AttributeDefinitions.map(({ AttributeName }) => AttributeName));
  const hashes = schema.filter(({ KeyType }) => KeyType === 'HASH').length;
  if (hashes < 1 || hashes > most || schema.length - hashes > most) {
    const message =
      most === 1
        ? 'a key is one HASH attribute and at most one RANGE attribute'
        : `a key of a global index is one to ${most} HASH attributes and at most ${most} RANGE attributes`;
    breaches.push({ path, message });
  }
  if (new Set(schema.map(({ AttributeName }) => AttributeName)).size < schema.length) {
    breaches.push({ path, message: 'the attributes of a key have different names' });
  }
  schema.forEach(({ AttributeName }, at) => {
    if (defined.has(AttributeName)) return;
    const message = `"${AttributeName}" has no type; add it to AttributeDefinitions`;
    breaches.push({ path: [...path, at, 'AttributeName'], message });
  });
  return breaches;
}

function indexBreaches(table: TableMembers, index: Index, path: Breach['path'], most: number): Breach[] {
  const { ProjectionType, NonKeyAttributes } = index.Projection;
  const breaches = keyBreaches(table, index.KeySchema, [...path, 'KeySchema'], most);
  if ((ProjectionType === 'INCLUDE') === (NonKeyAttributes !== undefined)) return breaches;
  const message = 'NonKeyAttributes are named if, and only if, ProjectionType is INCLUDE';
  return [...breaches, { path: [...path, 'Projection'], message }];
}

function localBreaches(table: TableMembers, index: Index, path: Breach['path']): Breach[] {
  const breaches = indexBreaches(table, index, path, 1);
  const hasRange = (schema: TableMembers['KeySchema']) => schema.some(({ KeyType }) => KeyType === 'RANGE');
  if (!hasRange(table.KeySchema) || !hasRange(index.KeySchema)) {
    const whose = hasRange(table.KeySchema) ? 'a local index' : 'a table with local indexes';
    return [...breaches, { path: [...path, 'KeySchema'], message: `${whose} has a RANGE attribute in its key` }];
  }
  const hash = (schema: TableMembers['KeySchema']) => schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  if (hash(index.KeySchema) === hash(table.KeySchema)) return breaches;
  const message = `the HASH attribute of a local index is the table's, "${hash(table.KeySchema)}"`;
  return [...breaches, { path: [...path, 'KeySchema'], message }];
}

function capacityBreaches(of: { ProvisionedThroughput?: unknown }, mode: string, path: Breach['path']): Breach[] {
  const provisioned = mode === 'PROVISIONED';
  if (provisioned === (of.ProvisionedThroughput !== undefined)) return [];
  const message = provisioned
    ? 'with BillingMode PROVISIONED the capacity must be given'
    : 'with BillingMode PAY_PER_REQUEST there is no capacity to give';
  return [{ path: [...path, 'ProvisionedThroughput'], message }];
}

function duplicates(names: readonly string[], member: string): Breach[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? [] : [{ path: [member], message: `"${twice}" is there twice` }];
}
