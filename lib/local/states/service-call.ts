import { StateFailure } from './failure.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** A text that the call must have. Throws `States.Runtime` when it is missing or not a text. */
export function textMember(input: Json, name: string, call: string): string {
  const value = isObject(input) ? input[name] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new StateFailure(
    'States.Runtime',
    `The argument '${name}' of ${call} must be a text but was: ${JSON.stringify(value)}`,
  );
}

/** Throws `States.Runtime` for an argument that the emulated call does not know. */
export function refuseUnknown(input: Json, known: readonly string[], call: string): void {
  const unknown = Object.keys(isObject(input) ? input : {}).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new StateFailure('States.Runtime', `The argument '${unknown[0]}' of ${call} is not supported by this host.`);
}

/** What an optimized integration adds to an answer. */
export function sdkMetadata(requestId: string, status: number): JsonObject {
  return {
    SdkHttpMetadata: { AllHttpHeaders: {}, HttpHeaders: {}, HttpStatusCode: status },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
