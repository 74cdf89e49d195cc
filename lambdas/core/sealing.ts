import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { bounded } from './bounded.ts';
import type { Kind } from './contracts.ts';
import { PromotionError } from './errors.ts';
import { attempt, errorCode, named } from './retry.ts';
import type { DataKey, Kms } from './wire/kms.ts';

/** What sealed texts belong to. It is the encryption context of their data keys, which CloudTrail shows. */
export interface SealedFor {
  readonly promotionId: string;
  readonly kind: Kind;
}

/** Seals texts under one data key. */
export interface Sealer {
  /** The data key as the bucket's key has encrypted it, Base64: it goes with what it seals. */
  readonly dataKey: string;
  /** Nonce, ciphertext and tag in Base64. The text comes out again only with the same `place`. */
  seal(text: string, place: string): string;
}

/** Takes a sealed text out again. @throws PromotionError `Promotion.Data` for what was changed or belongs elsewhere */
export type Opener = (sealed: string, place: string) => string;

/**
 * Encrypts what must not lie readable in the artefact bucket: each text by AES-256-GCM under a data key of the bucket's
 * key, so that reading it takes that key and not only the bucket.
 */
export interface Sealing {
  sealer(owner: SealedFor): Promise<Sealer>;
  /** `source` names, for messages, the object that the sealed texts lie in. */
  opener(owner: SealedFor, dataKey: string, source: string): Promise<Opener>;
}

/** How long one data key is used. */
export interface KeyLife {
  readonly milliseconds: number;
  readonly texts: number;
}

/**
 * An hour, as a role's session; and a quarter of the 2^32 texts up to which nonces may be random under one key (NIST SP
 * 800-38D, section 8.3), because a sealer may be in use when it becomes due.
 */
const keyLife: KeyLife = { milliseconds: 3600_000, texts: 2 ** 30 };

/** Data keys in memory: a rollback reads the files of all workers of a promotion, each of which had one of its own. */
const keysKept = 1_000;

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

interface Held {
  readonly key: Promise<DataKey>;
  readonly since: number;
  texts: number;
}

/** Seals under data keys of the key `keyArn`; a process has one data key for each promotion it works for. */
export function openSealing(kms: Kms, keyArn: string, life = keyLife): Sealing {
  const own = bounded<Held>(keysKept);
  const others = bounded<Held>(keysKept);

  /** Asks once for all that want a key at the same time, and again after a failure. */
  async function held(store: typeof own, place: string, ask: () => Promise<DataKey>): Promise<[DataKey, Held]> {
    const kept = store.get(place);
    if (kept && Date.now() - kept.since < life.milliseconds && kept.texts < life.texts) return [await kept.key, kept];
    const fresh: Held = { key: attempt(ask), since: Date.now(), texts: 0 };
    store.set(place, fresh);
    try {
      return [await fresh.key, fresh];
    } catch (error) {
      if (store.get(place) === fresh) store.set(place, { ...fresh, since: Number.NEGATIVE_INFINITY });
      throw error;
    }
  }

  return {
    async sealer(owner) {
      const context = { ...owner };
      const place = JSON.stringify(context);
      const asked = held(own, place, () => kms.generateDataKey(keyArn, context));
      const [{ plaintext, encrypted }, kept] = await asked.catch((error: unknown) => {
        throw keyError(error, `asking for a data key of ${keyArn}`);
      });
      return {
        dataKey: encrypted,
        seal(text, at) {
          kept.texts += 1;
          return seal(plaintext, text, at);
        },
      };
    },
    async opener(owner, dataKey, source) {
      const context = { ...owner };
      const place = JSON.stringify([context, dataKey]);
      const ask = async () => ({ plaintext: await kms.decrypt(keyArn, dataKey, context), encrypted: dataKey });
      const [{ plaintext }] = await held(others, place, ask).catch((error: unknown) => {
        if (/^(InvalidCiphertext|IncorrectKey)Exception$/.test(errorCode(error))) throw damaged(source, error);
        throw keyError(error, `decrypting the data key of ${source}`);
      });
      return (sealed, at) => unseal(plaintext, sealed, at, source);
    },
  };
}

function seal(key: Buffer, text: string, place: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(bytesOf(place));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unseal(key: Buffer, sealed: string, place: string, source: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < nonceBytes + tagBytes) throw damaged(source);
  const end = bytes.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(bytesOf(place)).setAuthTag(bytes.subarray(end));
  const text = decipher.update(bytes.subarray(nonceBytes, end));
  try {
    decipher.final();
  } catch (error) {
    throw damaged(source, error);
  }
  return text.toString('utf8');
}

/** What a text is authenticated with. */
function bytesOf(place: string): Buffer {
  return Buffer.from(place);
}

function damaged(source: string, cause?: unknown): PromotionError {
  const detail = {
    code: 'ArtefactDamaged',
    message: `${source} is not what was written: a sealed text was changed, or belongs elsewhere`,
    resolution: 'put back an earlier version of the object',
  };
  return new PromotionError('Promotion.Data', detail, cause);
}

/** A key that is disabled, about to be deleted or gone is for a person to bring back; the rest is as with any service. */
function keyError(error: unknown, what: string): PromotionError {
  if (!/^(Disabled|KMSInvalidState|NotFound)Exception$/.test(errorCode(error))) return named(error, what);
  const detail = {
    code: 'ArtefactKeyUnusable',
    message: `${what}: ${errorCode(error)}: ${error instanceof Error ? error.message : ''}`,
    resolution: 'enable the key of the artefact bucket, or cancel its deletion, then start again',
  };
  return new PromotionError('Promotion.Config', detail, error);
}
