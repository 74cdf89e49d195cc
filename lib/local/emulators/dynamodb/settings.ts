import { createHash } from 'node:crypto';
import { invalidParameter, type Place } from './names.ts';
import type { Table } from './table.ts';

export interface StreamInput {
  readonly StreamEnabled: boolean;
  readonly StreamViewType?: string;
}

export interface EncryptionInput {
  readonly Enabled?: boolean;
  readonly SSEType?: string;
  readonly KMSMasterKeyId?: string;
}

/**
 * Finds the key that `KMSMasterKeyId` names (id, ARN, alias name or alias ARN). Returns its key ARN, or null where
 * there is no such key that DynamoDB could use.
 */
export type FindKey = (place: Place, keyId: string) => string | null;

const KEY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^mrk-[0-9a-f]{32}$/;
const KEY_ARN = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(?:key|alias)\/.+$/;

/** Takes every well-formed key of the region as existing. */
export const anyKey: FindKey = ({ account, region }, keyId) => {
  if (KEY_ID.test(keyId)) return `arn:aws:kms:${region}:${account}:key/${keyId}`;
  const [, keyRegion] = KEY_ARN.exec(keyId) ?? [];
  if (keyRegion !== undefined)
    return keyRegion === region ? keyId.replace(/:alias\/.*$/, (alias) => `:key/${uuidOf(keyId + alias)}`) : null;
  return keyId.startsWith('alias/')
    ? `arn:aws:kms:${region}:${account}:key/${uuidOf(`${account}${region}${keyId}`)}`
    : null;
};

/** A stable id made of text, in the form of a UUID. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Encryption with a KMS key, or null for the key that DynamoDB owns, which descriptions do not show. */
export function encryptionOf(input: EncryptionInput | undefined, place: Place, findKey: FindKey): Table['encryption'] {
  if (!input) return null;
  if (!input.Enabled) {
    if (input.KMSMasterKeyId !== undefined || input.SSEType !== undefined) {
      throw invalidParameter('SSEType and KMSMasterKeyId cannot be specified when SSE is not enabled');
    }
    return null;
  }
  if (input.SSEType === 'AES256') throw invalidParameter('SSEType AES256 is not supported, only KMS');
  const keyId = input.KMSMasterKeyId ?? 'alias/aws/dynamodb';
  const keyArn = findKey(place, keyId) ?? (keyId === 'alias/aws/dynamodb' ? anyKey(place, keyId) : null);
  // A key of another region or of nobody is told apart only by its text.
  if (keyArn === null)
    throw invalidParameter(`KMS validation error: key ${keyId} does not exist in region ${place.region}`);
  return { status: 'ENABLING', keyArn };
}

/** The stream after a request; `label` is the moment of switching it on. */
export function streamOf(
  input: StreamInput,
  now: number,
  tableName: string,
  current: Table['stream'],
): Table['stream'] {
  if (!input.StreamEnabled) {
    if (input.StreamViewType !== undefined) {
      throw invalidParameter('StreamViewType should not be specified when StreamEnabled is false');
    }
    if (!current?.enabled) throw invalidParameter(`Table does not have a stream to disable: TableName: ${tableName}`);
    return { ...current, enabled: false };
  }
  if (input.StreamViewType === undefined)
    throw invalidParameter('StreamViewType is required when StreamEnabled is true');
  if (current?.enabled) throw invalidParameter(`Table already has an enabled stream: TableName: ${tableName}`);
  return { viewType: input.StreamViewType, enabled: true, label: new Date(now).toISOString().slice(0, -1) };
}
