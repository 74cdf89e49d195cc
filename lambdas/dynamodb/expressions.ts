/** A part of a path into an item: an attribute or member by name, an element of a list by number. */
export type PathPart = { readonly name: string } | { readonly placeholder: string } | { readonly index: number };

/** What stands on a side of a comparison. */
export type Operand =
  | { readonly kind: 'path'; readonly parts: readonly PathPart[] }
  | { readonly kind: 'value'; readonly placeholder: string }
  | { readonly kind: 'size'; readonly of: Operand };

/** A condition as it was written. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'function'; readonly name: FunctionName; readonly operands: readonly Operand[] };

const comparators = ['=', '<>', '<=', '>=', '<', '>'] as const;
/** The six comparators of condition expressions. */
export type Comparator = (typeof comparators)[number];

const operandsOf = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
} as const;
/** The functions that are conditions; `size` is an operand. */
export type FunctionName = keyof typeof operandsOf;

/** An expression that cannot be read; the message says where and what was expected. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

interface Token {
  readonly text: string;
  readonly at: number;
}

const tokenPattern = /\s*([#:][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|\d+|<>|<=|>=|[=<>()[\].,]|$)/y;

/**
 * Reads a condition or filter expression by the grammar of the developer guide ("Condition and filter expressions,
 * operators, and functions"): OR binds weakest, then AND, then NOT. Throws {@link ExpressionError}.
 */
export function parseExpression(expression: string): Condition {
  const tokens = tokensOf(expression);
  let next = 0;

  const peek = (): Token => tokens[next] ?? { text: '', at: expression.length };
  const fail = (expected: string): never => {
    const { text, at } = peek();
    throw new ExpressionError(
      `${text === '' ? 'it ends' : `"${text}" stands`} at character ${at + 1}, where ${expected} is expected`,
    );
  };
  const is = (text: string) => peek().text.toUpperCase() === text;
  const accept = (text: string): boolean => {
    if (!is(text)) return false;
    next++;
    return true;
  };
  const expect = (text: string): void => {
    if (!accept(text)) fail(`"${text}"`);
  };

  const either = (): Condition => joined('or', 'OR', both);
  const both = (): Condition => joined('and', 'AND', inverted);
  const joined = (kind: 'and' | 'or', word: string, part: () => Condition): Condition => {
    const first = part();
    const rest: Condition[] = [];
    while (accept(word)) rest.push(part());
    return rest.length === 0 ? first : { kind, conditions: [first, ...rest] };
  };
  const inverted = (): Condition => {
    if (accept('NOT')) return { kind: 'not', condition: inverted() };
    if (is('(')) return parenthesised();
    return isCall() ? call() : comparison();
  };
  /** Parentheses may hold a condition or the first operand of one. */
  const parenthesised = (): Condition => {
    const start = next;
    try {
      expect('(');
      const condition = either();
      expect(')');
      return condition;
    } catch (error) {
      next = start;
      try {
        return comparison();
      } catch {
        throw error;
      }
    }
  };

  const isCall = () => Object.hasOwn(operandsOf, peek().text) && tokens[next + 1]?.text === '(';
  const call = (): Condition => {
    const name = peek().text as FunctionName;
    next += 2;
    const operands = [operand()];
    while (operands.length < operandsOf[name]) {
      expect(',');
      operands.push(operand());
    }
    expect(')');
    if (operands[0]?.kind === 'path' || operands.length > 1) return { kind: 'function', name, operands };
    throw new ExpressionError(`the operand of ${name} must be an attribute`);
  };

  const comparison = (): Condition => {
    const left = operand();
    if (accept('BETWEEN')) {
      const low = operand();
      expect('AND');
      return { kind: 'between', operand: left, low, high: operand() };
    }
    if (accept('IN')) {
      expect('(');
      const list = [operand()];
      while (accept(',')) list.push(operand());
      expect(')');
      return { kind: 'in', operand: left, list };
    }
    const comparator = comparators.find((one) => accept(one)) ?? fail('a comparator, BETWEEN or IN');
    return { kind: 'compare', comparator, left, right: operand() };
  };

  const operand = (): Operand => {
    const { text } = peek();
    if (text === 'size' && tokens[next + 1]?.text === '(') {
      next += 2;
      const of = operand();
      expect(')');
      return { kind: 'size', of };
    }
    if (accept('(')) {
      const inner = operand();
      expect(')');
      return inner;
    }
    if (!text.startsWith(':')) return { kind: 'path', parts: path() };
    next++;
    return { kind: 'value', placeholder: text };
  };

  const path = (): PathPart[] => {
    const parts: PathPart[] = [name()];
    for (;;) {
      if (accept('.')) parts.push(name());
      else if (accept('[')) {
        if (!/^\d+$/.test(peek().text)) fail('a number');
        parts.push({ index: Number(peek().text) });
        next++;
        expect(']');
      } else return parts;
    }
  };
  const name = (): PathPart => {
    const { text } = peek();
    if (!/^[#A-Za-z_]/.test(text) || /^(AND|OR|NOT|IN|BETWEEN)$/i.test(text)) fail('an attribute or a value');
    next++;
    return text.startsWith('#') ? { placeholder: text } : { name: text };
  };

  const condition = either();
  if (peek().text !== '') fail('the end, AND or OR');
  return condition;
}

/** The placeholders (`#name`, `:value`) that stand in an expression, each once. */
export function placeholdersIn(expression: string): string[] {
  return [...new Set(expression.match(/[#:][A-Za-z0-9_]+/g) ?? [])];
}

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < expression.length) {
    const from = tokenPattern.lastIndex;
    const found = tokenPattern.exec(expression);
    const text = found?.[1];
    if (text === undefined) {
      const at = from + (/\S/.exec(expression.slice(from))?.index ?? 0);
      throw new ExpressionError(`character ${at + 1}, "${expression.charAt(at)}", belongs to no expression`);
    }
    if (text === '') break;
    tokens.push({ text, at: tokenPattern.lastIndex - text.length });
  }
  return tokens;
}
