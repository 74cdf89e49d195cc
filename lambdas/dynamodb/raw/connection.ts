import { openExchange, type Patience } from '../../core/wire/exchange.ts';
import { type CallTarget, openSignedCalls, usualPatience } from '../../core/wire/signed-calls.ts';
import { bodyOf } from './answer.ts';

/** Where a service is, and as whom it is called. */
export interface ConnectionTarget extends Omit<CallTarget, 'service'> {
  readonly endpoint: URL;
  /** Connections at most: calls beyond wait for one. */
  readonly sockets: number;
  readonly patience?: Patience;
}

/** Calls operations of DynamoDB with bodies that are bytes already. */
export interface Connection {
  /**
   * The bytes of an answer with status 200. Throws `ServiceFault` for an error of the service, `ShapeError` for damage,
   * Node's errors for lost connections: `classify` of core/retry tells them apart. It repeats nothing but calls whose
   * clock or session was refused.
   */
  call(operation: string, body: Buffer): Promise<Buffer>;
  close(): void;
}

/** Opens keep-alive connections to one endpoint. */
export function openConnection({
  endpoint,
  sockets,
  patience = usualPatience,
  ...target
}: ConnectionTarget): Connection {
  const exchange = openExchange(endpoint, sockets, patience);
  const calls = openSignedCalls(exchange, { ...target, service: 'dynamodb' });
  const path = endpoint.pathname;
  return {
    call(operation, body) {
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      };
      return calls.call({ method: 'POST', path, headers, body }, bodyOf);
    },
    close: exchange.close,
  };
}
