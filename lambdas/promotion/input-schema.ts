import * as z from 'zod';
import { executionInput } from './contracts.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

/** The names that an object at a place of the input may have: what would be right where one is not known. */
export function inputFields(path: readonly PropertyKey[]): string[] {
  let found = variants(z.toJSONSchema(executionInput, { io: 'input' }) as Schema);
  for (const part of path) {
    found = found.flatMap(({ items, properties = {} }) => {
      const inner = typeof part === 'number' ? items : properties[String(part)];
      return inner ? variants(inner) : [];
    });
  }
  return [...new Set(found.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/**
 * Where the input has a field `__proto__`, which a schema would drop instead of refusing it; null where it has none. Items
 * may have such an attribute, so values in DynamoDB JSON are not looked into.
 */
export function reservedField(value: unknown, path: readonly PropertyKey[] = []): readonly PropertyKey[] | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const place = [...path, name];
    if (name === '__proto__') return place;
    const found = name === 'setAttribute' || name.startsWith(':') ? null : reservedField(member, place);
    if (found) return found;
  }
  return null;
}

function variants(schema: Schema): Schema[] {
  return schema.anyOf ? schema.anyOf.flatMap(variants) : [schema];
}

/** The JSON Schema of an execution input, as `docs/execution-input.schema.json` holds it. */
export function inputSchemaText(): string {
  const schema = z.toJSONSchema(executionInput, { io: 'input' });
  const titled = { ...schema, title: 'Input of an execution of the promotion state machine' };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
