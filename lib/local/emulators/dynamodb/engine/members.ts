import { type ActionValidation, database, type Members, type MemberType } from './dynalite.ts';

type Types = ActionValidation['types'];

/** Members of the present service model that dynalite's type tables lack, and limits that they leave open. */
const ADDITIONS: Readonly<Record<string, Readonly<Record<string, MemberType | string>>>> = {
  PutItem: { ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] } },
  UpdateItem: { ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] } },
  DeleteItem: { ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] } },
  Scan: {
    ConsistentRead: 'Boolean',
    TotalSegments: { type: 'Integer', greaterThanOrEqual: 1, lessThanOrEqual: 1_000_000 },
    Segment: { type: 'Integer', greaterThanOrEqual: 0, lessThanOrEqual: 999_999 },
  },
};

/** Brings dynalite's type table of an operation up to the service model, in place. */
export function completeTypes(operation: string, types: Types): void {
  Object.assign(types, ADDITIONS[operation]);
}

/** Refuses members that the model does not have; dynalite would drop them in silence. */
export function refuseUnknownMembers(data: unknown, types: Types, path = ''): void {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return;
  for (const [name, value] of Object.entries(data)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    const here = path ? `${path}.${name}` : name;
    if (type === undefined) {
      throw database.validationError(`1 validation error detected: unknown member '${here}' in the request`);
    }
    descend(value, type, here);
  }
}

function descend(value: unknown, type: MemberType | string | undefined, path: string): void {
  if (!type || typeof type === 'string' || value === null || typeof value !== 'object') return;
  const children = type.children as MemberType | string | Types | undefined;
  if (/^(Field|Value)Struct</.test(type.type)) refuseUnknownMembers(value, children as Types, path);
  else if (/^(Parameterized)?(List|Map)/.test(type.type)) {
    for (const [name, element] of Object.entries(value)) {
      descend(element, children as MemberType | string | undefined, `${path}.${name}`);
    }
  }
}

/** Refuses what dynalite accepts and does not do: sizes of item collections. */
export function refuseUnbuiltMembers(data: Members): void {
  if (data.ReturnItemCollectionMetrics === 'SIZE') {
    throw database.validationError("member 'ReturnItemCollectionMetrics' with value 'SIZE' is not supported");
  }
}
