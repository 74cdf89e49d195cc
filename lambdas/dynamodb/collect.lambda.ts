import { defineHandler } from '../core/handler.ts';
import { collect } from './collect.ts';
import { roundInput } from './contracts.ts';

export const handler = defineHandler(roundInput, collect);
