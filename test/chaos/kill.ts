import { availableParallelism } from 'node:os';
import { seededRandom } from '../../lib/local/faults/random.ts';
import type { TestWorld } from '../support/world.ts';
import { startWorld } from '../support/world.ts';
import { differences } from './check.ts';
import { type Finding, workOff } from './lanes.ts';
import { failureOf, runToEnd } from './runs.ts';
import { makeTable, type SeedTable } from './tables.ts';

// npm run kill: kills a worker at every request of a small promotion, and at some of a large one, and starts it again.

/** What the choice of requests begins with. */
const seed = 40;
/** Milliseconds of real time for one run, which takes one to five seconds. */
const deadline = 90_000;
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** A promotion that is killed once for each task. */
interface Subject {
  readonly name: string;
  readonly table: Source;
  readonly segments: number;
  /** Requests that are chosen to be died after; null means every one. */
  readonly sampled: number | null;
}

const attributes = ['pk', 'sk', 'other'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
];
const everything = { Projection: { ProjectionType: 'ALL' as const } };

type Source = Omit<SeedTable, 'copy'>;

/** A table that has nothing but its key, so that the promotion makes as few requests as any. */
const plain = (name: string, items: number): Source => ({
  name,
  definition: {
    table: {
      TableName: name,
      AttributeDefinitions: attributes.slice(0, 2),
      KeySchema: keys('pk', 'sk'),
      BillingMode: 'PAY_PER_REQUEST',
      TableClass: 'STANDARD',
      DeletionProtectionEnabled: false,
    },
    timeToLive: null,
    pointInTimeRecovery: null,
    tags: [],
  },
  items: Array.from({ length: items }, (_, index) => ({
    pk: { S: `partition ${index % 9}` },
    sk: { S: `item ${index}` },
    other: { S: `other ${index % 4}` },
  })),
});

/** The table with every setting that has a call of its own. */
function withSettings(source: Source): Source {
  const table = {
    ...source.definition.table,
    AttributeDefinitions: attributes,
    OnDemandThroughput: { MaxReadRequestUnits: 4000, MaxWriteRequestUnits: 4000 },
    GlobalSecondaryIndexes: [{ IndexName: 'by-other', KeySchema: keys('other', 'pk'), ...everything }],
    LocalSecondaryIndexes: [{ IndexName: 'in-order', KeySchema: keys('pk', 'other'), ...everything }],
    StreamSpecification: { StreamEnabled: true as const, StreamViewType: 'KEYS_ONLY' as const },
    DeletionProtectionEnabled: true,
  };
  const settings = {
    timeToLive: { AttributeName: 'expires' },
    pointInTimeRecovery: { RecoveryPeriodInDays: 7 },
    tags: [{ Key: 'team', Value: 'data' }],
  };
  return { ...source, definition: { ...source.definition, ...settings, table } };
}

/** Every request of the smallest one; of those that take minutes at every request, some. */
const subjects: readonly Subject[] = [
  { name: 'small', table: plain('small', 60), segments: 2, sampled: null },
  { name: 'settings', table: withSettings(plain('settings', 60)), segments: 2, sampled: 15 },
  { name: 'segments', table: plain('segments', 400), segments: 40, sampled: 30 },
];

interface Task {
  readonly subject: Subject;
  /** Number of the worker's request at which it dies; null lets it live. */
  readonly at: number | null;
}

const filled = new WeakMap<TestWorld, Set<string>>();
let kills = 0;
let promotions = 0;

/** Runs the promotion of a task to its end and answers what is wrong with it. */
async function runTask(world: TestWorld, { subject, at }: Task): Promise<Finding> {
  await fillOnce(world, subject);
  const promotionId = `kill-${subject.name}-${promotions++}`;
  const table = { ...subject.table, copy: promotionId };
  // Dying after request n and dying before request n + 1 leave the same behind: `after` covers both.
  world.host.faults.use(at === null ? [] : [{ nth: at, phase: 'after', action: 'kill' }]);
  world.newCalls();
  const outcome = await runToEnd(world, inputOf(promotionId, subject), deadline);
  kills += world.newCalls().filter(({ fault }) => fault === 'kill').length;
  if (outcome.kind === 'hung') return { hung: true, problems: ['a run hung'] };
  const failure = failureOf(outcome.last);
  return { hung: false, problems: failure === null ? await differences(world, [table], outcome) : [failure] };
}

function inputOf(promotionId: string, { table, segments }: Subject) {
  const kinds = { dynamodb: { tables: [{ name: table.name, as: promotionId }], segments } };
  return { mode: 'migrate', source: 'dev', destination: 'prod', promotionId, kinds };
}

async function fillOnce(world: TestWorld, { table }: Subject): Promise<void> {
  const names = filled.get(world) ?? new Set();
  filled.set(world, names);
  if (names.has(table.name)) return;
  names.add(table.name);
  await makeTable(world, table);
}

/** How many requests the workers of each promotion make when nothing goes wrong. */
async function countRequests(): Promise<ReadonlyMap<Subject, number>> {
  let requests = 0;
  const world = await startWorld((_call, worker) => {
    if (worker) requests += 1;
  });
  const counted = new Map<Subject, number>();
  for (const subject of subjects) {
    requests = 0;
    const { problems } = await runTask(world, { subject, at: null });
    if (problems.length > 0) throw new Error(`${subject.name} without a kill: ${problems.join('; ')}`);
    counted.set(subject, requests);
  }
  await world.close();
  return counted;
}

async function main(): Promise<number> {
  const requests = await countRequests();
  for (const [{ name, sampled }, count] of requests) {
    print(`${name}: ${count} requests of workers, killed at ${sampled ?? 'each'} of them`);
  }
  const random = seededRandom(seed);
  const tasks = [...requests].flatMap(([subject, count]): Task[] =>
    Array.from({ length: subject.sampled ?? count }, (_, index) => ({
      subject,
      at: subject.sampled === null ? index + 1 : 1 + Math.floor(random() * count),
    })),
  );
  const { differences, hangs } = await workOff(() => tasks.shift() ?? null, runTask, {
    lanes: availableParallelism(),
    host: {},
    print,
    describe: ({ subject, at }) => `${subject.name} killed after request ${at}`,
  });
  print(`${kills} kills, ${differences} differences, ${hangs} hangs`);
  return differences + hangs === 0 ? 0 : 1;
}

// The SDK tells every process that it will want a newer Node one day; that is no finding.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.exit(await main());
