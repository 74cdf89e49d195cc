import { defineHandler } from '../core/handler.ts';
import { copySegments } from './copy.ts';
import { segmentInput } from './segment-contracts.ts';

export const handler = defineHandler(segmentInput, copySegments);
