import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openRawTable } from '../../lambdas/dynamodb/raw/raw-engine.ts';
import type { Host } from '../../lib/local/host.ts';
import { startLocalHost } from '../../lib/local/up.ts';
import { keyNames, makeItem } from './dataset.ts';
import { createPhaseClock, type Phase } from './phases.ts';
import { type CpuSeconds, cpuBetween, cpuNow } from './processes-of-host.ts';

/** What a whole promotion of one table took. */
export interface PromotionMeasure {
  readonly items: number;
  readonly seconds: number;
  readonly phases: Readonly<Record<Phase, number>>;
  /** Null where the system does not tell. */
  readonly cpu: CpuSeconds | null;
  /** Calls of the workers to the service, and states that its machines entered: what is billed of them. */
  readonly dataCalls: number;
  readonly transitions: number;
}

/** Promoted first, so that no size has the start of the workers in it. */
const warmUpItems = 500;
const itemsAtOnce = 5_000;
const batchesInFlight = 16;

/**
 * Promotes tables of small items, one after the other, on one host: definition, copy, settings, full comparison. The
 * modelled waits cost no time, so that what is measured is work.
 * @throws Error when a promotion does not succeed with every item verified
 */
export async function measurePromotions(
  sizes: readonly number[],
  print: (line: string) => void,
): Promise<PromotionMeasure[]> {
  const logFolder = mkdtempSync(join(tmpdir(), 'promoter-bench-'));
  const all: PromotionMeasure[] = [];
  let host: Host | null = null;
  try {
    host = await startLocalHost({ port: 0, speed: 50, virtualTime: true, log: () => undefined, logFolder });
    await seed(host, tableOf(warmUpItems), warmUpItems);
    await promote(host, warmUpItems);
    for (const items of sizes) {
      const began = performance.now();
      await seed(host, tableOf(items), items);
      print(`promotions  ${items} items are in the source after ${elapsed(began)} s`);
      const measure = await promote(host, items);
      print(`promotions  ${items} items promoted and verified in ${measure.seconds.toFixed(1)} s`);
      all.push(measure);
    }
  } finally {
    await host?.close();
    rmSync(logFolder, { recursive: true, force: true });
  }
  return all;
}

async function promote(host: Host, items: number): Promise<PromotionMeasure> {
  const clock = createPhaseClock(() => performance.now());
  let transitions = 0;
  const stop = host.states.onEvent((event) => {
    if (event.event.type.endsWith('StateEntered')) transitions += 1;
    clock.note(event);
  });
  const callsBefore = host.gateway.calls().length;
  const cpuBefore = cpuNow();
  const began = performance.now();
  const { executionArn } = host.states.startExecution({
    stateMachineArn: host.world.stateMachines.promotion ?? '',
    input: JSON.stringify({
      mode: 'migrate',
      source: 'dev',
      destination: 'prod',
      promotionId: tableOf(items),
      kinds: { dynamodb: { tables: [tableOf(items)] } },
    }),
  });
  const { status, output, cause } = await host.states.executionEnded(executionArn);
  const seconds = (performance.now() - began) / 1000;
  const cpuAfter = cpuNow();
  stop();
  const report = JSON.parse(output ?? cause ?? '{}');
  if (status !== 'SUCCEEDED' || report.kinds?.dynamodb?.counts?.verified !== 1) {
    throw new Error(`the promotion of ${items} items ended ${status}: ${output ?? cause}`);
  }
  const calls = host.gateway.calls().slice(callsBefore);
  return {
    items,
    seconds,
    phases: clock.seconds(seconds),
    cpu: cpuBefore && cpuAfter && cpuBetween(cpuBefore, cpuAfter),
    dataCalls: calls.filter(({ operation }) => /^(Scan|BatchWriteItem|BatchGetItem)$/.test(operation)).length,
    transitions,
  };
}

async function seed(host: Host, TableName: string, items: number): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: host.world.endpoint,
    region: host.world.region,
    credentials: { accessKeyId: host.world.accounts.dev ?? '', secretAccessKey: 'bench' },
  });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keyNames.map((AttributeName, index) => ({
        AttributeName,
        AttributeType: index === 0 ? 'S' : 'N',
      })),
      KeySchema: keyNames.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    }),
  );
  const table = await openRawTable(client, { table: TableName, remaining: () => 60_000, batchesInFlight });
  for (let first = 0; first < items; first += itemsAtOnce) {
    const numbers = Array.from({ length: Math.min(itemsAtOnce, items - first) }, (_, index) => first + index);
    const rejected = await table.write(numbers.map((number) => Buffer.from(JSON.stringify(makeItem('small', number)))));
    if (rejected.length > 0) throw new Error(`${TableName} refused ${rejected.length} items while it was filled`);
  }
  // The service refreshes what it says of a table's size every six hours; this table counts as older than that.
  await host.stores.dynamodb.refreshStatistics();
}

function tableOf(items: number): string {
  return `bench-${items}`;
}

function elapsed(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}
