import { describeChange } from './change-input.ts';
import type { DynamodbRequest } from './contracts.ts';

/** What the input asks for beyond a plain copy, one sentence each, for plan and report. */
export function describeRequest(request: DynamodbRequest): string[] {
  const { readUnits, writeUnits } = request.limits ?? {};
  return [
    ...describeChange(request),
    ...(readUnits === undefined ? [] : [`reading takes at most ${limitWords(readUnits, 'source')}`]),
    ...(writeUnits === undefined ? [] : [`writing takes at most ${limitWords(writeUnits, 'destination')}`]),
  ];
}

function limitWords(limit: number | string, side: string): string {
  return typeof limit === 'number' ? `${limit} units a second` : `${limit} of what each ${side} table has`;
}
