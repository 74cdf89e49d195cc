import { createHmac, hash as hashOf } from 'node:crypto';
import { createMac, type Mac } from './mac.ts';

/** Keys of a session or a user. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** One request, as far as its signature covers it. */
export interface Unsigned {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** As it stands in the request line: percent-encoded, without the query. */
  readonly path: string;
  /** Names and values as they are, not encoded. */
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case; all of them are signed. Values have no spaces at their ends and none twice in a row. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Who signs a request, where it goes, and when. */
export interface Signing {
  readonly host: string;
  readonly keys: SigningKeys;
  /** Milliseconds since 1970 by the service's clock. */
  readonly time: number;
}

/** What goes over the wire before the body. */
export interface Signed {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  /** Name, value, name, value; the length of the body among them. */
  readonly headers: string[];
}

/**
 * Signs requests by Signature Version 4 (IAM user guide, "Create a signed request"). The key of a day is derived once
 * for a secret; each body is hashed once. S3 is told the hash of the body and takes its paths as they are; for all other
 * services a path is encoded once more.
 */
export function createSigner(region: string, service: string): (request: Unsigned, signing: Signing) => Signed {
  const isS3 = service === 's3';
  const orderOf = keepOrder();
  let derived: { secret: string; day: string; mac: Mac } | null = null;
  let second: { at: number; text: string } = { at: Number.NaN, text: '' };

  const dateOf = (time: number) => {
    const at = Math.floor(time / 1000);
    if (at !== second.at) second = { at, text: new Date(at * 1000).toISOString().replace(/[:-]|\.000/g, '') };
    return second.text;
  };
  const macOf = (secret: string, day: string) => {
    if (derived?.secret === secret && derived.day === day) return derived.mac;
    const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
      (previous, part) => hmac(previous, part),
      `AWS4${secret}`,
    ) as Buffer;
    derived = { secret, day, mac: createMac(key) };
    return derived.mac;
  };

  return ({ method, path, query, headers, body }, { host, keys, time }) => {
    const date = dateOf(time);
    const day = date.slice(0, 8);
    const hash = sha256(body);
    const added: Record<string, string> = { host, 'x-amz-date': date };
    if (keys.sessionToken) added['x-amz-security-token'] = keys.sessionToken;
    if (isS3) added['x-amz-content-sha256'] = hash;
    const sent: string[] = [];
    let lines = '';
    const { names, list } = orderOf(headers, added);
    for (const name of names) {
      const value = added[name] ?? headers[name] ?? '';
      sent.push(name, value);
      lines += `${name}:${value}\n`;
    }
    const search = query ? queryText(query) : '';
    const canonical = `${method}\n${isS3 ? path : encodePath(path)}\n${search}\n${lines}\n${list}\n${hash}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
    const signature = macOf(keys.secretAccessKey, day)(text);
    const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${list}, Signature=${signature}`;
    sent.push('authorization', authorization, 'content-length', String(body.length));
    return { method, target: search ? `${path}?${search}` : path, headers: sent };
  };
}

/** Sorts the names of headers; most calls have those of the call before. */
function keepOrder() {
  let known: { given: readonly string[]; names: readonly string[]; list: string } = { given: [], names: [], list: '' };
  return (headers: Readonly<Record<string, string>>, added: Readonly<Record<string, string>>) => {
    const given = [...Object.keys(headers), ...Object.keys(added)];
    if (given.length !== known.given.length || given.some((name, at) => name !== known.given[at])) {
      const names = [...given].sort();
      known = { given, names, list: names.join(';') };
    }
    return known;
  };
}

/** Percent-encodes all but letters, digits and `-._~` (RFC 3986), as signatures want it. */
export function encodeText(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The same between slashes. */
export function encodePath(path: string): string {
  return path === '/' ? path : path.split('/').map(encodeText).join('/');
}

function queryText(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => [encodeText(name), encodeText(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(content: string | Buffer): string {
  return hashOf('sha256', content, 'hex');
}
