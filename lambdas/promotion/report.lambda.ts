import { defineHandler } from '../core/handler.ts';
import { reportInput } from './contracts.ts';
import { report } from './report.ts';

export const handler = defineHandler(reportInput, report);
