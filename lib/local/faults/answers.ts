import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';
import { broken, type Delivered, silence } from './delivery.ts';
import { expiredError, internalError, skewError, throttleError } from './errors.ts';
import type { FaultAction, FaultRule } from './rules.ts';
import { inPart } from './unprocessed.ts';

/** A call that a fault befalls, and what would become of it otherwise. */
export interface BefallenCall {
  readonly service: Service;
  readonly operation: string;
  readonly resource: string | null;
  readonly request: ServiceRequest;
  /** Has the call carried out; a refusal is an answer too. */
  readonly carryOut: (request: ServiceRequest) => Promise<ServiceResponse>;
  /** Sends a signal to the process that sent the call; without effect when that process has ended its request. */
  readonly signal: (signal: 'SIGKILL' | 'SIGSTOP') => void;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A service's clock that runs ten minutes ahead: more than signatures may be old. */
const skewMilliseconds = 600_000;

const page = (title: string) =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

const html = (status: number, title: string): Delivered => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: page(title),
});

type Altering = 'truncate' | 'checksum';
type Answering = (call: BefallenCall) => Delivered | Promise<Delivered>;

/** Answers that need nothing of the true one: whether the call had its effect is the matter of the phase. */
const replacing: Record<Exclude<FaultAction, Altering | 'drip' | 'unprocessed'>, Answering> = {
  throttle: ({ service, operation, resource, request }) =>
    service.refuse(request, throttleError(service.name, operation, resource)),
  error500: ({ service, request }) => service.refuse(request, internalError(service.name)),
  html503: () => html(503, '503 Service Temporarily Unavailable'),
  reset: () => broken,
  hang: () => silence,
  empty: () => ({ status: 200, headers: {}, body: '' }),
  html: () => html(200, 'Sign in to the network'),
  expired: ({ service, request }) => service.refuse(request, expiredError(service.name)),
  skew({ service, request, now }) {
    const serviceTime = now + skewMilliseconds;
    const refused = service.refuse(request, skewError(service.name, now, serviceTime));
    return { ...refused, headers: { ...refused.headers, date: new Date(serviceTime).toUTCString() } };
  },
  kill({ signal }) {
    signal('SIGKILL');
    return broken;
  },
  stop({ signal }) {
    signal('SIGSTOP');
    return silence;
  },
};

/** Answers made from the true one. */
const altering: Record<Altering, (answer: ServiceResponse) => Delivered> = {
  truncate({ status, headers, body }) {
    const whole = Buffer.from(body);
    // Of an answer without a body the headers are all that can be lost.
    return whole.length === 0
      ? { status, headers: {}, body: '' }
      : { status, headers, body: whole.subarray(0, Math.floor(whole.length / 2)) };
  },
  checksum: ({ status, headers, body }) => ({ status, headers: { ...headers, ...wrongChecksums(headers) }, body }),
};

/**
 * Answers a call as the rule wants it. In phase `before` the call is not carried out, in phase `after` it is. An answer
 * that is altered needs one to begin with: that of a call which only reads is the true one in both phases, for others
 * the phase `before` alters an empty one. A dripping answer and a batch done in part are true in both phases.
 */
export async function answerWith({ action, phase }: FaultRule, call: BefallenCall): Promise<Delivered> {
  const { request, operation, carryOut } = call;
  if (action === 'unprocessed') return inPart(request, operation, carryOut);
  if (action === 'drip') return { ...(await carryOut(request)), delivery: 'drip' };
  if (action === 'truncate' || action === 'checksum') {
    return altering[action](phase === 'after' || isReading(operation) ? await carryOut(request) : nothingDone(call));
  }
  if (phase === 'after') await carryOut(request);
  return replacing[action](call);
}

const isReading = (operation: string) =>
  /^(Describe|List|Get|Head|BatchGet|Scan|Query|AssumeRole|SimulatePrincipal)/.test(operation);

/** A success without a word about what was done. */
function nothingDone({ service, request }: BefallenCall): ServiceResponse {
  const isXml = /xml/.test(service.refuse(request, internalError(service.name)).headers['content-type'] ?? '');
  return isXml
    ? { status: 200, headers: { 'content-type': 'application/xml' }, body: '<Response></Response>' }
    : { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' };
}

/** Other values for the checksums of an answer; one that has none gets that of DynamoDB. */
function wrongChecksums(headers: Readonly<Record<string, string>>): Record<string, string> {
  const stated = Object.entries(headers).filter(([name]) => /^x-amz-(crc32|checksum-(?!type$))/.test(name));
  if (stated.length === 0) return { 'x-amz-crc32': '1' };
  return Object.fromEntries(
    stated.map(([name, value]) => [
      name,
      name === 'x-amz-crc32'
        ? String((Number(value) ^ 1) >>> 0)
        : `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`,
    ]),
  );
}
