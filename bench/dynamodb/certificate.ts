import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A key and the certificate that goes with it, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Object identifiers in DER, without their tag (RFC 5280, RFC 5758). */
const identifiers = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  subjectAlternativeName: '551d11',
} as const;

/**
 * Makes a certificate for 127.0.0.1 and localhost, signed by itself and good for a day: what `node:crypto` lacks of it
 * is a page of DER (X.690), and no other program is needed.
 */
export function makeCertificate(now = new Date()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(identifier('ecdsaWithSha256'));
  const name = sequence(set(sequence(identifier('commonName'), der(0x0c, Buffer.from('canned server of the bench')))));
  const day = 86_400_000;
  const validity = sequence(time(new Date(now.getTime() - day)), time(new Date(now.getTime() + day)));
  const serial = randomBytes(16);
  // A positive number of full length: neither a sign bit nor a leading zero.
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const isAuthority = sequence(der(0x01, Buffer.from([0xff])));
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = sequence(
    sequence(identifier('basicConstraints'), der(0x04, isAuthority)),
    sequence(identifier('subjectAlternativeName'), der(0x04, names)),
  );
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const set = (...parts: Buffer[]) => der(0x31, ...parts);
const identifier = (name: keyof typeof identifiers) => der(0x06, Buffer.from(identifiers[name], 'hex'));

/** UTCTime: YYMMDDhhmmssZ. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}
