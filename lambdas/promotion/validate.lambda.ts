import { defineHandler } from '../core/handler.ts';
import { startInput } from './contracts.ts';
import { validate } from './validate.ts';

export const handler = defineHandler(startInput, validate);
