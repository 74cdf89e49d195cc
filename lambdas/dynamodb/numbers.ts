import { canonicalNumber } from './attributes.ts';

/** A decimal as ±0.digits · 10^magnitude, without zeros at either end of the digits; zero has no digits. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly magnitude: number;
}

/** Numbers have up to 38 significant digits and lie between 1E-130 and 9.99…E+125 (developer guide, naming and types). */
const digitsAtMost = 38;
const magnitudes = { least: -129, most: 126 };

/** Why a text is no number of DynamoDB's, or null. */
export function numberProblem(text: string): string | null {
  // Whether the service takes these is not documented, and nobody needs them.
  if (/^\+|\s/.test(text)) return `"${text}" has a space or begins with a plus`;
  let parts: Decimal;
  try {
    parts = decimalOf(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (parts.digits.length > digitsAtMost) return `"${text}" has ${parts.digits.length} digits, more than 38`;
  const fits = parts.magnitude >= magnitudes.least && parts.magnitude <= magnitudes.most;
  return parts.digits === '' || fits ? null : `"${text}" is not between 1E-130 and 9.99E+125`;
}

/** Compares two numbers exactly: negative, zero or positive. */
export function compareNumbers(one: string, other: string): number {
  const [left, right] = [decimalOf(one), decimalOf(other)];
  const signs = signOf(left) - signOf(right);
  if (signs !== 0) return signs;
  const sizes =
    left.magnitude - right.magnitude || (left.digits < right.digits ? -1 : Number(left.digits > right.digits));
  return left.negative ? -sizes : sizes;
}

function signOf({ digits, negative }: Decimal): number {
  if (digits === '') return 0;
  return negative ? -1 : 1;
}

function decimalOf(text: string): Decimal {
  const [, sign = '', digits = '', power = '0'] = /^(-?)([1-9]\d*)e(-?\d+)$/.exec(canonicalNumber(text)) ?? [];
  return { negative: sign === '-', digits, magnitude: digits === '' ? 0 : Number(power) + digits.length };
}
