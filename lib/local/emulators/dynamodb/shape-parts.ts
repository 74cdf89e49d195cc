import type { Shape, StructureShape } from './check.ts';

/** Parts that the input shapes of operations are made of. */

export const string = (limits: { min?: number; max?: number; pattern?: string } = {}): Shape => ({
  kind: 'string',
  ...limits,
});
export const oneOf = (...values: string[]): Shape => ({ kind: 'string', values });
export const long = (min?: number): Shape => ({ kind: 'number', type: 'Long', ...(min === undefined ? {} : { min }) });
export const integer = (min: number, max: number): Shape => ({ kind: 'number', type: 'Integer', min, max });
export const list = (of: Shape, limits: { min?: number; max?: number } = {}): Shape => ({
  kind: 'list',
  of,
  ...limits,
});
export const structure = (members: Record<string, Shape>, required: string[] = []): StructureShape => ({
  kind: 'structure',
  members,
  required,
});
export const boolean: Shape = { kind: 'boolean' };
export const unbuilt: Shape = { kind: 'unbuilt' };

export const tableName = string({ min: 1, max: 1024 });
export const indexName = string({ min: 3, max: 255, pattern: '[a-zA-Z0-9_.-]+' });
export const attributeName = string({ min: 1, max: 255 });
export const resourceArn = string({ min: 1, max: 1283 });
export const ofTable = (members: Record<string, Shape> = {}, required: string[] = []) =>
  structure({ TableName: tableName, ...members }, ['TableName', ...required]);
