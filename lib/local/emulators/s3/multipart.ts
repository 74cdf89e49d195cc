import { createHash, randomBytes } from 'node:crypto';
import { childText } from '../../gateway/xml.ts';
import { ServiceError, type ServiceResponse } from '../../service.ts';
import { bucketOf, emptyAnswer, type S3Call, xmlAnswer, xmlBody } from './call.ts';
import { type ChecksumName, checksum, isChecksumName, statedChecksum } from './checksums.ts';
import { checkWriteConditions } from './conditions.ts';
import { invalidArgument, malformedXml, notImplemented } from './errors.ts';
import { checkKey, encryptionHeaders, storedHeaders, versionHeader } from './objects.ts';
import { md5Etag, type ObjectChecksum, type Upload, type UploadedPart } from './store.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PART = 10_000;

export function createMultipartUpload(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  checkKey(call.key);
  const declared = call.headers['x-amz-checksum-algorithm'];
  const algorithm = declared?.toLowerCase() ?? 'crc64nvme';
  if (!isChecksumName(algorithm)) throw notImplemented(`x-amz-checksum-algorithm ${algorithm}`);
  const fallback = algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE';
  const checksumType = call.headers['x-amz-checksum-type'] ?? fallback;
  if (checksumType !== 'FULL_OBJECT' && checksumType !== 'COMPOSITE') {
    throw invalidArgument('x-amz-checksum-type', checksumType, 'Value for x-amz-checksum-type header is invalid.');
  }
  if (!isPossible(algorithm, checksumType)) {
    const message = `The ${checksumType} checksum type cannot be used with the ${algorithm} checksum algorithm.`;
    throw new ServiceError('InvalidRequest', message, 400);
  }
  const uploadId = randomBytes(48).toString('base64url');
  const headers = storedHeaders(call, bucket);
  bucket.uploads.set(uploadId, {
    key: call.key,
    headers,
    algorithm,
    declared: declared !== undefined,
    checksumType,
    parts: new Map(),
  });
  return xmlAnswer(
    'InitiateMultipartUploadResult',
    { Bucket: bucket.name, Key: call.key, UploadId: uploadId },
    {
      ...(declared !== undefined && {
        'x-amz-checksum-algorithm': algorithm.toUpperCase(),
        'x-amz-checksum-type': checksumType,
      }),
      ...encryptionHeaders(headers),
    },
  );
}

export function uploadPart(call: S3Call): ServiceResponse {
  const { upload } = uploadOf(call);
  const number = Number(call.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART) {
    const message = 'Part number must be an integer between 1 and 10000, inclusive';
    throw invalidArgument('partNumber', call.query.get('partNumber') ?? '', message);
  }
  const { body } = call.request;
  const stated = statedChecksum(call.headers);
  const needed = upload.checksumType === 'COMPOSITE';
  if (upload.declared && (stated ? stated.name !== upload.algorithm : needed)) {
    const types = `expected checksum Type: ${upload.algorithm}, actual checksum Type: ${stated?.name ?? 'null'}`;
    throw new ServiceError('InvalidRequest', `Checksum Type mismatch occurred, ${types}`, 400);
  }
  const part = { body, etag: md5Etag(body), checksum: stated };
  upload.parts.set(number, part);
  return emptyAnswer(200, {
    etag: part.etag,
    ...(stated && { [`x-amz-checksum-${stated.name}`]: stated.value }),
    ...encryptionHeaders(upload.headers),
  });
}

