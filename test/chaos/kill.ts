import { availableParallelism } from 'node:os';
import { seededRandom } from '../../lib/local/faults/random.ts';
import type { FaultRule } from '../../lib/local/faults/rules.ts';
import { startWorld, type TestWorld } from '../support/world.ts';
import { differences } from './check.ts';
import { type Subject, subjects } from './kill-subjects.ts';
import { type Finding, workOff } from './lanes.ts';
import { isMovedEnd, movedDifferences } from './moving.ts';
import { failureOf, runToEnd } from './runs.ts';
import { plain } from './scenario.ts';
import { makeTable } from './tables.ts';
import { startWriter } from './writer.ts';

// npm run kill: kills a worker at every request of small promotions, and at some of large ones, and starts them again.
// With --count it only counts their requests, with --only <name> it takes one subject.

/** What the choice of requests begins with. */
const seed = 40;
/** Requests of workers that a promotion killed at every one may have: more would be read than is needed. */
const requestsAtMost = 150;
/** Milliseconds of real time for one run, which takes one to five seconds. */
const deadline = 90_000;
const print = (line: string) => void process.stdout.write(`${line}\n`);

interface Task {
  readonly subject: Subject;
  /** Where the worker dies; null lets it live. */
  readonly at: Pick<FaultRule, 'nth' | 'operation'> | null;
  /** True for a host whose workers have not begun: only then do they ask whose account a role leads to. */
  readonly cold: boolean;
}

/** What a host has been used for: the tables that were made, and whether its workers have seen a promotion. */
const used = new WeakMap<TestWorld, Set<string>>();
let kills = 0;
let promotions = 0;

/** Runs the promotion of a task to its end and answers what is wrong with it. */
async function runTask(world: TestWorld, task: Task): Promise<Finding> {
  if (!task.cold) return await promote(world, task);
  const fresh = await startWorld();
  const finding = await promote(fresh, task);
  await fresh.close();
  return finding;
}

async function promote(world: TestWorld, { subject, at, cold }: Task): Promise<Finding> {
  const first = subjects[0] as Subject;
  if (at && !cold && !used.has(world)) await promote(world, { subject: first, at: null, cold });
  const promotionId = `kill-${subject.name}-${promotions++}`;
  const { before, engine, moves } = subject;
  const source = await sourceOf(world, subject, promotionId);
  const table = { ...source, copy: promotionId, ...(before && { before }) };
  if (before) await makeTable(world, { ...table, name: promotionId, items: before }, world.prod);
  // Dying after request n and dying before request n + 1 leave the same behind: `after` covers both.
  world.host.faults.use(at === null ? [] : [{ ...at, phase: 'after', action: 'kill' }]);
  world.newCalls();
  const input = inputOf(promotionId, { ...subject, table: source });
  const writer = moves ? startWriter(world, [table], { promotionId, random: seededRandom(promotions) }) : null;
  const outcome = await runToEnd(world, input, deadline, writer ? isMovedEnd : undefined);
  await writer?.stop();
  const calls = world.newCalls();
  const killed = calls.filter(({ fault }) => fault === 'kill').length;
  kills += killed;
  if (outcome.kind === 'hung') return { hung: true, problems: ['a run hung'] };
  if (writer) {
    // How many requests a moving source takes is not the same each time: a late kill may find the promotion ended.
    const moved = { tables: [table], scenario: plain(engine ?? 'raw'), input, writer };
    return { hung: false, problems: await movedDifferences(world, moved, outcome, deadline) };
  }
  const failure = failureOf(outcome.last);
  if (failure !== null) return { hung: false, problems: [failure] };
  const missed = [
    ...(at !== null && killed === 0 ? ['the promotion ended before that request'] : []),
    ...(engine && !calls.some(({ operation }) => operation === 'ImportTable') ? ['nothing was imported'] : []),
  ];
  return { hung: false, problems: [...missed, ...(await differences(world, [table], outcome))] };
}

