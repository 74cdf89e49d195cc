import { invalidArgument } from './errors.ts';
import { decodeUri } from './routes.ts';

/** The object that an `x-amz-copy-source` header names; throws InvalidArgument. */
export function parseCopySource(header: string): { bucket: string; key: string; versionId: string | null } {
  const [, encoded = '', versionId = null] = /^(.*?)(?:\?versionId=(.+))?$/s.exec(header) ?? [];
  // Clients may encode the slash between bucket and key too, and may begin with one.
  const path = decodeUri(encoded).replace(/^\//, '');
  const slash = path.indexOf('/');
  const [bucket, key] = [path.slice(0, slash), path.slice(slash + 1)];
  if (slash <= 0 || key === '') {
    throw invalidArgument('x-amz-copy-source', header, 'Copy Source must mention the source bucket and key');
  }
  return { bucket, key, versionId };
}
