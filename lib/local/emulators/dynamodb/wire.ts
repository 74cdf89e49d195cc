import { crc32 } from 'node:zlib';
import type { ServiceError, ServiceRequest, ServiceResponse } from '../../service.ts';

const DYNAMODB = 'com.amazonaws.dynamodb.v20120810#';
const CORAL = 'com.amazon.coral.service#';

/** Namespaces of codes that do not come from the DynamoDB model itself. */
const NAMESPACES: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate#',
  ThrottlingException: 'com.amazon.coral.availability#',
  SerializationException: CORAL,
  UnknownOperationException: CORAL,
  AccessDeniedException: CORAL,
  UnrecognizedClientException: CORAL,
  InvalidSignatureException: CORAL,
  IncompleteSignatureException: CORAL,
  MissingAuthenticationTokenException: CORAL,
  ExpiredTokenException: CORAL,
  RequestEntityTooLargeException: CORAL,
};

/** The JSON body of an error answer, `__type` with its namespace. */
export function errorBody(error: ServiceError): Record<string, unknown> {
  const namespace = NAMESPACES[error.code] ?? DYNAMODB;
  // Two codes of the common service layer spell the member with a capital.
  const member =
    error.code === 'AccessDeniedException' || error.code === 'SerializationException' ? 'Message' : 'message';
  return { __type: `${namespace}${error.code}`, [member]: error.message, ...error.members };
}

/** An answer in JSON 1.0 with the CRC-32 of its body, which the service sends with every answer. */
export function jsonResponse(request: ServiceRequest, status: number, body: Buffer): ServiceResponse {
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-crc32': String(crc32(body)),
      'x-amzn-requestid': request.requestId,
    },
    body,
  };
}

export function refusal(request: ServiceRequest, error: ServiceError): ServiceResponse {
  const status = error.code === 'InternalServerError' && error.status === 400 ? 500 : error.status;
  return jsonResponse(request, status, Buffer.from(JSON.stringify(errorBody(error))));
}
