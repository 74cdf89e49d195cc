/** What `toXml` writes: an array repeats its element, undefined leaves it out, a record nests. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/** An element as `parseXml` reads it; attributes and namespaces are dropped. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Writes one element; `attributes` is put behind the name as it is. */
export function toXml(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((element) => toXml(name, element)).join('');
  const content =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, inner]) => toXml(child, inner))
          .join('')
      : escapeXml(String(value));
  return `<${name}${attributes && ` ${attributes}`}>${content}</${name}>`;
}

/** Reads one document. Throws `SyntaxError` when it is not well formed or has a DOCTYPE. */
export function parseXml(source: string): XmlElement {
  const open: { name: string; children: XmlElement[]; text: string }[] = [{ name: '', children: [], text: '' }];
  const token =
    /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([^\s<>/!?]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+|</g;
  for (const [whole, closing, name, , selfClosing] of source.matchAll(token)) {
    const top = open.at(-1);
    if (!top) throw new SyntaxError('more closing than opening tags');
    if (whole === '<') throw new SyntaxError('a tag is not well formed');
    if (name === undefined) {
      if (!whole.startsWith('<')) top.text += unescapeXml(whole);
    } else if (closing) {
      if (top.name !== localName(name) || open.length === 1) throw new SyntaxError(`unexpected </${name}>`);
      open.pop();
      open.at(-1)?.children.push(top);
    } else if (selfClosing) {
      top.children.push({ name: localName(name), children: [], text: '' });
    } else {
      open.push({ name: localName(name), children: [], text: '' });
    }
  }
  const [document] = open;
  const root = document?.children[0];
  if (!document || !root || open.length !== 1 || document.children.length !== 1 || document.text.trim() !== '') {
    throw new SyntaxError('a document needs one root element');
  }
  return root;
}

/** Text of the first child with that name. */
export const childText = (element: XmlElement, name: string): string | undefined =>
  element.children.find((child) => child.name === name)?.text;

export function escapeXml(text: string): string {
  // Control characters other than tab and line feed are no legal XML; S3 writes them as references all the same.
  return text.replace(/[&<>"]|(?![\n\t])\p{Cc}/gu, (c) => ENTITIES[c] ?? `&#x${c.charCodeAt(0).toString(16)};`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);?/gi, (whole, reference: string) => {
    if (reference.startsWith('#x')) return String.fromCodePoint(Number.parseInt(reference.slice(2), 16));
    if (reference.startsWith('#')) return String.fromCodePoint(Number(reference.slice(1)));
    const character = CHARACTERS[reference];
    if (character === undefined || !whole.endsWith(';')) throw new SyntaxError(`unknown entity ${whole}`);
    return character;
  });
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1);
const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);
