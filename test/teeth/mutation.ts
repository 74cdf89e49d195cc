/** A change of one line that takes a guard away, and the test that has to notice. */
export interface Mutation {
  /** Unique among all; `--only` takes it. */
  readonly name: string;
  /** Source file from the root of the repository. */
  readonly file: string;
  /** Text that stands exactly once in the file. */
  readonly search: string;
  readonly replace: string;
  /** Test file from the root of the repository. */
  readonly testFile: string;
  /** Part of the full name of the test, its `describe`s included, that has to fail. */
  readonly test: string;
  /** Part of the names of the tests that are run, where the test needs those before it. Default: `test` itself. */
  readonly within?: string;
}

/** One line of a table of mutations. */
export type Row = Omit<Mutation, 'file' | 'testFile'>;

/** Mutations of one source file that tests of one file notice. */
export function mutationsOf(file: string, testFile: string, rows: readonly Row[]): Mutation[] {
  return rows.map((row) => ({ file, testFile, ...row }));
}
