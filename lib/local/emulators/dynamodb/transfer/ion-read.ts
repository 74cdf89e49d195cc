import type { AttributeValue, Item } from '../engine/dynalite.ts';
import { type IonScanner, scanIon } from './ion-scan.ts';
import type { Records } from './json-records.ts';

const SETS: Readonly<Record<string, { readonly set: string; readonly of: string }>> = {
  $dynamodb_SS: { set: 'SS', of: 'S' },
  $dynamodb_NS: { set: 'NS', of: 'N' },
  $dynamodb_BS: { set: 'BS', of: 'B' },
};

/**
 * Reads Ion text as table exports have it: structs with a member `Item`. Ion types without a counterpart in DynamoDB
 * (float, timestamp, symbol, clob, S-expression, typed null) make a record malformed, which ends the object.
 */
export function readIonRecords(text: string): Records<Item> {
  const items: Item[] = [];
  const scanner = scanIon(text);
  try {
    for (;;) {
      scanner.skipSpace();
      if (scanner.ended()) return { items, malformed: false };
      if (scanner.take('$ion_1_0')) continue;
      const { M: record } = readValue(scanner);
      const item = (record as Item | undefined)?.Item?.M;
      if (item === undefined) return { items, malformed: true };
      items.push(item as Item);
    }
  } catch (error) {
    if (error instanceof SyntaxError) return { items, malformed: true };
    throw error;
  }
}

function readValue(scanner: IonScanner): AttributeValue {
  scanner.skipSpace();
  const annotation = scanner.annotation();
  if (annotation !== null) return readSet(scanner, annotation);
  if (scanner.take('{{')) return { B: scanner.blob() };
  if (scanner.take('{')) return { M: readStruct(scanner) };
  if (scanner.take('[')) return { L: readList(scanner) };
  const text = scanner.text();
  if (text !== null) return { S: text };
  const number = scanner.decimal();
  if (number !== null) return { N: number };
  const word = scanner.word();
  if (word === 'true' || word === 'false') return { BOOL: word === 'true' };
  if (word === 'null' || word === 'null.null') return { NULL: true };
  throw scanner.unexpected();
}

function readSet(scanner: IonScanner, annotation: string): AttributeValue {
  const { set, of } = Object.hasOwn(SETS, annotation) ? (SETS[annotation] ?? {}) : {};
  scanner.skipSpace();
  if (set === undefined || of === undefined || !scanner.take('[')) throw scanner.unexpected();
  const elements = readList(scanner).map((element) => element[of]);
  if (elements.includes(undefined)) throw scanner.unexpected();
  return { [set]: elements };
}

function readList(scanner: IonScanner): AttributeValue[] {
  const elements: AttributeValue[] = [];
  scanner.skipSpace();
  while (!scanner.take(']')) {
    elements.push(readValue(scanner));
    scanner.separator(']');
  }
  return elements;
}

function readStruct(scanner: IonScanner): Item {
  const fields: [string, AttributeValue][] = [];
  scanner.skipSpace();
  while (!scanner.take('}')) {
    const name = scanner.fieldName();
    fields.push([name, readValue(scanner)]);
    scanner.separator('}');
  }
  // Own properties whatever their names are: `__proto__` is an attribute like any other.
  return Object.fromEntries(fields);
}
