import { ServiceError } from '../../service.ts';
import { parseIdentityPolicy } from '../iam/policy-document.ts';

const MAX_CHARACTERS = 2048;

/** An inline session policy of AssumeRole; throws MalformedPolicyDocument or the ValidationError of the length limit. */
export function checkedSessionPolicy(document: string): string {
  if (document.length > MAX_CHARACTERS) {
    const failed = 'failed to satisfy constraint: Member must have length less than or equal to 2048';
    throw new ServiceError('ValidationError', `1 validation error detected: Value at 'policy' ${failed}`);
  }
  parseIdentityPolicy(document);
  return document;
}

/** Share of the packed size limit in percent. The service's packing is not published: taken as plain text. */
export const packedSize = (document: string) => Math.ceil((document.length * 100) / MAX_CHARACTERS);
