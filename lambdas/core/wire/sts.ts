import { ShapeError } from '../retry.ts';
import { openExchange } from './exchange.ts';
import { xmlDocument } from './fault.ts';
import { domainOf, type Identity } from './identity.ts';
import { openSignedCalls, usualPatience } from './signed-calls.ts';
import type { SigningKeys, Unsigned } from './signer.ts';
import { textOf, type XmlElement } from './xml.ts';

/** The members of AssumeRole that workers use. */
export interface AssumeRoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly ExternalId: string;
  readonly SourceIdentity: string;
  readonly DurationSeconds: number;
  /** JSON text of at most 2,048 characters. */
  readonly Policy?: string;
}

/** Keys of a role's session, as SDK clients take them. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** The Security Token Service in the worker's region. Each call is made once; errors are those of `Bucket` in s3.ts. */
export interface Sts {
  assumeRole(input: AssumeRoleInput): Promise<SessionKeys>;
  /** The account that these keys belong to. */
  accountOf(keys: SigningKeys): Promise<string>;
  close(): void;
}

/** A worker assumes two roles, at most some for several tables. */
const sockets = 8;

const contentType = 'application/x-www-form-urlencoded; charset=utf-8';

/** The endpoint of a region (AWS General Reference, "AWS Security Token Service endpoints"). */
export function stsEndpoint(region: string): URL {
  return new URL(`https://sts.${region}.${domainOf(region)}`);
}

/** Opens the regional endpoint, whose sessions are good in all regions ("Manage AWS STS in an AWS Region"). */
export function openSts({ region, keys: own, endpoint }: Identity): Sts {
  const exchange = openExchange(endpoint ?? stsEndpoint(region), sockets, usualPatience);
  const callsOf = (keys: SigningKeys) =>
    openSignedCalls(exchange, { region, service: 'sts', credentials: async () => keys });
  const ownCalls = callsOf(own);

  async function ask(calls: typeof ownCalls, Action: string, input: object): Promise<XmlElement> {
    const form = new URLSearchParams({ Action, Version: '2011-06-15' });
    for (const [name, value] of Object.entries(input)) form.set(name, String(value));
    const body = Buffer.from(form.toString());
    const headers = { 'content-type': contentType };
    const request: Unsigned = { method: 'POST', path: exchange.endpoint.pathname, headers, body };
    return await calls.call(request, (answer) => xmlDocument(answer, `${Action}Response`));
  }

  return {
    async assumeRole(input) {
      const document = await ask(ownCalls, 'AssumeRole', input);
      const of = (name: string) => textOf(document, 'AssumeRoleResult', 'Credentials', name) ?? '';
      const expiration = new Date(of('Expiration'));
      const found = {
        accessKeyId: of('AccessKeyId'),
        secretAccessKey: of('SecretAccessKey'),
        sessionToken: of('SessionToken'),
        expiration,
      };
      if (found.accessKeyId && found.secretAccessKey && found.sessionToken && !Number.isNaN(expiration.getTime())) {
        return found;
      }
      throw new ShapeError(`sts answered without credentials for ${input.RoleArn}`);
    },
    async accountOf(keys) {
      const document = await ask(callsOf(keys), 'GetCallerIdentity', {});
      const account = textOf(document, 'GetCallerIdentityResult', 'Account');
      if (account) return account;
      throw new ShapeError('sts answered no account');
    },
    close: exchange.close,
  };
}
