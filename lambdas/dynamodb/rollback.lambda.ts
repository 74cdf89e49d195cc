import { defineHandler } from '../core/handler.ts';
import { workerInput } from './contracts.ts';
import { rollback } from './rollback.ts';

export const handler = defineHandler(workerInput, rollback);