export function completeMultipartUpload(call: S3Call): ServiceResponse {
  const { bucket, upload, uploadId } = uploadOf(call);
  const parts = chosenParts(call, upload);
  checkWriteConditions(call.headers, bucket, call.key);
  const body = Buffer.concat(parts.map((part) => part.body));
  const announced = call.headers['x-amz-mp-object-size'];
  if (announced !== undefined && Number(announced) !== body.length) {
    const message = `The provided 'x-amz-mp-object-size' header value ${announced} does not match what was computed: ${body.length}`;
    throw new ServiceError('InvalidRequest', message, 400);
  }
  const digests = parts.map((part) => Buffer.from(part.etag.slice(1, -1), 'hex'));
  const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}"`;
  const whole = wholeChecksum(upload, parts, body);
  const stated = statedChecksum(call.headers);
  if (stated && (stated.name !== whole.name || stated.value !== whole.value)) {
    const message = `The ${stated.name.toUpperCase()} you specified did not match the calculated checksum.`;
    throw new ServiceError('BadDigest', message, 400);
  }
  const version = call.store.addVersion(bucket, {
    key: call.key,
    body,
    etag,
    headers: upload.headers,
    checksum: whole,
  });
  bucket.uploads.delete(uploadId);
  return xmlAnswer(
    'CompleteMultipartUploadResult',
    {
      Location: `${call.request.endpoint}/${bucket.name}/${call.key}`,
      Bucket: bucket.name,
      Key: call.key,
      ETag: etag,
      [named(whole.name)]: whole.value,
      ChecksumType: whole.type,
    },
    { ...versionHeader(bucket, version), ...encryptionHeaders(upload.headers) },
  );
}

export function abortMultipartUpload(call: S3Call): ServiceResponse {
  const { bucket, uploadId } = uploadOf(call);
  bucket.uploads.delete(uploadId);
  return emptyAnswer(204);
}

/** The member of XML bodies that holds a checksum. */
const named = (name: ChecksumName) => `Checksum${name.toUpperCase()}`;

/** CRC64NVME has only the checksum of the whole, SHA only that of the parts, the 32-bit CRCs have both. */
const isPossible = (algorithm: ChecksumName, type: string) =>
  type === 'COMPOSITE' ? algorithm !== 'crc64nvme' : algorithm.startsWith('crc');

function uploadOf(call: S3Call) {
  const bucket = bucketOf(call);
  const uploadId = call.query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(uploadId);
  if (!upload || upload.key !== call.key) {
    const message =
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
    throw new ServiceError('NoSuchUpload', message, 404, { UploadId: uploadId });
  }
  return { bucket, upload, uploadId };
}

/** The parts that the client lists, which must exist, ascend, and but for the last be large enough. */
function chosenParts(call: S3Call, upload: Upload): UploadedPart[] {
  const rows = xmlBody(call, 'CompleteMultipartUpload').children;
  if (rows.length === 0 || rows.some(({ name }) => name !== 'Part')) throw malformedXml();
  let previous = 0;
  const parts = rows.map((row) => {
    const number = Number(childText(row, 'PartNumber'));
    const etag = (childText(row, 'ETag') ?? '').replace(/^"|"$/g, '');
    const part = upload.parts.get(number);
    const stated = row.children.find(({ name }) => name.startsWith('Checksum'));
    const same = !stated || (part?.checksum?.value === stated.text && named(part.checksum.name) === stated.name);
    if (!part || part.etag !== `"${etag}"` || !same) {
      const message =
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
      throw new ServiceError('InvalidPart', message, 400, { PartNumber: number, ETag: etag });
    }
    if (number <= previous) {
      const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.';
      throw new ServiceError('InvalidPartOrder', message, 400);
    }
    if (!stated && upload.declared && upload.checksumType === 'COMPOSITE') {
      const message = `The upload was created using a ${upload.algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`;
      throw new ServiceError('InvalidRequest', message, 400);
    }
    previous = number;
    return part;
  });
  const small = parts.slice(0, -1).find(({ body }) => body.length < MIN_PART_BYTES);
  if (small) {
    const message = 'Your proposed upload is smaller than the minimum allowed size';
    const members = { ProposedSize: small.body.length, MinSizeAllowed: MIN_PART_BYTES };
    throw new ServiceError('EntityTooSmall', message, 400, members);
  }
  return parts;
}

function wholeChecksum(upload: Upload, parts: readonly UploadedPart[], body: Buffer): ObjectChecksum {
  const { algorithm: name, checksumType: type } = upload;
  if (type === 'FULL_OBJECT') return { name, value: checksum(name, body), type };
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part.checksum?.value ?? '', 'base64')));
  return { name, value: `${checksum(name, joined)}-${parts.length}`, type };
}
