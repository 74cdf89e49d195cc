import { defineHandler } from '../core/handler.ts';
import { workerInput } from './contracts.ts';
import { finalize } from './finalize.ts';

export const handler = defineHandler(workerInput, finalize);
