import { crc32 } from 'node:zlib';
import { ShapeError } from '../../core/retry.ts';
import type { WireAnswer } from '../../core/wire/exchange.ts';
import { WireFault } from '../../core/wire/fault.ts';

/** Why the service held a call back, and which table or index it was about. */
export interface ThrottlingReason {
  readonly reason?: string;
  readonly resource?: string;
}

/** An error answer of DynamoDB. */
export class ServiceFault extends WireFault {
  readonly ThrottlingReasons: readonly ThrottlingReason[];

  constructor(name: string, message: string, status: number, reasons: readonly ThrottlingReason[]) {
    super(name, message, status);
    this.ThrottlingReasons = reasons;
  }
}

/**
 * The body of an answer with status 200; throws {@link ServiceFault} for an error answer of the service, and
 * `ShapeError` for what is damaged or of something in between. The service sends `x-amz-crc32` with every answer
 * (developer guide, "DynamoDB low-level API"); one without it, which a proxy or another front may give, is judged by
 * its shape alone, as the SDK path does.
 */
export function bodyOf({ status, body, headers }: WireAnswer): Buffer {
  const told = headers['x-amz-crc32'];
  if (told !== undefined) {
    const found = crc32(body);
    if (String(told) !== String(found)) {
      throw new ShapeError(`an answer of ${body.length} bytes has checksum ${found}, but ${told} was sent with it`);
    }
  }
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    throw new ShapeError(`an answer came in ${coding}, which was not asked for`);
  }
  if (status === 200) return body;
  throw faultOf(status, body);
}

function faultOf(status: number, body: Buffer): Error {
  const strange = new ShapeError(`an answer with status ${status} is no error of dynamodb`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return status >= 500 ? new ServiceFault('InternalServerError', strange.message, status, []) : strange;
  }
  const { __type, message, Message, ThrottlingReasons } = (value ?? {}) as Record<string, unknown>;
  if (typeof __type !== 'string') {
    return status >= 500 ? new ServiceFault('InternalServerError', strange.message, status, []) : strange;
  }
  return new ServiceFault(
    __type.slice(__type.lastIndexOf('#') + 1),
    String(message ?? Message ?? ''),
    status,
    Array.isArray(ThrottlingReasons) ? (ThrottlingReasons as ThrottlingReason[]) : [],
  );
}
