import fc from 'fast-check';
import { toJson } from '../../../../lambdas/dynamodb/attributes.ts';
import type { WireItem, WireValue } from '../../../../lambdas/dynamodb/engine.ts';
import { attributeValue, item, key } from '../../../support/arbitraries.ts';

/** An item as the protocol writes it, with a name now and then that objects treat specially. */
export const wireItem: fc.Arbitrary<WireItem> = fc
  .tuple(item, fc.option(attributeValue))
  .map(([members, prototype]) =>
    prototype === null ? wired(members) : withPrototype(wired(members), wired({ value: prototype }).value as WireValue),
  );

/** A key of one or two attributes. */
export const wireKey: fc.Arbitrary<WireItem> = key.map(wired);

/** A value as JSON text that JSON.stringify would not write: members shuffled, white space anywhere, names escaped. */
export function spacedJson(value: object): fc.Arbitrary<string> {
  const space = fc.stringMatching(/^[ \t\n\r]{0,2}$/);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return fc
    .tuple(
      fc.shuffledSubarray(members, { minLength: members.length }),
      fc.array(space, { minLength: 9, maxLength: 9 }),
      fc.boolean(),
    )
    .map(([shuffled, spaces, escaped]) => {
      let turn = 0;
      const gap = () => spaces[turn++ % spaces.length] ?? '';
      const named = (name: string) => (escaped ? withEscapes(JSON.stringify(name)) : JSON.stringify(name));
      const text = (one: unknown): string =>
        Array.isArray(one)
          ? `[${gap()}${one.map((element) => `${text(element)}${gap()}`).join(`,${gap()}`)}]`
          : JSON.stringify(one, null, gap());
      const list = shuffled.map(([name, one]) => `${gap()}${named(name)}${gap()}:${gap()}${text(one)}${gap()}`);
      return `${gap()}{${list.join(',')}}${gap()}`;
    });
}

function wired(members: Parameters<typeof toJson>[0]): WireItem {
  return toJson(members) as WireItem;
}

/** By definition: an assignment to `__proto__` would make no member. */
function withPrototype(members: WireItem, value: WireValue): WireItem {
  return Object.fromEntries([...Object.entries(members), ['__proto__', value]]);
}

/** Every letter by its number. */
function withEscapes(text: string): string {
  return text.replace(/(?<!\\)[A-Za-z]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
