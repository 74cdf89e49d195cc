import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Artefacts, openArtefacts } from '../../../lambdas/core/artefacts.ts';
import type { Surroundings } from '../../../lambdas/core/handler.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { openBucket } from '../../../lambdas/core/wire/s3.ts';
import { openSts, type Sts } from '../../../lambdas/core/wire/sts.ts';
import { keepBeforeImages, writtenMark } from '../../../lambdas/dynamodb/before-images.ts';
import type { SegmentGroup } from '../../../lambdas/dynamodb/contracts.ts';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { undoItems } from '../../../lambdas/dynamodb/undo-items.ts';
import type { Undoing, Undone } from '../../../lambdas/dynamodb/undone.ts';
import { realClock } from '../../../lib/local/clock.ts';
import { createDynamoDbService } from '../../../lib/local/emulators/dynamodb/index.ts';
import { startWorld, TOOLING, type World } from '../../lib/local/gateway/fixture.ts';
import { makeActiveTable } from '../../support/active-table.ts';
import { environments, executionArn, makeTables, refusal } from '../../support/factories.ts';
import { identityOf } from '../../support/identity.ts';
import { type Entries, memoryJournal, stepsOf } from '../../support/memory-journal.ts';
import { memorySealing } from '../../support/sealing.ts';

const prod = '333333333333';
const bucket = 'artefacts-of-the-test';
const sealing = memorySealing();
let world: World;
let client: DynamoDBClient;
let artefacts: Artefacts;
let sts: Sts;
let as: string;
let tableId: string;
let entries: Entries;
let count = 0;
beforeAll(async () => {
  const clock = realClock(1000);
  world = await startWorld([createDynamoDbService({ clock })], { clock });
  const identity = identityOf(world);
  sts = openSts(identity);
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: TOOLING }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] },
  ];
  world.iam.putRole({
    account: prod,
    name: 'DynamoDB-MigrationDest',
    trustPolicy: { Version: '2012-10-17', Statement },
  });
  world.buckets.createBucket({ name: bucket, account: TOOLING, region: 'us-east-1', versioned: true });
  artefacts = openArtefacts(openBucket(identity, bucket));
  client = new DynamoDBClient(world.client({ accessKeyId: prod, secretAccessKey: 'any' }));
});
afterAll(() => world.close());
beforeEach(async () => {
  as = `PROD-${count++}`;
  entries = [];
  tableId = await makeActiveTable(client, as);
  await journalOf('import').append({ asset: as, step: 'update', phase: 'result', after: { id: tableId } });
  await holdLock('undo');
});

const journalOf = (execution: string) => memoryJournal(entries, executionArn(execution));
const holdLock = (execution: string) =>
  artefacts.write(keys.destinationLock('dynamodb', 'prod'), {
    promotionId: 'p-1',
    execution: executionArn(execution),
    children: [],
    takenAt: '2026-11-21T00:00:00.000Z',
  });
const item = (id: string, n: number) => ({ id: { S: id }, n: { N: `${n}` } });

/** Notes what the table has and writes other items, as an import does; `page` tells its pages apart. */
async function write(page: number, items: readonly WireItem[], before: Record<string, number | null>): Promise<void> {
  const group = { as, tableId, total: 1 } as SegmentGroup;
  const images = items.map((one) => {
    const id = String(one.id?.S);
    const number = before[id];
    return {
      key: { id: { S: id } },
      before: number === null || number === undefined ? null : item(id, number),
      written: writtenMark(one),
    };
  });
  await keepBeforeImages({ artefacts, sealing }, as, group, { segment: page, after: null }, images);
  await put(items);
}
async function put(items: readonly WireItem[]): Promise<void> {
  for (let start = 0; start < items.length; start += 25) {
    const writes = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item: Item as never } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [as]: writes } }));
  }
}

function undoing(execution: string, more: { remaining?: () => number; request?: object } = {}): Undoing {
  const surroundings: Surroundings = {
    ...{ environments, artefacts, bucket, bucketKeyArn: '', sealing, sts, remaining: more.remaining ?? (() => 60_000) },
  };
  return {
    surroundings,
    // Each table has a promotion of its own, so that their files do not mix.
    run: {
      promotionId: as,
      bundle: as,
      source: 'dev',
      destination: 'prod',
      mode: 'rollback',
      request: makeTables(more.request),
    },
    clients: { dynamodb: client } as Undoing['clients'],
    journal: journalOf(execution),
    holder: { kind: 'dynamodb', destination: 'prod', promotionExecution: executionArn(execution) },
  };
}
const undo = (execution = 'undo', more = {}): Promise<Undone> => undoItems(undoing(execution, more), as);

async function numbers(): Promise<Record<string, number>> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: as, ConsistentRead: true }));
  return Object.fromEntries(Items.map(({ id, n }) => [id?.S, Number(n?.N)]).sort());
}
const writes = () => world.gateway.calls().filter(({ operation }) => operation === 'BatchWriteItem').length;

