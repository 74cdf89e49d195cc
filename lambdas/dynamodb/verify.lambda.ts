import { defineHandler } from '../core/handler.ts';
import { verifyInput } from './contracts.ts';
import { verify } from './verify.ts';

export const handler = defineHandler(verifyInput, verify);
