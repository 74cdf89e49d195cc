import { ShapeError } from '../retry.ts';

/** An element of an answer; attributes and prefixes of names are left out. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Empty where there are children. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** A declaration, a tag with its attributes, or the text between two tags. Nothing else occurs in answers of S3 and STS. */
const token = /<\?xml[^<>]*\?>|<(\/?)([A-Za-z_][\w.:-]*)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>|([^<]+)/y;

/**
 * Reads one document of elements and texts, as S3 and STS send them. Throws `ShapeError` for anything else: a cut
 * document, a page of HTML, comments, CDATA, a DOCTYPE, text beside elements.
 */
export function readXml(source: string): XmlElement {
  const document: Open = { name: '', children: [], text: '' };
  const open = [document];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const top = open.at(-1);
    const found = token.exec(source);
    if (!found || !top) throw new ShapeError(`an answer of ${source.length} characters is no XML at ${at}`);
    const [, closing, name, alone, text] = found;
    if (text !== undefined) top.text += text;
    else if (name === undefined) continue;
    else if (closing) {
      if (open.length === 1 || top.name !== localName(name)) throw new ShapeError(`an answer has </${name}> at ${at}`);
      open.pop();
      open.at(-1)?.children.push(finished(top));
    } else if (alone) top.children.push({ name: localName(name), children: [], text: '' });
    else open.push({ name: localName(name), children: [], text: '' });
  }
  const root = finished(document).children[0];
  if (open.length > 1 || document.children.length !== 1 || !root) {
    throw new ShapeError(`an answer of ${source.length} characters is no whole XML document`);
  }
  return root;
}

/** The first child of that name, at the end of a path of names; null where there is none. */
export function childOf(element: XmlElement, ...path: readonly string[]): XmlElement | null {
  let found: XmlElement | undefined = element;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found ?? null;
}

/** Its text; null where there is no such child. */
export function textOf(element: XmlElement, ...path: readonly string[]): string | null {
  return childOf(element, ...path)?.text ?? null;
}

function finished({ name, children, text }: Open): XmlElement {
  if (children.length === 0) return { name, children, text: withoutReferences(text) };
  if (text.trim() !== '') throw new ShapeError(`an answer has text beside the elements of <${name}>`);
  return { name, children, text: '' };
}

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function withoutReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w*));?/gi, (whole, hexadecimal, decimal, name) => {
    const code = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    const character = name === undefined && code <= 0x10ffff ? String.fromCodePoint(code) : characters[name];
    if (character === undefined || !whole.endsWith(';')) throw new ShapeError(`an answer has the reference ${whole}`);
    return character;
  });
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
