/** What became of the mutants of some files. */
export interface Tally {
  /** A test went red. */
  readonly killed: number;
  /** Tests did not end any more, which counts as killed. */
  readonly timeouts: number;
  readonly survived: number;
  /** No test reaches them. */
  readonly uncovered: number;
}

/** The members of Stryker's report that are read here (mutation-testing-report-schema). */
export interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** The parts of the program that mutants are made of, and their files. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  tokeniser: named('lambdas/dynamodb/raw', 'attribute-spans', 'spans', 'tokens'),
  planner: named('lambdas/dynamodb', 'choose-way', 'costs', 'decide', 'limits', 'segments', 'ways'),
  rewrite: named(
    'lambdas/dynamodb',
    ...['change-definition', 'change-steps', 'for-destination', 'policy-rewrite', 'rename'],
  ),
  evaluators: [
    ...named('lambdas/dynamodb', 'conditions'),
    ...named('lib/local/authorizer', 'evaluate', 'operators', 'patterns'),
  ],
};

function named(folder: string, ...names: string[]): string[] {
  return names.map((name) => `${folder}/${name}.ts`);
}

/** Counts the mutants of these files; null where the report has none of one of them. Throws for an unfinished report. */
export function tally(report: Report, files: readonly string[]): Tally | null {
  if (!files.every((file) => report.files[file])) return null;
  const statuses = files.flatMap((file) => report.files[file]?.mutants.map(({ status }) => status) ?? []);
  const count = (wanted: string) => statuses.filter((status) => status === wanted).length;
  const open = statuses.find((status) => status === 'Pending' || status === 'RuntimeError');
  if (open) throw new Error(`a mutant was not judged: ${open}`);
  return {
    killed: count('Killed'),
    timeouts: count('Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
  };
}

/** Killed mutants in per cent of all; those that no test reaches count as survivors. */
export function scoreOf({ killed, timeouts, survived, uncovered }: Tally): number {
  return ((killed + timeouts) / (killed + timeouts + survived + uncovered)) * 100;
}

/** The table of docs/mutation.md: a line a group, one a file below it, and their sum. */
export function scoreTable(report: Report): string {
  const row = (name: string, files: readonly string[]) => {
    const found = tally(report, files);
    const measured = files.some((file) => report.files[file]) ? 'not all measured' : 'not measured';
    if (!found) return `| ${name} | ${measured} | | | | |`;
    const { killed, timeouts, survived, uncovered } = found;
    return `| ${name} | ${scoreOf(found).toFixed(1)} % | ${killed} | ${timeouts} | ${survived} | ${uncovered} |`;
  };
  return [
    '| | killed | by a test | by time | survived | reached by no test |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...Object.entries(groups).flatMap(([name, files]) => [
      row(`**${name}**`, files),
      ...files.map((file) => row(`\`${file}\``, [file])),
    ]),
    row('**all**', Object.values(groups).flat()),
  ].join('\n');
}