function inputOf(promotionId: string, { table, segments, before, engine }: Subject) {
  const tables = [{ name: table.name, as: promotionId }];
  const kinds = { dynamodb: { tables, segments, ...(engine && { engine }), ...(before && { existing: 'merge' }) } };
  return { mode: 'migrate', source: 'dev', destination: 'prod', promotionId, kinds };
}

/** The subject's table at the source: made once for a host, or for each promotion where it will be written to. */
async function sourceOf(world: TestWorld, { table, moves }: Subject, promotionId: string): Promise<Subject['table']> {
  const own = moves ? { ...table, name: `of-${promotionId}` } : table;
  const names = used.get(world) ?? new Set();
  used.set(world, names);
  if (!names.has(own.name)) await makeTable(world, own);
  names.add(own.name);
  return own;
}

/** How many requests the workers of a promotion make when nothing goes wrong. */
interface Requests {
  /** On a host without history. */
  readonly first: number;
  /** With workers that are warm, and a lock that is to be taken over from the promotion before. */
  readonly later: number;
  /** Of the first ones, those by which a new worker checks whose account a role leads to. */
  readonly checks: number;
}

/** A source that moves takes about as many as one that does not, whose repair would count besides. */
async function countRequests({ moves: _, ...still }: Subject): Promise<Requests> {
  let [requests, checks] = [0, 0];
  const world = await startWorld(({ operation }, worker) => {
    if (!worker) return;
    requests += 1;
    if (operation === 'GetCallerIdentity') checks += 1;
  });
  const count = async () => {
    requests = 0;
    const { problems } = await promote(world, { subject: still, at: null, cold: true });
    if (problems.length > 0) throw new Error(`${still.name} without a kill: ${problems.join('; ')}`);
    return requests;
  };
  const first = await count();
  const asked = checks;
  const later = await count();
  await world.close();
  return { first, later, checks: asked };
}

function tasksOf(subject: Subject, { later, checks }: Requests, random: () => number): Task[] {
  const { sampled } = subject;
  if (sampled !== null) {
    const drawn = Array.from({ length: sampled }, () => 1 + Math.floor(random() * later));
    return drawn.map((nth) => ({ subject, at: { nth }, cold: false }));
  }
  const warm = Array.from({ length: later }, (_, index): Task => ({ subject, at: { nth: index + 1 }, cold: false }));
  if (subject !== subjects[0]) return warm;
  const operation = 'GetCallerIdentity';
  const cold = Array.from({ length: checks }, (_, index) => ({
    subject,
    at: { nth: index + 1, operation },
    cold: true,
  }));
  return [...warm, ...cold];
}

async function main(): Promise<number> {
  const random = seededRandom(seed);
  const tasks: Task[] = [];
  let tooMany = 0;
  const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : null;
  for (const subject of subjects.filter(({ name }) => only === null || name === only)) {
    const counted = await countRequests(subject);
    tasks.push(...tasksOf(subject, counted, random));
    const { first, later } = counted;
    const at = subject.sampled ?? 'each';
    const most = Math.max(first, later);
    if (subject.sampled === null && most > requestsAtMost) {
      tooMany += 1;
      print(`${subject.name}: ${most} requests are more than ${requestsAtMost}`);
    }
    print(
      `${subject.name}: ${first} requests of workers, ${later} of warm ones that take a lock over; killed at ${at}`,
    );
  }
  if (process.argv.includes('--count')) return Math.min(tooMany, 1);
  const { differences, hangs } = await workOff(() => tasks.shift() ?? null, runTask, {
    lanes: availableParallelism(),
    host: {},
    print,
    describe: ({ subject, at, cold }) =>
      `${subject.name} killed after ${at?.operation ?? 'request'} ${at?.nth}${cold ? ' of new workers' : ''}`,
  });
  print(`${kills} kills, ${differences} differences, ${hangs} hangs`);
  return differences + hangs + tooMany === 0 ? 0 : 1;
}

// The SDK tells every process that it will want a newer Node one day; that is no finding.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.exit(await main());
