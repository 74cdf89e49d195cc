/** What an object of an import holds: items up to the first record that is none, where the rest is given up. */
export interface Records<T> {
  readonly items: readonly T[];
  /** Whether a record was found that is no item. */
  readonly malformed: boolean;
}

const OPEN = new Set(['{', '[']);
const CLOSE = new Set(['}', ']']);

/**
 * Reads DynamoDB JSON: objects with a member `Item`, with or without white space between them. Recorded: two objects on
 * one line are two items, empty lines are nothing, and the first record without an item ends the object.
 */
export function readJsonRecords(text: string): Records<Record<string, never>> {
  const items: Record<string, never>[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const end = endOfObject(text, at);
    const item = end === null ? null : itemOf(text.slice(at, end));
    if (end === null || item === null) return { items, malformed: true };
    items.push(item);
    at = skipSpace(text, end);
  }
  return { items, malformed: false };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}

/** Position behind the object that begins at `from`; null when it has no end. */
function endOfObject(text: string, from: number): number | null {
  if (text.charAt(from) !== '{') return null;
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (OPEN.has(character)) depth += 1;
    else if (CLOSE.has(character)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

function itemOf(text: string): Record<string, never> | null {
  try {
    const { Item } = JSON.parse(text) as { Item?: unknown };
    return typeof Item === 'object' && Item !== null && !Array.isArray(Item) ? (Item as Record<string, never>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
