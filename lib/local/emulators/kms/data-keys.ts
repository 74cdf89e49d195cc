import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { operation } from '../../gateway/operations.ts';
import { blob, flag, integer, list, map, oneOf, required, structure, text } from '../../members.ts';
import { ServiceError, type ServiceRequest } from '../../service.ts';
import type { Key, KmsStore } from './store.ts';

/** Pairs that have to be the same again to decrypt; their order does not count. */
type Context = Readonly<Record<string, string>>;

const KEY_ID = text({ min: 1, max: 2048 });
const shared = {
  EncryptionContext: map(text()),
  GrantTokens: list(text({ min: 1, max: 8192 }), 0, 10),
  Recipient: structure({ KeyEncryptionAlgorithm: oneOf('RSAES_OAEP_SHA_256'), AttestationDocument: blob() }),
  DryRun: flag(),
};
/** Longest ciphertext that the service takes, in bytes (API reference, Decrypt). */
const longestBlob = 6144;
const nonceBytes = 12;
const tagBytes = 16;

/** GenerateDataKey and Decrypt under symmetric keys; `find` answers a key by any of its names or refuses. */
export function dataKeyOperations(store: KmsStore, find: (id: string, request: ServiceRequest) => Key) {
  const arnOf = (id: string, { caller }: ServiceRequest) =>
    store.findKey(caller.account, caller.region, id)?.arn ?? null;

  return {
    GenerateDataKey: operation({
      input: structure({
        KeyId: required(KEY_ID),
        KeySpec: oneOf('AES_256', 'AES_128'),
        NumberOfBytes: integer(1, 1024),
        ...shared,
      }),
      resource: ({ KeyId }, request) => arnOf(String(KeyId ?? ''), request),
      run: (input, request) => {
        refuseUnbuilt(input);
        const { KeySpec, NumberOfBytes, EncryptionContext = {} } = input;
        if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
          throw new ServiceError('ValidationException', 'Please specify either number of bytes or key spec.');
        }
        const key = usable(find(input.KeyId, request));
        const plain = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_256' ? 32 : 16));
        const CiphertextBlob = wrap(key, plain, EncryptionContext).toString('base64');
        return { KeyId: key.arn, CiphertextBlob, Plaintext: plain.toString('base64') };
      },
    }),
    Decrypt: operation({
      input: structure({
        // Without one, as in a dry run that asks for the key's identifier alone, there is nothing to decrypt here.
        CiphertextBlob: required(blob()),
        KeyId: KEY_ID,
        EncryptionAlgorithm: oneOf('SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'),
        ...shared,
      }),
      resource: ({ KeyId, CiphertextBlob }, request) =>
        arnOf(
          typeof KeyId === 'string' ? KeyId : (arnIn(Buffer.from(String(CiphertextBlob), 'base64')) ?? ''),
          request,
        ),
      run: (input, request) => {
        refuseUnbuilt(input);
        const { EncryptionAlgorithm = 'SYMMETRIC_DEFAULT', EncryptionContext = {} } = input;
        if (EncryptionAlgorithm !== 'SYMMETRIC_DEFAULT') {
          throw new ServiceError(
            'InvalidKeyUsageException',
            `A symmetric key does not decrypt with ${EncryptionAlgorithm}.`,
          );
        }
        const wrapped = Buffer.from(input.CiphertextBlob, 'base64');
        const arn = arnIn(wrapped);
        if (arn === null) throw invalidCiphertext();
        const key = usable(find(input.KeyId ?? arn, request));
        if (key.arn !== arn) {
          const message = 'The key ID in the request does not identify a CMK that can perform this operation.';
          throw new ServiceError('IncorrectKeyException', message);
        }
        const Plaintext = unwrap(key, wrapped, EncryptionContext).toString('base64');
        return { KeyId: key.arn, Plaintext, EncryptionAlgorithm };
      },
    }),
  };
}

/** Length of the ARN in two bytes, the ARN, nonce, tag, encrypted bytes; the ARN and the context are authenticated. */
function wrap(key: Key, plain: Buffer, context: Context): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.material, nonce).setAAD(bound(key.arn, context));
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(key.arn.length);
  return Buffer.concat([length, Buffer.from(key.arn), nonce, cipher.getAuthTag(), encrypted]);
}

function unwrap(key: Key, wrapped: Buffer, context: Context): Buffer {
  const start = 2 + key.arn.length;
  const nonce = wrapped.subarray(start, start + nonceBytes);
  const tag = wrapped.subarray(start + nonceBytes, start + nonceBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.material, nonce);
  decipher.setAAD(bound(key.arn, context)).setAuthTag(tag);
  const plain = decipher.update(wrapped.subarray(start + nonceBytes + tagBytes));
  try {
    decipher.final();
  } catch {
    throw invalidCiphertext();
  }
  return plain;
}

/** The ARN of the key that a ciphertext belongs to; null for what is no ciphertext. */
function arnIn(wrapped: Buffer): string | null {
  if (wrapped.length < 2 || wrapped.length > longestBlob) return null;
  const length = wrapped.readUInt16BE(0);
  const arn = wrapped.subarray(2, 2 + length).toString('latin1');
  const whole = wrapped.length > 2 + length + nonceBytes + tagBytes;
  return whole && arn.startsWith('arn:') ? arn : null;
}

function bound(arn: string, context: Context): Buffer {
  const pairs = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(JSON.stringify([arn, pairs]));
}

function usable(key: Key): Key {
  if (key.enabled) return key;
  throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
}

function refuseUnbuilt({ Recipient, DryRun }: { Recipient?: unknown; DryRun?: boolean }): void {
  if (Recipient !== undefined) throw unbuilt('Recipient');
  if (DryRun) throw unbuilt('DryRun');
}

const unbuilt = (member: string) =>
  new ServiceError('UnsupportedOperationException', `${member} is not implemented by this emulator`);

/** The service says nothing of why: wrong context, wrong key and damage are answered alike. */
const invalidCiphertext = () => new ServiceError('InvalidCiphertextException', '');
