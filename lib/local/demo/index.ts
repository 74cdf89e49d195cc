import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type DemoArguments, parseDemo, UsageError, usage } from '../arguments.ts';
import type { Host } from '../host.ts';
import { seedDynamoDb } from '../seeds/dynamodb.ts';
import { seedTables } from '../seeds/tables.ts';
import { startLocalHost } from '../up.ts';
import { progressLine, readProgress } from './progress.ts';
import { type DemoReport, summary } from './summary.ts';
import { watchStates } from './watch.ts';

const root = join(import.meta.dirname, '../../..');
const promotionId = 'demo';
/** Table transitions and waits of the state machine are modelled; the demonstration need not sit through them. */
const speed = 10;

/**
 * The command `demo`: starts a host, fills the source with public data, promotes every kind that exists, shows how it
 * goes and fetches the report. Answers 0 only if the run succeeded and every asset is verified.
 */
export async function demo(argv: readonly string[]): Promise<number> {
  const began = Date.now();
  const print = (line: string) => void process.stdout.write(`${seconds(began).padStart(6)} s  ${line}\n`);
  let given: DemoArguments;
  try {
    given = parseDemo(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    return 2;
  }
  const host = await startLocalHost({ port: 0, speed, log: print, ...given });
  try {
    print(`host       ${host.world.endpoint} with accounts ${Object.keys(host.world.accounts).join(', ')}`);
    await seedDynamoDb(new DynamoDBClient(rootOf(host, 'dev')), (table, items) =>
      print(`seed       ${table}: ${items.toLocaleString('en-US')} items`),
    );
    // The service refreshes what it says of a table's size every six hours; these tables count as older than that.
    await host.stores.dynamodb.refreshStatistics();
    const stop = watchStates(host, print);
    await promote(host, print);
    stop();
    const report = await fetchReport(host);
    process.stdout.write(`\n${summary(report)}\nReport: ${join(root, reportFolder, 'report.html')}\n`);
    return isVerified(report) ? 0 : 1;
  } finally {
    await host.close();
  }
}

async function promote(host: Host, print: (line: string) => void): Promise<void> {
  const states = new SFNClient(rootOf(host, 'tooling'));
  const tables = seedTables.map(({ create }) => create.TableName);
  const input = {
    mode: 'migrate',
    source: 'dev',
    destination: 'prod',
    promotionId,
    kinds: { dynamodb: { tables, rename: { prefix: { from: 'DEV-', to: 'PROD-' } }, segments: 8 } },
  };
  const { executionArn } = await states.send(
    new StartExecutionCommand({
      stateMachineArn: host.world.stateMachines.promotion,
      name: promotionId,
      input: JSON.stringify(input),
    }),
  );
  print(`started    ${executionArn}`);
  const s3 = new S3Client(rootOf(host, 'tooling'));
  const total = {
    items: seedTables.reduce((sum, { items }) => sum + items().length, 0),
    segments: seedTables.length * input.kinds.dynamodb.segments,
  };
  let copyBegan: number | null = null;
  let last = '';
  for (;;) {
    await delay(500);
    const { status } = await states.send(new DescribeExecutionCommand({ executionArn }));
    const now = await readProgress(s3, host.world.artefactBucket, promotionId);
    if (now.items > 0) copyBegan ??= Date.now() - 500;
    const line = copyBegan === null ? '' : progressLine(now, total, (Date.now() - copyBegan) / 1000);
    const moved = `${now.items}/${now.segments}`;
    if (line !== '' && moved !== last) print(line);
    last = moved;
    if (status !== 'RUNNING') return;
  }
}

const reportFolder = '.local/demo';

/** Brings the report in its three forms to a folder, where a browser can open it. */
async function fetchReport(host: Host): Promise<DemoReport> {
  const s3 = new S3Client(rootOf(host, 'tooling'));
  mkdirSync(join(root, reportFolder), { recursive: true });
  const [json = ''] = await Promise.all(
    ['json', 'md', 'html'].map(async (form) => {
      const Key = `promotions/${promotionId}/report.${form}`;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: host.world.artefactBucket, Key }));
      const text = (await Body?.transformToString()) ?? '';
      writeFileSync(join(root, reportFolder, `report.${form}`), text);
      return text;
    }),
  );
  return JSON.parse(json);
}

function isVerified({ outcome, kinds }: DemoReport): boolean {
  const all = Object.values(kinds).flatMap(({ assets }) => assets);
  return outcome === 'succeeded' && all.length > 0 && all.every(({ verified }) => verified === true);
}

/** A twelve-digit access key id is the root of that account. */
function rootOf({ world }: Host, account: string) {
  const accessKeyId = world.accounts[account] ?? '';
  return { endpoint: world.endpoint, region: world.region, credentials: { accessKeyId, secretAccessKey: 'local' } };
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
