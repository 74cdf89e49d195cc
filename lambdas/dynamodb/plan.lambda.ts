import { defineHandler } from '../core/handler.ts';
import { workerInput } from './contracts.ts';
import { plan } from './plan.ts';

export const handler = defineHandler(workerInput, plan);
