/** An element of a page, its text in order with its children. */
export interface PageElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (PageElement | string)[];
}

const voidElements = new Set(['meta', 'br', 'hr', 'wbr']);
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const token = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)(\/?)>|([^<]+)|([\s\S])/gy;

/**
 * Reads a page far more strictly than a browser does: every tag closed and nested rightly, every attribute quoted and
 * given once, every ampersand a known entity, no control character. Whatever slips out of a value breaks one of these.
 * @throws Error that names the offence
 */
export function parsePage(page: string): PageElement {
  const forbidden = /[\p{Cs}\p{Bidi_Control}\p{Noncharacter_Code_Point}]|(?![\n\t])\p{Cc}/u.exec(page);
  if (forbidden) throw new Error(`forbidden character U+${forbidden[0].codePointAt(0)?.toString(16)}`);
  const root = { name: 'document', attributes: {}, children: [] as (PageElement | string)[] };
  const open = [root];
  for (const [whole, closing, name = '', attributes = '', selfClosing, text, stray] of page.matchAll(token)) {
    const parent = open.at(-1) ?? root;
    if (stray) throw new Error(`stray "${stray}" in <${parent.name}>`);
    if (text !== undefined) parent.children.push(parent.name === 'style' ? text : unescaped(text));
    else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`${whole} closes <${parent.name}>`);
    } else if (name) {
      const element = { name, attributes: attributesOf(attributes), children: [] };
      parent.children.push(element);
      if (!selfClosing && !voidElements.has(name)) open.push(element);
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return root;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/ ([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
    if (name in attributes) throw new Error(`attribute ${name} stands twice`);
    attributes[name] = unescaped(value);
  }
  return attributes;
}

function unescaped(text: string): string {
  return text.replace(/&([^;\s]*;)?/g, (whole, entity: string | undefined) => {
    const character = entities[entity?.slice(0, -1) ?? ''];
    if (character === undefined) throw new Error(`"${whole}" is no known entity`);
    return character;
  });
}

/** An element and all within it, in order. */
export function elements(root: PageElement): PageElement[] {
  return [root, ...root.children.flatMap((child) => (typeof child === 'string' ? [] : elements(child)))];
}

/** All elements of a name, or of a class if the name begins with a point. */
export function select(root: PageElement, name: string): PageElement[] {
  return elements(root).filter((element) =>
    name.startsWith('.') ? element.attributes.class?.split(' ').includes(name.slice(1)) : element.name === name,
  );
}

/** The text of an element and all within it. */
export function textOf(element: PageElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

/** The texts of a table row's cells. */
export function cellsOf(row: PageElement | undefined): string[] {
  return row ? [...select(row, 'th'), ...select(row, 'td')].map(textOf) : [];
}
