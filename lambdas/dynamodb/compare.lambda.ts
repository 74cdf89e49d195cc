import { defineHandler } from '../core/handler.ts';
import { compareSegments } from './compare.ts';
import { segmentInput } from './segment-contracts.ts';

export const handler = defineHandler(segmentInput, compareSegments);
