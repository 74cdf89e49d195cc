/** The part of vitest's JSON report that is judged. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** What a run said of one test. `absent`: no test of that name was run, as after an error while a file is loaded. */
export type Outcome = 'red' | 'green' | 'absent';

/** Judges all tests whose full name holds `test`: red when one of them failed, green when all that ran passed. */
export function outcomeOf(report: VitestReport | null, test: string): Outcome {
  const results = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  const states = results.filter(({ fullName }) => fullName.includes(test)).map(({ status }) => status);
  if (states.includes('failed')) return 'red';
  return states.includes('passed') ? 'green' : 'absent';
}

/** Why nothing could be judged, in one line. */
export function reasonOf(report: VitestReport | null): string {
  if (!report) return 'vitest ended without a report';
  const message = report.testResults.map((file) => file.message).find((text) => text !== '');
  return (message ?? 'no test of that name was run').split('\n')[0]?.slice(0, 160) ?? '';
}
