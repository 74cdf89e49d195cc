import { defineHandler } from '../core/handler.ts';
import { segmentInput } from './contracts.ts';
import { copySegments } from './copy.ts';

export const handler = defineHandler(segmentInput, copySegments);
