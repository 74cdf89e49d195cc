import { ServiceError } from '../service.ts';
import { type Scope, scopeText, sha256, signText } from './canonical.ts';
import { Refusal } from './refusals.ts';

/** What is needed to check the signatures of chunks; null for root keys, whose signatures are not checked. */
export interface ChunkSigner {
  readonly secret: string;
  readonly dateTime: string;
  readonly scope: Scope;
  /** The signature of the request, from which the chain of chunk signatures starts. */
  readonly seed: string;
}

export interface DecodedBody {
  readonly body: Buffer;
  /** Trailing headers, names in lower case: the checksums that clients send behind a body. */
  readonly trailers: Readonly<Record<string, string>>;
}

const EMPTY_HASH = sha256('');
const CRLF = Buffer.from('\r\n');

/** True for the values of `x-amz-content-sha256` which mean that the body is `aws-chunked`. */
export const isChunked = (contentHash: string | undefined) => contentHash?.startsWith('STREAMING-') ?? false;

/**
 * Takes an `aws-chunked` body apart and checks its chunk signatures, the announced trailers and the decoded length.
 * Source: "Signature calculations for the Authorization header: transferring payload in multiple chunks" of the S3 API.
 * Throws `ServiceError` IncompleteBody or MalformedTrailerError, or a `Refusal` when a chunk signature is wrong.
 */
export function decodeChunked(
  raw: Buffer,
  headers: Readonly<Record<string, string>>,
  signer: ChunkSigner | null,
): DecodedBody {
  const mode = headers['x-amz-content-sha256'] ?? '';
  const modes = ['UNSIGNED-PAYLOAD-TRAILER', 'AWS4-HMAC-SHA256-PAYLOAD', 'AWS4-HMAC-SHA256-PAYLOAD-TRAILER'];
  if (!modes.includes(mode.slice('STREAMING-'.length))) {
    throw new ServiceError('NotImplemented', `x-amz-content-sha256 ${mode} is not implemented`, 501);
  }
  const signed = mode.includes('HMAC');
  let previous = signer?.seed ?? '';
  const verify = (signature: string | undefined, kind: string, hashes: string[]) => {
    if (!signed || !signer) return;
    const lines = [`AWS4-HMAC-SHA256-${kind}`, signer.dateTime, scopeText(signer.scope), previous, ...hashes];
    const expected = signText(signer.secret, signer.scope, lines.join('\n'));
    if (signature !== expected) throw new Refusal('mismatch');
    previous = expected;
  };

  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = readLine(raw, at);
    const [, size, signature] = /^([0-9a-f]+)(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line.text) ?? [];
    if (size === undefined) throw incomplete();
    const start = line.next;
    const end = start + Number.parseInt(size, 16);
    const chunk = raw.subarray(start, end);
    if (end > raw.length) throw incomplete();
    verify(signature, 'PAYLOAD', [EMPTY_HASH, sha256(chunk)]);
    if (chunk.length === 0) {
      at = start;
      break;
    }
    if (!raw.subarray(end, end + 2).equals(CRLF)) throw incomplete();
    chunks.push(chunk);
    at = end + 2;
  }

  const { trailers, signature } = readTrailers(raw, at);
  if (mode.endsWith('-TRAILER')) {
    const text = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`);
    verify(signature, 'TRAILER', [sha256(text.join(''))]);
  }
  for (const name of (headers['x-amz-trailer'] ?? '').split(',').filter(Boolean)) {
    if (!(name.trim().toLowerCase() in trailers)) {
      throw new ServiceError('MalformedTrailerError', 'The request contained trailing data that was not well-formed.');
    }
  }
  const body = Buffer.concat(chunks);
  if (headers['x-amz-decoded-content-length'] !== String(body.length)) throw incomplete();
  return { body, trailers };
}

function readTrailers(raw: Buffer, from: number): { trailers: Record<string, string>; signature?: string } {
  const trailers: Record<string, string> = {};
  let signature: string | undefined;
  for (let at = from; at < raw.length; ) {
    const line = readLine(raw, at);
    at = line.next;
    if (line.text === '') continue;
    const colon = line.text.indexOf(':');
    if (colon < 0) throw incomplete();
    const name = line.text.slice(0, colon).trim().toLowerCase();
    const value = line.text.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') signature = value;
    else trailers[name] = value;
  }
  return { trailers, ...(signature !== undefined && { signature }) };
}

function readLine(raw: Buffer, from: number): { text: string; next: number } {
  const end = raw.indexOf(CRLF, from);
  if (end < 0) throw incomplete();
  return { text: raw.toString('latin1', from, end), next: end + 2 };
}

const incomplete = () => new ServiceError('IncompleteBody', 'The request body terminated unexpectedly', 400);
