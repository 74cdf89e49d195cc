import { parseArgs } from 'node:util';
import { seededRandom } from '../../lib/local/faults/random.ts';
import type { TestWorld } from '../support/world.ts';
import { differences } from './check.ts';
import { randomFaults } from './faults.ts';
import { elapsed, type Finding, workOff } from './lanes.ts';
import { type Mutation, mutatedCopy, mutations } from './mutate.ts';
import { failureOf, runToEnd } from './runs.ts';
import { makeTable, randomTables, type SeedTable } from './tables.ts';

// npm run chaos -- [--seeds 20] [--from 1000] [--mutate shape]: random faults over small promotions of DynamoDB.

/** Without `--seeds`: as many as fit this time, at least `fewest`. */
const timeBudget = 165_000;
const fewest = 50;
/** Six tries of a silent connection cost two minutes in the worst case; the usual run takes two seconds. */
const deadline = 150_000;

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, from: { type: 'string', default: '1' }, mutate: { type: 'string' } },
});
const first = wholeNumber('--from', values.from);
const seeds = values.seeds === undefined ? null : wholeNumber('--seeds', values.seeds);
const mutation = values.mutate === undefined ? null : chosenMutation(values.mutate);
const print = (line: string) => void process.stdout.write(`${line}\n`);

async function runSeed(world: TestWorld, seed: number): Promise<Finding> {
  const random = seededRandom(seed);
  const drawn = randomTables(seed);
  const rules = randomFaults(random, mutation?.favoured);
  const tables: SeedTable[] = [];
  for (const table of drawn) tables.push({ ...table, items: await makeTable(world, table) });
  world.host.faults.use(rules);
  const outcome = await runToEnd(world, inputOf(seed, tables, random), deadline);
  const mutated = values.mutate === undefined ? '' : ` --mutate ${values.mutate}`;
  const replay = `faults ${JSON.stringify(rules)}; replay with npm run chaos -- --seeds 1 --from ${seed}${mutated}`;
  if (outcome.kind === 'hung') return { hung: true, problems: [`run ${outcome.runs} hung; ${replay}`] };
  const failure = failureOf(outcome.last);
  const problems = failure === null ? await differences(world, tables, outcome) : [failure];
  return { hung: false, problems: problems.length > 0 ? [...problems, replay] : [] };
}

function inputOf(seed: number, tables: readonly SeedTable[], random: () => number) {
  return {
    mode: 'migrate',
    source: 'dev',
    destination: 'prod',
    promotionId: `chaos-${seed}`,
    kinds: {
      dynamodb: {
        tables: tables.map(({ name, copy }) => ({ name, as: copy })),
        segments: 1 + Math.floor(random() * 6),
      },
    },
  };
}

function chosenMutation(name: string): Mutation {
  const chosen = Object.hasOwn(mutations, name) ? mutations[name] : undefined;
  return chosen ?? wrongArgument(`--mutate ${name}: there is ${Object.keys(mutations).join(', ')}`);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return wrongArgument(`${name} ${text}: give a whole number`);
}

function wrongArgument(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

async function main(): Promise<number> {
  const program = mutation && mutatedCopy(mutation);
  let next = first;
  const take = () => {
    const taken = next - first;
    const enough = seeds === null ? taken >= fewest && elapsed() > timeBudget : taken >= seeds;
    if (enough) return null;
    next += 1;
    return next - 1;
  };
  const host = program ? { root: program.root } : {};
  const { done, differences, hangs } = await workOff(take, runSeed, {
    lanes: 3,
    host,
    print,
    describe: (seed) => `seed ${seed}`,
  });
  program?.remove();
  print(`${done} seeds, ${differences} differences, ${hangs} hangs`);
  return differences + hangs === 0 ? 0 : 1;
}

// The SDK tells every process that it will want a newer Node one day; that is no finding.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.exit(await main());
