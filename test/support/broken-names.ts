import { vi } from 'vitest';

const parse = JSON.parse;

/**
 * Has JSON.parse do what it may do on Node 24, in any object and to any escaped name: what is left of it is a backslash.
 * `vi.restoreAllMocks` ends it.
 */
export function breakNames(): void {
  const broken = (text: string) =>
    text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g, (all, name: string, colon = '') =>
      colon && name.includes('\\') ? `"\\\\"${colon}` : all,
    );
  vi.spyOn(JSON, 'parse').mockImplementation((given: unknown) => {
    const text = String(given);
    return parse(/^\s*[{[]/.test(text) ? broken(text) : text);
  });
}
