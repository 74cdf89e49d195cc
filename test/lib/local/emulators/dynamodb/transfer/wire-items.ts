import type fc from 'fast-check';
import type { Item } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { item } from '../../../../../support/arbitraries.ts';

/** Items in the form of the wire, where binaries are Base64. */
export const wireItem: fc.Arbitrary<Item> = item.map(
  (value) =>
    JSON.parse(
      JSON.stringify(value, (_name, member: unknown) =>
        member instanceof Uint8Array ? Buffer.from(member).toString('base64') : member,
      ),
    ) as Item,
);
