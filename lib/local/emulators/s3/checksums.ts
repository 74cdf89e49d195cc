import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ServiceError } from '../../service.ts';
import { notImplemented } from './errors.ts';

/** A checksum algorithm as it stands in `x-amz-checksum-<name>`. */
export type ChecksumName = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256';

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

const DIGESTS: Readonly<Record<ChecksumName, (data: Uint8Array) => Buffer>> = {
  crc32: (data) => uint32(crc32(data)),
  crc32c: (data) => uint32(crc32c(data)),
  crc64nvme: (data) => crc64nvme(data),
  sha1: (data) => createHash('sha1').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
};

/** The checksum of `data` as base64, the way in which S3 writes it in headers. */
export const checksum = (name: ChecksumName, data: Uint8Array) => DIGESTS[name](data).toString('base64');

export const isChecksumName = (name: string): name is ChecksumName => Object.hasOwn(DIGESTS, name);

/** The one checksum that a request states about its body, or null. Algorithms which are not built are refused by name. */
export function statedChecksum(
  headers: Readonly<Record<string, string>>,
): { readonly name: ChecksumName; readonly value: string } | null {
  const stated = Object.entries(headers).flatMap(([header, value]) => {
    const name = /^x-amz-checksum-(?!mode$|type$|algorithm$)(.+)$/.exec(header)?.[1];
    return name === undefined ? [] : [{ name, value }];
  });
  const [first, second] = stated;
  if (second)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  if (!first) return null;
  if (!isChecksumName(first.name)) throw notImplemented(`x-amz-checksum-${first.name}`);
  return { name: first.name, value: first.value };
}

/** Compares a body with its `content-md5` and `x-amz-checksum-*`; throws BadDigest, InvalidDigest or InvalidRequest. */
export function verifyBody(headers: Readonly<Record<string, string>>, body: Buffer): void {
  const md5 = headers['content-md5'];
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) {
      throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400);
    }
    if (createHash('md5').update(body).digest('base64') !== md5) {
      throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400);
    }
  }
  const stated = statedChecksum(headers);
  const announced = headers['x-amz-sdk-checksum-algorithm']?.toLowerCase();
  if (!stated) {
    if (announced === undefined || md5 !== undefined) return;
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (announced !== undefined && announced !== stated.name) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  if (Buffer.from(stated.value, 'base64').length !== DIGESTS[stated.name](Buffer.alloc(0)).length) {
    throw invalidRequest(`Value for x-amz-checksum-${stated.name} header is invalid.`);
  }
  if (checksum(stated.name, body) !== stated.value) {
    const label = stated.name.toUpperCase();
    throw new ServiceError('BadDigest', `The ${label} you specified did not match the calculated checksum.`, 400);
  }
}

const invalidRequest = (message: string) => new ServiceError('InvalidRequest', message, 400);

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (CRC32C_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5, kept in two halves because 64-bit integers are slow here.
const CRC64_HIGH = new Uint32Array(256);
const CRC64_LOW = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let high = 0;
  let low = index;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | ((high & 1) << 31);
    high >>>= 1;
    if (carry) {
      high ^= 0x9a6c9329;
      low ^= 0xac4bc9b5;
    }
  }
  CRC64_HIGH[index] = high;
  CRC64_LOW[index] = low;
}

function crc64nvme(data: Uint8Array): Buffer {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[index] ?? 0);
    high = (high >>> 8) ^ (CRC64_HIGH[index] ?? 0);
  }
  return Buffer.concat([uint32(~high), uint32(~low)]);
}
