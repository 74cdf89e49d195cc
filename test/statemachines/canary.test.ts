import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWorld, type TestWorld } from '../support/world.ts';

const canary = 'canary-8d1f6c2e-never-to-be-seen';
const logFolder = mkdtempSync(join(tmpdir(), 'promoter-canary-'));
/** Secret keys and session tokens of every session that a worker called with. */
const secrets = new Set<string>();
let world: TestWorld;

beforeAll(async () => {
  // The host is known only after it has started, and calls come only after that.
  world = await startWorld(
    ({ caller }) => {
      const session = world?.host.credentials.find(caller.accessKeyId);
      if (session) for (const secret of [session.secretAccessKey, session.sessionToken]) secrets.add(secret);
    },
    { logFolder },
  );
  await world.makeTable(world.dev, { TableName: 'DEV-canary' });
  const items = Array.from({ length: 60 }, (_, index) => ({ pk: { S: `item-${index}` }, password: { S: canary } }));
  await world.put(world.dev, 'DEV-canary', items);
});
afterAll(async () => {
  await world.close();
  rmSync(logFolder, { recursive: true, force: true });
});

/** Every text that a run leaves behind: logs, histories, every version of every object, recorded calls. */
async function leftBehind(): Promise<string[]> {
  const { host } = world;
  const logs = readdirSync(logFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const all = host.states.listExecutions({ stateMachineArn: null, mapRunArn: null, status: null });
  const histories = all.map(({ executionArn }) => JSON.stringify(host.states.getHistory(executionArn)));
  const { endpoint, region, accounts, artefactBucket: Bucket } = host.world;
  const credentials = { accessKeyId: accounts.tooling ?? '', secretAccessKey: 'any' };
  const s3 = new S3Client({ endpoint, region, credentials });
  const objects: string[] = [];
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  do {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
    for (const { Key, VersionId } of page.Versions ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      objects.push((await Body?.transformToString()) ?? '');
    }
    [KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
  } while (KeyMarker);
  expect([logs.length > 1, histories.length > 5, objects.length > 20]).toEqual([true, true, true]);
  return [...logs, ...histories, ...objects, JSON.stringify(host.gateway.calls())];
}

it('leaves no value of an item and no credential in logs, histories, artefacts and reports, however runs end', async () => {
  const input = (promotionId: string, more: object = {}) => ({
    mode: 'migrate',
    source: 'dev',
    destination: 'prod',
    promotionId,
    kinds: { dynamodb: { tables: ['DEV-canary'], rename: { prefix: { from: 'DEV-', to: 'PROD-' } }, ...more } },
  });
  expect((await world.run(input('canary'))).status).toBe('SUCCEEDED');
  const changed = { pk: { S: 'item-1' }, password: { S: `${canary} changed` } };
  await world.prod.send(new PutItemCommand({ TableName: 'PROD-canary', Item: changed }));
  expect((await world.run({ ...input('canary'), mode: 'verify' })).error).toBe('Promotion.Partial');
  expect((await world.run(input('canary-merge', { existing: 'merge' }))).status).toBe('SUCCEEDED');
  expect((await world.run(input('canary-again'))).error).toBe('Promotion.Conflict');
  world.host.faults.use([
    { service: 'dynamodb', operation: 'BatchWriteItem', nth: 2, action: 'truncate', phase: 'before' },
    { service: 'dynamodb', operation: 'Scan', nth: 2, action: 'checksum', phase: 'before' },
  ]);
  const broken = input('canary-broken', { rename: { prefix: { from: 'DEV-', to: 'BROKEN-' } } });
  expect((await world.run(broken)).status).toBe('SUCCEEDED');

  const texts = await leftBehind();
  expect(secrets.size).toBeGreaterThan(10);
  for (const secret of [canary, ...secrets]) {
    expect(texts.filter((text) => text.includes(secret)).map((text) => text.slice(0, 200))).toEqual([]);
  }
}, 120_000);
