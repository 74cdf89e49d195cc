import { parseArgs } from 'node:util';
import { seededRandom } from '../../lib/local/faults/random.ts';
import type { TestWorld } from '../support/world.ts';
import { differences, losses } from './check.ts';
import { randomFaults } from './faults.ts';
import { elapsed, type Finding, workOff } from './lanes.ts';
import { isMovedEnd, movedDifferences } from './moving.ts';
import { type Mutation, mutatedCopy, mutations } from './mutate.ts';
import { failureOf, isMismatch, type Outcome, runToEnd } from './runs.ts';
import { fitted, itemsBefore, plain, randomScenario, type Scenario, wantedOf } from './scenario.ts';
import { makeTable, randomTables, type SeedTable } from './tables.ts';
import { startWriter, type Writer } from './writer.ts';

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
let seedsWithLosses = 0;
/** How many seeds went which way, by what is printed of it. */
const ways = new Map<string, number>();
const print = (line: string) => void process.stdout.write(`${line}\n`);

async function runSeed(world: TestWorld, seed: number): Promise<Finding> {
  const random = seededRandom(seed);
  const rules = randomFaults(random, mutation?.favoured);
  const segments = 1 + Math.floor(random() * 6);
  const scenario = mutation ? { ...plain(mutation.engine), moves: mutation.moves } : randomScenario(random);
  const tables: SeedTable[] = [];
  for (const table of randomTables(seed)) tables.push(await prepare(world, fitted(table, scenario), scenario, random));
  const promotionId = `chaos-${seed}`;
  const input = inputOf(promotionId, tables, { segments, scenario });
  world.host.faults.use(rules);
  const writer = scenario.moves ? startWriter(world, tables, { promotionId, random }) : null;
  const outcome = await runToEnd(world, input, deadline, writer ? isMovedEnd : undefined);
  await writer?.stop();
  countWays(scenario, writer, outcome);
  const mutated = values.mutate === undefined ? '' : ` --mutate ${values.mutate}`;
  const replay = `${JSON.stringify({ ...input.kinds.dynamodb, moves: scenario.moves })}, faults ${JSON.stringify(rules)}; replay with npm run chaos -- --seeds 1 --from ${seed}${mutated}`;
  if (outcome.kind === 'hung') return { hung: true, problems: [`run ${outcome.runs} hung; ${replay}`] };
  const problems = writer
    ? await movedDifferences(world, { tables, scenario, input, writer }, outcome, deadline)
    : await stillProblems(world, promotionId, tables, outcome);
  return { hung: false, problems: problems.length > 0 ? [...problems, replay] : [] };
}

function countWays({ engine, existing, options }: Scenario, writer: Writer | null, outcome: Outcome): void {
  const touched = [...(writer?.histories.values() ?? [])].some((history) => history.size > 0);
  const told = outcome.kind === 'ended' && isMismatch(outcome.last);
  const changed = Object.keys(options).map((option) => `with ${option}`);
  const moved = [...(touched ? ['with a writer'] : []), ...(touched && told ? ['that told its changes'] : [])];
  const again = outcome.runs > 1 ? ['started again'] : [];
  for (const way of [engine, ...(existing === 'fail' ? [] : [existing]), ...changed, ...moved, ...again]) {
    ways.set(way, (ways.get(way) ?? 0) + 1);
  }
}

/** What is wrong with a promotion of a source that nobody wrote to. */
async function stillProblems(
  world: TestWorld,
  promotionId: string,
  tables: readonly SeedTable[],
  outcome: Extract<Outcome, { kind: 'ended' }>,
): Promise<string[]> {
  const failure = failureOf(outcome.last);
  const lost = await losses(world, tables, promotionId);
  if (lost.length > 0) seedsWithLosses += 1;
  return failure === null ? await differences(world, tables, outcome) : [failure, ...lost];
}

/** Makes a table of the source, and what the destination has of it before. */
async function prepare(
  world: TestWorld,
  table: SeedTable,
  scenario: Scenario,
  random: () => number,
): Promise<SeedTable> {
  const items = await makeTable(world, table);
  const wanted = wantedOf(scenario, items);
  const before = itemsBefore(scenario, items, random);
  if (before) {
    // A table that is protected against deletion cannot be replaced.
    const isReplaced = scenario.existing === 'replace';
    const settings = isReplaced
      ? { ...table.definition.table, DeletionProtectionEnabled: false }
      : table.definition.table;
    const definition = { ...table.definition, table: settings };
    await makeTable(world, { name: table.copy, definition, items: before }, world.prod);
  }
  return { ...table, items, wanted, ...(scenario.existing === 'merge' && before && { before }) };
}

function inputOf(
  promotionId: string,
  tables: readonly SeedTable[],
  { segments, scenario }: { segments: number; scenario: Scenario },
) {
  const { engine, existing, options } = scenario;
  const named = tables.map(({ name, copy }) => ({ name, as: copy }));
  const dynamodb = { tables: named, segments, engine, existing, ...options };
  return { mode: 'migrate', source: 'dev', destination: 'prod', promotionId, kinds: { dynamodb } };
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
  if (mutation) print(`${seedsWithLosses} of ${done} seeds have lost items of a table that was reported as copied`);
  print(`seeds by way: ${[...ways].map(([way, count]) => `${count} ${way}`).join(', ')}`);
  print(`${done} seeds, ${differences} differences, ${hangs} hangs`);
  return differences + hangs === 0 ? 0 : 1;
}

// The SDK tells every process that it will want a newer Node one day; that is no finding.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.exit(await main());
