import { defineHandler } from '../core/handler.ts';
import { workerInput } from './contracts.ts';
import { exportTables } from './export.ts';

export const handler = defineHandler(workerInput, exportTables);
