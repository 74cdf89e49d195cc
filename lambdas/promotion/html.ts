const markup: unique symbol = Symbol('markup');

/** Markup that is safe to stand in a page; only {@link html} makes it, so no value read from JSON can pass for it. */
export interface Html {
  readonly [markup]: string;
}

/** What a template takes: markup stands as it is, text is escaped, lists are joined without a separator, null is nothing. */
export type Part = Html | string | number | null | readonly Part[];

/**
 * A template for elements and double-quoted attribute values. Only its literal text is markup. Values may not stand in
 * a tag's name, an unquoted attribute, a style or a script: other rules of escaping hold there.
 */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = literals.reduce((before, literal, index) => `${before}${rendered(parts[index - 1] ?? null)}${literal}`);
  return { [markup]: text };
}

/** The text of some markup. */
export function render(page: Html): string {
  return page[markup];
}

function rendered(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return markup in part ? part[markup] : part.map(rendered).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Fit for text and for a quoted attribute. Line feed and tab are the only control characters that stay. */
function escaped(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    .replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Noncharacter_Code_Point}\u2028\u2029]/gu, visible);
}

/**
 * HTML forbids most control characters, and marks of direction make a name look like another one (Unicode TR 36,
 * "bidirectional text spoofing"): they are shown by their number.
 */
function visible(character: string): string {
  if (character === '\n' || character === '\t') return character;
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
