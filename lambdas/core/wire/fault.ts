import { ShapeError } from '../retry.ts';
import type { WireAnswer } from './exchange.ts';
import { childOf, readXml, textOf } from './xml.ts';

/** An error answer of a service, with the members that `classify` of core/retry looks at. */
export class WireFault extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(name: string, message: string, status: number) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
  }
}

/** The document of an answer with status 200, whose root must have this name; else what {@link xmlFault} makes of it. */
export function xmlDocument(answer: WireAnswer, root: string) {
  if (answer.status !== 200) throw xmlFault(answer);
  const document = readXml(answer.body.toString('utf8'));
  if (document.name === root) return document;
  throw new ShapeError(`an answer is <${document.name}>, not <${root}>`);
}

/**
 * The error in an answer that is none of success: `<Error>` of S3, or `<ErrorResponse>` around it. A server's error of
 * another form, as proxies and load balancers give it, is told by its status; anything else is damage.
 */
export function xmlFault({ status, body }: WireAnswer): Error {
  const strange = `an answer with status ${status} is no error of the service`;
  try {
    const document = readXml(body.toString('utf8'));
    const error = document.name === 'Error' ? document : childOf(document, 'Error');
    const code = error && textOf(error, 'Code');
    if (error && code) return new WireFault(code, textOf(error, 'Message') ?? '', status);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
  }
  return status >= 500 ? new WireFault('ServiceUnavailable', strange, status) : new ShapeError(strange);
}
