import { jsonStrings } from '../core/json-text.ts';

/** Names in disguise begin with this sign, DEL; a name that does so by itself is disguised as well. */
const mark = '\u007f';

/**
 * Disguises the names in a JSON text that the SDK would not let through: `__proto__`, which it drops from the top level
 * of an item (3.1162, measured), and those with escapes, which `JSON.parse` takes for others on Node 24 (see `jsonOf`).
 * DynamoDB allows both. In disguise a name is DEL and its bytes in hexadecimal, which needs no escape.
 */
export function hideNames(json: Buffer): Buffer {
  if (!json.includes('\\') && !json.includes('"__proto__"') && !json.includes(`"${mark}`)) return json;
  return mapNames(json, (name) =>
    name.includes('\\') || name === '__proto__' || name.startsWith(mark)
      ? `${mark}${Buffer.from(name, 'latin1').toString('hex')}`
      : name,
  );
}

/** The reverse of {@link hideNames}. */
export function showNames(json: Buffer): Buffer {
  if (!json.includes(`"${mark}`)) return json;
  return mapNames(json, (name) =>
    name.startsWith(mark) ? Buffer.from(name.slice(mark.length), 'hex').toString('latin1') : name,
  );
}

/** As Latin-1 each byte is a character, and comes back as the same byte. */
function mapNames(json: Buffer, map: (name: string) => string): Buffer {
  const changed = json
    .toString('latin1')
    .replace(jsonStrings, (whole, name: string, colon?: string) => (colon ? `"${map(name)}"${colon}` : whole));
  return Buffer.from(changed, 'latin1');
}
