import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputSchemaText } from '../lambdas/promotion/input-schema.ts';

// The schema in the documentation is made from the one that checks the input, so that they cannot differ.
writeFileSync(join(import.meta.dirname, '../docs/execution-input.schema.json'), inputSchemaText());
