import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineText } from '../statistics.ts';
import { buildPrograms } from './bundles.ts';
import { measureColdStarts } from './cold.ts';
import { documentOf, resultTables } from './document.ts';
import { type Bench, checkIdentity, measureCpu, measureThroughput } from './measure.ts';
import { type Part, type Plan, planOf, UsageError, usage } from './plan.ts';
import { measurePromotions } from './promotions.ts';
import { isKept, promises, type Results, ratiosOf } from './results.ts';
import { variantNames } from './variants/contract.ts';

const documentFile = join(import.meta.dirname, '../../docs/bench-dynamodb.md');

/**
 * The command `bench -- dynamodb`: measures our copy beside what a user could take instead, in one run. Answers the exit
 * status: 1 when an item was copied wrongly, or with `--gate` when a promise is not kept; 2 for wrong arguments.
 */
export async function benchDynamodb(argv: readonly string[]): Promise<number> {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  let plan: Plan;
  try {
    plan = planOf(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    return 2;
  }
  const machine = machineText();
  print(machine);
  const results = { machine, ...(await measured(plan, print)) };
  const ratios = ratiosOf(results);
  print(`\n${resultTables(results, ratios)}`);
  if (plan.write) await writeFile(documentFile, documentOf(results, ratios, new Date()));
  if (plan.json) print(JSON.stringify(ratios));
  const broken = promises.some((promise) => {
    const value = promise.of(ratios);
    return value !== null && !isKept(promise, value);
  });
  return plan.gate && broken ? 1 : 0;
}

async function measured(plan: Plan, print: (line: string) => void): Promise<Omit<Results, 'machine'>> {
  const folder = await mkdtemp(join(tmpdir(), 'promoter-bench-'));
  const asked = (part: Part) => plan.only.includes(part);
  try {
    const programs = await buildPrograms(folder, variantNames);
    const bench: Bench = { plan, folder, ...programs, print };
    if (asked('identity')) await checkIdentity(bench);
    return {
      ...(asked('cpu') && { cpu: await measureCpu(bench) }),
      ...(asked('throughput') && { throughput: await measureThroughput(bench) }),
      ...(asked('cold') && { cold: await measureColdStarts(join(folder, 'cold'), plan.coldStarts) }),
      ...(asked('promotions') && { promotions: await measurePromotions(plan.promotions, print) }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
