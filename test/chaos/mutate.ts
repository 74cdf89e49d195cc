import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../support/sources.ts';
import type { Favoured } from './faults.ts';

/** One line of the program and what takes its place. */
export interface Change {
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

/** A guard that is taken away, and the faults from which it guards. */
export interface Mutation {
  readonly changes: readonly Change[];
  readonly favoured: readonly Favoured[];
  /** The engine that has the guard. */
  readonly engine: 'raw' | 'sdk';
  /** True when it shows only where the source is written to meanwhile. */
  readonly moves: boolean;
}

/** Guards whose absence the faults must bring to light. */
export const mutations: Readonly<Record<string, Mutation>> = {
  shape: {
    changes: [
      {
        file: 'lambdas/core/retry.ts',
        search: 'const wrong = check?.(answer) ?? null;',
        replace: 'const wrong: string | null = check ? null : null;',
      },
    ],
    favoured: [
      { service: 'dynamodb', operation: 'Scan', action: 'empty' },
      { service: 'dynamodb', operation: 'BatchWriteItem', action: 'empty' },
    ],
    // The raw engine reads every byte of an answer itself: without its check nothing is left that could be believed.
    engine: 'sdk',
    moves: false,
  },
  changed: {
    changes: [
      {
        file: 'lambdas/dynamodb/verify-findings.ts',
        search: 'if (changed === 0) return null;',
        replace: 'if (changed >= 0) return null;',
      },
    ],
    favoured: [],
    engine: 'raw',
    moves: true,
  },
};

/** What a cloud assembly is made from, and what that needs. */
const parts = [
  'bin',
  'lib',
  'lambdas',
  'statemachines',
  'environments.example.json',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

/** Copies the program to a folder of its own and changes it there. @throws Error when a place to change is not there */
export function mutatedCopy({ changes }: Mutation): { root: string; remove: () => void } {
  const copy = mkdtempSync(join(tmpdir(), 'promoter-mutated-'));
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, search, replace } of changes) {
    const text = readFileSync(join(copy, file), 'utf8');
    if (text.split(search).length !== 2) throw new Error(`${file} must have once: ${search}`);
    writeFileSync(join(copy, file), text.replace(search, replace));
  }
  return { root: copy, remove: () => rmSync(copy, { recursive: true, force: true }) };
}