describe('undoItems', () => {
  it('puts back what was written over and takes away what was not there', async () => {
    await put([item('a', 1), item('own', 5)]);
    await write(0, [item('a', 2), item('b', 2)], { a: 1 });
    expect(await numbers()).toEqual({ a: 2, b: 2, own: 5 });
    expect(await undo()).toEqual({
      asset: as,
      outcome: 'restored',
      reason: 'as before the promotion: 2 items',
      findings: [],
    });
    expect(await numbers()).toEqual({ a: 1, own: 5 });
    expect(stepsOf(entries)).toEqual(['update result', 'undo intent', 'undo result']);
    expect(entries.at(-1)?.after).toEqual({ id: tableId, back: 2, left: 0 });
  });

  it('undoes an import and the repairs after it back to the first state', async () => {
    await put([item('a', 1)]);
    await write(0, [item('a', 2)], { a: 1 });
    await write(1, [item('a', 3)], { a: 2 });
    await undo();
    expect(await numbers()).toEqual({ a: 1 });
  });

  it('has nothing to do where no item was written', async () => {
    expect(await undo()).toMatchObject({ outcome: 'gone', reason: 'no item of it was written' });
    expect(entries).toHaveLength(1);
  });

  it('leaves the table of another id alone', async () => {
    await write(0, [item('a', 2)], {});
    entries[0] = { ...(entries[0] as Entries[number]), after: { id: 'the-table-before' } };
    expect(await undo()).toMatchObject({ outcome: 'left', reason: 'somebody made it anew since' });
    expect(await numbers()).toEqual({ a: 2 });
  });

  it('works in slices as long as the worker has time, and goes on where it stood', async () => {
    const items = Array.from({ length: 60 }, (_, index) => item(`i${index}`, 2));
    await write(0, items.slice(0, 40), {});
    await write(1, items.slice(40), {});
    // Two units a second: twenty items a slice.
    const request = { limits: { writeUnits: 10_000, readUnits: 2 } };
    const left: number[] = [];
    for (let call = 0; call < 10; call++) {
      const { outcome } = await undo('undo', { request, remaining: () => 15_000 });
      left.push(Object.keys(await numbers()).length);
      if (outcome !== 'busy') break;
    }
    expect(left).toEqual([40, 20, 0]);
    expect(entries.at(-1)?.after).toEqual({ id: tableId, back: 60, left: 0 });
  }, 60_000);

  it('lists what the table refuses by its key alone', async () => {
    const group = { as, tableId, total: 1 } as SegmentGroup;
    // No table gives such an item: it stands for one that is refused for whatever reason.
    const before = { id: { S: 'a' }, n: { N: '1'.repeat(40) } };
    const image = { key: { id: { S: 'a' } }, before, written: writtenMark(item('a', 2)) };
    await keepBeforeImages({ artefacts, sealing }, as, group, { segment: 0, after: null }, [image]);
    await put([item('a', 2)]);
    expect(await undo()).toMatchObject({ outcome: 'restored', findings: [{ code: 'NotRolledBack' }] });
    const [listed = ''] = await artefacts.list(keys.work(as, 'dynamodb', 'rollback', 'left/'));
    const text = (await artefacts.read(listed))?.text ?? '';
    expect(JSON.parse(text)).toEqual({ problem: expect.any(String), key: { id: { S: 'a' } } });
  });

  it('ends with a conflict when another run has taken the lock', async () => {
    await write(0, [item('a', 2)], {});
    await holdLock('other');
    expect(await refusal(() => undo())).toMatchObject({ name: 'Promotion.Conflict', code: 'LockLost' });
  });
});

describe('pitfall 15: an older state over a newer one', () => {
  it('is not replayed: items that somebody has changed, deleted or made since are left and counted', async () => {
    await put([item('changed', 1), item('deleted', 1), item('back', 1)]);
    await write(
      0,
      ['changed', 'deleted', 'back', 'new'].map((id) => item(id, 2)),
      { changed: 1, deleted: 1, back: 1 },
    );
    await client.send(new PutItemCommand({ TableName: as, Item: item('changed', 9) }));
    await client.send(new PutItemCommand({ TableName: as, Item: item('new', 9) }));
    await client.send(new DeleteItemCommand({ TableName: as, Key: { id: { S: 'deleted' } } }));
    const { outcome, findings } = await undo();
    expect(await numbers()).toEqual({ back: 1, changed: 9, new: 9 });
    expect([outcome, findings?.[0]?.code]).toEqual(['restored', 'NotRolledBack']);
    expect(findings?.[0]?.message).toContain(`3 items of ${as} left`);
    const [listed = ''] = await artefacts.list(keys.work(as, 'dynamodb', 'rollback', 'left/'));
    const text = (await artefacts.read(listed))?.text ?? '';
    expect(text.split('\n').map((line) => line && JSON.parse(line).key.id.S)).toEqual([
      'changed',
      'deleted',
      'new',
      '',
    ]);
  });

  it('is not replayed by a second rollback: it writes nothing', async () => {
    await put([item('a', 1)]);
    await write(0, [item('a', 2), item('b', 2)], { a: 1 });
    await undo();
    await client.send(new PutItemCommand({ TableName: as, Item: item('b', 7) }));
    const before = writes();
    await holdLock('again');
    const second = await undo('again');
    expect([second.outcome, second.reason]).toEqual(['gone', 'as before the promotion: 1 item; left: 1']);
    expect([await numbers(), writes() - before]).toEqual([{ a: 1, b: 7 }, 0]);
    expect(stepsOf(entries).filter((step) => step === 'undo result')).toHaveLength(1);
  });

  it('is not replayed over what somebody had put between an import and a repair', async () => {
    await put([item('a', 1)]);
    await write(0, [item('a', 2)], { a: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2));
    await write(1, [item('a', 2)], { a: 7 });
    await undo();
    expect(await numbers()).toEqual({ a: 7 });
  });
});
