import { childText } from '../../gateway/xml.ts';
import { ServiceError, type ServiceResponse } from '../../service.ts';
import { bucketOf, type S3Call, xmlAnswer, xmlBody } from './call.ts';
import { malformedXml, notImplemented } from './errors.ts';

const MAX_KEYS = 1000;
const FIELDS = ['Key', 'VersionId'];

/** DeleteObjects: up to 1000 keys or versions; the body must come with an MD5 or a checksum. */
export function deleteObjects(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  const checked = Object.keys(call.headers).some(
    (name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'),
  );
  if (!checked) {
    throw new ServiceError('InvalidRequest', 'Missing required header for this request: Content-MD5', 400);
  }
  const document = xmlBody(call, 'Delete');
  const objects = document.children.filter(({ name }) => name === 'Object');
  const other = objects.flatMap(({ children }) => children).find(({ name }) => !FIELDS.includes(name));
  if (other) throw notImplemented(`${other.name} of DeleteObjects`);
  if (objects.length === 0 || objects.length > MAX_KEYS) throw malformedXml();

  const deleted = objects.map((object) => {
    const key = childText(object, 'Key');
    const versionId = childText(object, 'VersionId');
    if (!key) throw malformedXml();
    return { key, versionId };
  });
  const rows = deleted.map(({ key, versionId }) => {
    if (versionId !== undefined) {
      const removed = call.store.deleteVersion(bucket, key, versionId);
      const marker = removed?.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {};
      return { Key: key, VersionId: versionId, ...marker };
    }
    const marker = call.store.deleteCurrent(bucket, key);
    return { Key: key, ...(marker && { DeleteMarker: true, DeleteMarkerVersionId: marker.versionId }) };
  });
  const quiet = childText(document, 'Quiet') === 'true';
  return xmlAnswer('DeleteResult', quiet ? {} : { Deleted: rows });
}
