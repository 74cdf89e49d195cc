import type { Member, Structure } from '../members.ts';
import type { ServiceError, ServiceRequest, ServiceResponse } from '../service.ts';
import { toXml, XML_DECLARATION, type XmlValue } from './xml.ts';

/** How a service speaks the AWS query protocol. */
export interface QueryForm {
  /** API version, for example `2011-06-15`. */
  readonly version: string;
  readonly xmlNamespace: string;
}

/**
 * Reads the form fields of a query request into the nested input of its table: `Tags.member.1.Key=a` becomes
 * `{Tags: [{Key: 'a'}]}`, maps come as `entry.N.key` and `entry.N.value`. Numbers and booleans are converted where their
 * text is one; what does not fit the table stays as it is, for `checkMembers` to refuse.
 */
export function queryInput(fields: URLSearchParams, table: Structure): Record<string, unknown> {
  const tree: Tree = new Map();
  for (const [name, value] of fields) {
    if (name === 'Action' || name === 'Version') continue;
    const parts = name.split('.');
    const leaf = parts.pop() ?? '';
    let node = tree;
    for (const part of parts) {
      const next = node.get(part);
      if (next instanceof Map) node = next;
      else {
        const created: Tree = new Map();
        node.set(part, created);
        node = created;
      }
    }
    node.set(leaf, value);
  }
  return shaped(tree, table) as Record<string, unknown>;
}

/** The form fields of a query request, which the clients send in the body. */
export const queryFields = (request: Pick<ServiceRequest, 'body'>) =>
  new URLSearchParams(request.body.toString('utf8'));

/** A 200 answer: `<ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…`. */
export function queryResponse(
  operation: string,
  result: Record<string, XmlValue> | undefined,
  requestId: string,
  form: QueryForm,
): ServiceResponse {
  const body = {
    [`${operation}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  };
  return xmlResponse(200, toXml(`${operation}Response`, body, `xmlns="${form.xmlNamespace}"`));
}

/** An error: `<ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>`. */
export function queryError(error: ServiceError, requestId: string, form: QueryForm): ServiceResponse {
  const Type = error.status < 500 ? 'Sender' : 'Receiver';
  const body = { Error: { Type, Code: error.code, Message: error.message }, RequestId: requestId };
  return xmlResponse(error.status, toXml('ErrorResponse', body, `xmlns="${form.xmlNamespace}"`));
}

/** Writes a list in the way of the query protocol; undefined for an absent one. */
export const members = (values: readonly XmlValue[] | undefined): XmlValue => values && { member: values };

/** Writes a map in the way of the query protocol. */
export const entries = (values: Readonly<Record<string, string>>): XmlValue => ({
  entry: Object.entries(values).map(([key, value]) => ({ key, value })),
});

type Tree = Map<string, Tree | string>;

const xmlResponse = (status: number, xml: string): ServiceResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: XML_DECLARATION + xml,
});

function shaped(node: Tree | string, member: Member): unknown {
  if (typeof node === 'string') return scalar(node, member);
  if (member.type === 'structure') {
    return Object.fromEntries(
      [...node].map(([name, inner]) => {
        const known = member.members[name];
        return [name, known ? shaped(inner, known) : plain(inner)];
      }),
    );
  }
  if (member.type === 'list') {
    const inner = node.get('member');
    return inner instanceof Map ? numbered(inner).map((element) => shaped(element, member.of)) : plain(node);
  }
  if (member.type === 'map') {
    const inner = node.get('entry');
    if (!(inner instanceof Map)) return plain(node);
    return Object.fromEntries(
      numbered(inner).map((entry) => {
        const [key, value] =
          entry instanceof Map ? [entry.get('key') ?? entry.get('Name'), entry.get('value') ?? entry.get('Value')] : [];
        return [typeof key === 'string' ? key : '', value === undefined ? null : shaped(value, member.of)];
      }),
    );
  }
  return plain(node);
}

function scalar(value: string, member: Member): unknown {
  if ((member.type === 'integer' || member.type === 'number') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (member.type === 'flag' && /^(true|false)$/.test(value)) return value === 'true';
  // Clients write an empty list as the bare name.
  if ((member.type === 'list' || member.type === 'map') && value === '') return member.type === 'list' ? [] : {};
  return value;
}

const numbered = (node: Tree) => [...node].sort(([a], [b]) => Number(a) - Number(b)).map(([, inner]) => inner);

const plain = (node: Tree | string): unknown =>
  typeof node === 'string' ? node : Object.fromEntries([...node].map(([name, inner]) => [name, plain(inner)]));
