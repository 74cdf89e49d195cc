import { join } from 'node:path';
import { allCases, isCallback, readCase, requiredCases } from './cases.ts';
import { runCase, type Verdict } from './run-case.ts';

// Judges the interpreter by answers that others recorded from Step Functions. ORACLES names their folder; `--all` runs
// every case instead of the required ones; those about task tokens are said in JSONata for it.

const print = (line: string) => process.stdout.write(`${line}\n`);

function tally(verdicts: readonly Verdict[], name: string, member: 'causes' | 'events' | 'eventIds'): string {
  const told = verdicts.filter((verdict) => verdict[member] !== null);
  return `${name}: ${told.filter((verdict) => verdict[member]).length} of ${told.length} equal`;
}

async function main(folder: string, all: boolean): Promise<number> {
  const required = requiredCases(folder);
  const others = all ? allCases(folder).map((name) => ({ name, translated: false })) : [];
  const known = new Set(required.map(({ name }) => name));
  const chosen = [...required, ...others.filter(({ name }) => !known.has(name))];
  const verdicts: Verdict[] = [];
  let broken = 0;
  for (const { name, translated } of chosen) {
    const recorded = readCase(folder, name);
    const verdict = await runCase({ ...recorded, name, translated: translated || isCallback(recorded) });
    verdicts.push(verdict);
    if (known.has(name) && verdict.result !== 'passed') broken += 1;
    const differs = (['causes', 'events', 'eventIds'] as const).filter((member) => verdict[member] === false);
    const notes = [verdict.reason, differs.length > 0 ? `differs in ${differs.join(', ')}` : ''].filter(Boolean);
    print([verdict.result.padEnd(11), name, ...notes].join(' ').slice(0, 300));
  }
  const count = (result: Verdict['result']) => verdicts.filter((verdict) => verdict.result === result).length;
  const judged = verdicts.filter(({ result }) => result !== 'unsupported');
  print(tally(judged, 'cause texts', 'causes'));
  print(tally(judged, 'events', 'events'));
  print(tally(judged, 'events with ids', 'eventIds'));
  if (all) print(`${count('passed')} passed, ${count('failed')} failed, ${count('unsupported')} unsupported`);
  else print(`${count('passed')} passed, ${broken} failed`);
  return broken === 0 ? 0 : 1;
}

const { ORACLES } = process.env;
if (ORACLES === undefined || ORACLES === '')
  print('ORACLES is not set: the recorded cases are absent, nothing was judged');
else process.exitCode = await main(join(ORACLES, 'states'), process.argv.includes('--all'));
