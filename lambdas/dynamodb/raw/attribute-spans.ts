import { hasEscape, parsed, readMembers, skipSpace, skipValue } from './tokens.ts';

/** Finds attributes of an item: one span a name, in the order of the names; undefined for one that is not there. */
export type AttributeReader = (item: Buffer) => (Buffer | undefined)[];

/**
 * Prepares the search for top-level attributes. The spans are the values with their type, `{"S":"…"}`; of a name that
 * stands twice the last counts, as for `JSON.parse`.
 */
export function attributeReader(names: readonly string[]): AttributeReader {
  const wanted = names.map((name) => Buffer.from(name));
  return (item) => {
    const found: (Buffer | undefined)[] = new Array(names.length).fill(undefined);
    readMembers(item, skipSpace(item, 0), (nameStart, nameEnd, at) => {
      const end = skipValue(item, at);
      const index = hasEscape(item, nameStart, nameEnd)
        ? names.indexOf(parsed(item, nameStart, nameEnd) as string)
        : wanted.findIndex((name) => isAt(item, nameStart + 1, nameEnd - 1, name));
      if (index !== -1) found[index] = item.subarray(at, end);
      return end;
    });
    return found;
  };
}

/** The same for one item. */
export function attributeSpans(item: Buffer, names: readonly string[]): (Buffer | undefined)[] {
  return attributeReader(names)(item);
}

function isAt(item: Buffer, start: number, end: number, name: Buffer): boolean {
  return end - start === name.length && item.compare(name, 0, name.length, start, end) === 0;
}
