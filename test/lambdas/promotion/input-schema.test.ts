import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inputSchemaText } from '../../../lambdas/promotion/input-schema.ts';

it('is what the documentation shows; `npm run schema` writes it', () => {
  const documented = readFileSync(new URL('../../../docs/execution-input.schema.json', import.meta.url), 'utf8');
  expect(documented).toBe(inputSchemaText());
});
