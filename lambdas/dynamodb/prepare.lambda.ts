import { defineHandler } from '../core/handler.ts';
import { workerInput } from './contracts.ts';
import { prepare } from './prepare.ts';

export const handler = defineHandler(workerInput, prepare);
