import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** The root of the repository, with a final slash. */
export const root = new URL('../../', import.meta.url).pathname;

/** A file of the repository. */
export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** All files under a folder whose name ends so, by path; an absent folder has none. */
export function filesUnder(folder: string, ending: string): SourceFile[] {
  const all = readdirSync(root, { withFileTypes: true }).some((entry) => entry.name === folder.split('/')[0])
    ? readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    : [];
  return all
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map(readSource);
}

/** One file by its path from the root. */
export function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, lines: text.split('\n').length - 1 };
}

/** What a TypeScript file imports, statically or not: packages by name, own files as a path from the root. */
export function importsOf({ path, text }: SourceFile): string[] {
  const found = text.matchAll(/(?:^|[;\s])(?:import|from)\s*\(?\s*'([^']+)'/g);
  return [...found].map(([, target = '']) =>
    target.startsWith('.') ? normalize(join(dirname(path), target)) : target.replace(/^(@[^/]+\/[^/]+|[^/]+).*/, '$1'),
  );
}

/** Source text without comments, so that what a comment says is not taken for code. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Names that a file exports, and whether a comment stands right before each. */
export function exportsOf({ text }: SourceFile): { name: string; documented: boolean }[] {
  const declaration = /^export (?:declare |abstract |async )*(?:const|let|function|class|interface|type) (\w+)/;
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = declaration.exec(line)?.[1];
    return name ? [{ name, documented: lines[index - 1]?.trimEnd().endsWith('*/') ?? false }] : [];
  });
}
