import * as z from 'zod';
import { executionInput } from './contracts.ts';

/** The JSON Schema of an execution input, as `docs/execution-input.schema.json` holds it. */
export function inputSchemaText(): string {
  const schema = z.toJSONSchema(executionInput, { io: 'input' });
  const titled = { ...schema, title: 'Input of an execution of the promotion state machine' };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
