import type { AttributeValue, Item } from '../engine/dynalite.ts';

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const KEYWORDS = new Set(['null', 'true', 'false', 'nan']);
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** An item as Ion text in the form of a table export: one line with version marker and a struct `{Item:{…}}`. */
export const ionRecord = (item: Item): string => `$ion_1_0 {Item:${struct(item)}}`;

function struct(members: Item): string {
  const fields = Object.entries(members).map(([name, value]) => `${fieldName(name)}:${ionValue(value)}`);
  return `{${fields.join(',')}}`;
}

function fieldName(name: string): string {
  return PLAIN_NAME.test(name) && !KEYWORDS.has(name) ? name : `'${escaped(name, "'")}'`;
}

function ionValue(value: AttributeValue): string {
  const [[type = '', content] = []] = Object.entries(value);
  const list = (write: (element: never) => string) => `[${(content as never[]).map(write).join(',')}]`;
  switch (type) {
    case 'S':
      return text(content as string);
    case 'N':
      return ionDecimal(content as string);
    case 'B':
      return blob(content as string);
    case 'BOOL':
      return String(content);
    case 'NULL':
      return 'null';
    case 'SS':
      return `$dynamodb_SS::${list(text)}`;
    case 'NS':
      return `$dynamodb_NS::${list(ionDecimal)}`;
    case 'BS':
      return `$dynamodb_BS::${list(blob)}`;
    case 'L':
      return list(ionValue);
    case 'M':
      return struct(content as Item);
    default:
      throw new Error(`there is no attribute type '${type}'`);
  }
}

const text = (content: string): string => `"${escaped(content, '"')}"`;
const blob = (base64: string): string => `{{${base64}}}`;

function escaped(content: string, quote: string): string {
  return [...content]
    .map((character) => {
      if (character === quote) return `\\${quote}`;
      const short = ESCAPES[character];
      if (short !== undefined) return short;
      const code = character.charCodeAt(0);
      return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : character;
    })
    .join('');
}

/** A number as Ion decimal without superfluous digits: `103.`, `8.5`, `2d3`, `1d-130`. */
export function ionDecimal(number: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0.';
  const exponent = Number(power) - fraction.length + digits.length - significant.length;
  const minus = sign === '-' ? '-' : '';
  if (exponent === 0) return `${minus}${significant}.`;
  const point = significant.length + exponent;
  if (exponent < 0 && point > 0) return `${minus}${significant.slice(0, point)}.${significant.slice(point)}`;
  return `${minus}${significant}d${exponent}`;
}
