import { ShapeError } from '../retry.ts';
import { openExchange, type WireAnswer } from './exchange.ts';
import { WireFault } from './fault.ts';
import { domainOf, type Identity } from './identity.ts';
import { openSignedCalls, usualPatience } from './signed-calls.ts';

/** What a ciphertext is bound to: it is decrypted only where the same pairs are given, and CloudTrail shows them. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A key for AES-256, in clear and as the key behind it has encrypted it. */
export interface DataKey {
  /** 32 bytes. */
  readonly plaintext: Buffer;
  /** Base64. */
  readonly encrypted: string;
}

/** The Key Management Service in the worker's region. Each call is made once; errors are those of `Bucket` in s3.ts. */
export interface Kms {
  generateDataKey(keyArn: string, context: EncryptionContext): Promise<DataKey>;
  /** The 32 bytes of a data key that {@link DataKey.encrypted} stands for. */
  decrypt(keyArn: string, encrypted: string, context: EncryptionContext): Promise<Buffer>;
  close(): void;
}

/** A worker asks for a key of its own, or for those of the files that it reads. */
const sockets = 8;

const dataKeyBytes = 32;

/** The endpoint of a region (AWS General Reference, "AWS Key Management Service endpoints"). */
export function kmsEndpoint(region: string): URL {
  return new URL(`https://kms.${region}.${domainOf(region)}`);
}

/** Opens the endpoint of the identity's region, where the key must be. */
export function openKms({ region, keys, endpoint }: Identity): Kms {
  const exchange = openExchange(endpoint ?? kmsEndpoint(region), sockets, usualPatience);
  const { call } = openSignedCalls(exchange, { region, service: 'kms', credentials: async () => keys });

  async function ask(operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` };
    const body = Buffer.from(JSON.stringify(input));
    return await call({ method: 'POST', path: exchange.endpoint.pathname, headers, body }, readAnswer);
  }

  return {
    async generateDataKey(KeyId, EncryptionContext) {
      const answer = await ask('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext });
      const { CiphertextBlob } = answer;
      if (typeof CiphertextBlob === 'string' && CiphertextBlob !== '') {
        return { plaintext: plaintextOf(answer), encrypted: CiphertextBlob };
      }
      throw new ShapeError('kms answered without an encrypted data key');
    },
    decrypt: async (KeyId, CiphertextBlob, EncryptionContext) =>
      plaintextOf(await ask('Decrypt', { KeyId, CiphertextBlob, EncryptionContext })),
    close: exchange.close,
  };
}

/** No message quotes an answer of success: it has a key in clear. */
function plaintextOf({ Plaintext }: Readonly<Record<string, unknown>>): Buffer {
  const plaintext = Buffer.from(typeof Plaintext === 'string' ? Plaintext : '', 'base64');
  if (plaintext.length === dataKeyBytes) return plaintext;
  throw new ShapeError(`kms answered a data key of ${plaintext.length} bytes, not ${dataKeyBytes}`);
}

function readAnswer({ status, body }: WireAnswer): Readonly<Record<string, unknown>> {
  const value = objectIn(body);
  if (status === 200 && value) return value;
  const { __type, message, Message } = value ?? {};
  if (status !== 200 && typeof __type === 'string') {
    throw new WireFault(__type.slice(__type.lastIndexOf('#') + 1), String(message ?? Message ?? ''), status);
  }
  const strange = `an answer with status ${status} is none of kms`;
  throw status >= 500 ? new WireFault('ServiceUnavailable', strange, status) : new ShapeError(strange);
}

function objectIn(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
