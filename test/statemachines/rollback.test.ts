import { DeleteBackupCommand, DescribeTableCommand, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode } from '../../lambdas/core/retry.ts';
import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import { type Item, startWorld, type TestWorld } from '../support/world.ts';

const prod = '333333333333';
let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
  await world.makeTable(world.dev, { TableName: 'DEV-plain' });
  await world.put(world.dev, 'DEV-plain', source);
});
afterAll(() => world.close());

const items = (from: string, count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ pk: { S: `item-${index}` }, from: { S: from } }));
const source = items('dev', 30);
const canonical = (all: readonly Item[]) => all.map(canonicalItem).sort();
const arnOf = (account: string, table: string) => `arn:aws:dynamodb:us-east-1:${account}:table/${table}`;

const run = (promotionId: string, tables: unknown[], more: object = {}, fields: object = {}) =>
  world.run({
    ...{ mode: 'migrate', source: 'dev', destination: 'prod', promotionId },
    ...fields,
    kinds: { dynamodb: { tables, segments: 4, ...more } },
  });
const rollBack = (promotionId: string, tables: unknown[], more: object = {}) =>
  run(promotionId, tables, more, { mode: 'rollback' });
const idOf = async (TableName: string) => {
  try {
    return (await world.prod.send(new DescribeTableCommand({ TableName }))).Table?.TableId ?? null;
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return null;
    throw error;
  }
};

/** Keeps whoever it may be from removing the table. */
async function denyRemoval(client: TestWorld['dev'], ResourceArn: string): Promise<void> {
  const Statement = [{ Effect: 'Deny', Principal: '*', Action: 'dynamodb:DeleteTable', Resource: ResourceArn }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
}

describe('tables under a resource policy that denies their removal', () => {
  beforeAll(async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-kept' });
    await world.put(world.dev, 'DEV-kept', source);
    await denyRemoval(world.dev, arnOf('222222222222', 'DEV-kept'));
  });

  it('are removed, and what they replaced is restored, where the promotion has carried the policy over', async () => {
    await world.makeTable(world.prod, { TableName: 'PROD-replaced' });
    await world.put(world.prod, 'PROD-replaced', items('prod', 5));
    for (const as of ['PROD-created', 'PROD-replaced']) {
      const tables = [{ name: 'DEV-kept', as }];
      const more = { existing: 'replace' };
      expect((await run(as, tables, more)).result.outcome).toBe('succeeded');
      const { result } = await rollBack(as, tables, more);
      expect(result).toMatchObject({ outcome: 'succeeded', kinds: { dynamodb: { counts: { updated: 1 } } } });
    }
    expect(await idOf('PROD-created')).toBeNull();
    expect(canonical(await world.scan(world.prod, 'PROD-replaced'))).toEqual(canonical(items('prod', 5)));
  });
});

describe('a table for which the rollback is refused', () => {
  it('counts as failed, and the others are taken back; the next rollback finishes', async () => {
    const tables = [
      { name: 'DEV-plain', as: 'PROD-refused' },
      { name: 'DEV-kept', as: 'PROD-removed' },
    ];
    expect((await run('refused', tables)).result.outcome).toBe('succeeded');
    const role = world.host.stores.iam.roleByName(prod, 'DynamoDB-MigrationDest');
    const statement = { Effect: 'Deny', Action: 'dynamodb:DeleteTable', Resource: arnOf(prod, 'PROD-refused') };
    role?.policies.set('Test', { Version: '2012-10-17', Statement: [statement] });
    const counts = { planned: 2, updated: 1, failed: 1 };
    const first = await rollBack('refused', tables);
    expect(first).toMatchObject({ status: 'FAILED', error: 'Promotion.Partial' });
    expect(first.result).toMatchObject({ outcome: 'partial', kinds: { dynamodb: { counts, findings: 1 } } });
    expect(await idOf('PROD-removed')).toBeNull();

    const second = await rollBack('refused', tables);
    expect(second).toMatchObject({ error: 'Promotion.Partial', result: { outcome: 'failed' } });
    expect(second.result.kinds.dynamodb.counts).toMatchObject({ planned: 2, unchanged: 1, failed: 1 });
    expect(await world.read('promotions/refused/report.md')).toContain('dynamodb:DeleteTable');

    role?.policies.delete('Test');
    const third = await rollBack('refused', tables);
    expect(third.result).toMatchObject({ outcome: 'succeeded', kinds: { dynamodb: { counts: { updated: 1 } } } });
    expect(await idOf('PROD-refused')).toBeNull();
  });
});

describe('the rollback of another promotion by its id', () => {
  const undo = (tables: unknown[], fields: object = {}) =>
    run('undo-three', tables, {}, { mode: 'rollback', bundle: 'three', ...fields });

  it('takes back the tables that it names, and nothing where it names what that promotion does not have', async () => {
    const made = ['PROD-a', 'PROD-b'];
    for (const name of ['DEV-a', 'DEV-b']) await world.makeTable(world.dev, { TableName: name });
    const rename = { prefix: { from: 'DEV-', to: 'PROD-' } };
    expect((await run('three', ['DEV-a', 'DEV-b'], { rename })).result.outcome).toBe('succeeded');
    const absent = await undo(['DEV-a', 'DEV-plain']);
    expect(absent).toMatchObject({ error: 'Promotion.Config', result: { outcome: 'failed' } });
    expect(absent.result.message).toContain('TableNotInBundle');
    const elsewhere = await undo(['DEV-a'], { destination: 'staging' });
    expect(elsewhere.result.message).toContain('BundleDestination');
    expect(await Promise.all(made.map(idOf))).not.toContain(null);
    expect((await undo(['DEV-a'])).result).toMatchObject({
      kinds: { dynamodb: { counts: { planned: 1, updated: 1 } } },
    });
    expect((await Promise.all(made.map(idOf))).map((id) => id === null)).toEqual([true, false]);
  });
});

describe('promotions one on the other, which are taken back in order', () => {
  const before = items('prod', 5);
  beforeAll(async () => {
    await world.makeTable(world.dev, { TableName: 'DEV-newer' });
    await world.put(world.dev, 'DEV-newer', items('newer', 10));
  });

  /** Promotes into one name, and then another promotion replaces it. */
  async function twice(as: string, existing: string): Promise<void> {
    const first = await run(`${as}-1`, [{ name: 'DEV-plain', as }], { existing });
    const second = await run(`${as}-2`, [{ name: 'DEV-newer', as }], { existing: 'replace' });
    expect([first.result.outcome, second.result.outcome]).toEqual(['succeeded', 'succeeded']);
    expect(await contents(as)).toEqual(canonical(items('newer', 10)));
  }
  const contents = async (as: string) => canonical(await world.scan(world.prod, as));
  const undoSecond = async (as: string) =>
    (await rollBack(`${as}-2`, [{ name: 'DEV-newer', as }], { existing: 'replace' })).result;
  const undoFirst = async (as: string, existing: string) =>
    (await rollBack(`${as}-1`, [{ name: 'DEV-plain', as }], { existing })).result;
  const undone = { outcome: 'succeeded', kinds: { dynamodb: { counts: { updated: 1 }, findings: 0 } } };

  it('come back to what was there where the first replaced it', async () => {
    const as = 'PROD-twice';
    await world.makeTable(world.prod, { TableName: as });
    await world.put(world.prod, as, before);
    await twice(as, 'replace');
    expect(await undoSecond(as)).toMatchObject(undone);
    expect(await contents(as)).toEqual(canonical(source));
    expect(await undoFirst(as, 'replace')).toMatchObject(undone);
    expect(await contents(as)).toEqual(canonical(before));
  });

  it('come back to the items that were there where the first merged into it', async () => {
    const as = 'PROD-merged';
    await world.makeTable(world.prod, { TableName: as });
    await world.put(world.prod, as, before);
    await twice(as, 'merge');
    expect(await undoSecond(as)).toMatchObject(undone);
    expect(await contents(as)).toEqual(canonical(source));
    expect(await undoFirst(as, 'merge')).toMatchObject(undone);
    expect(await contents(as)).toEqual(canonical(before));
  });

  it('leave nothing where the first created it', async () => {
    const as = 'PROD-made';
    await twice(as, 'fail');
    expect(await undoSecond(as)).toMatchObject(undone);
    expect(await contents(as)).toEqual(canonical(source));
    expect(await undoFirst(as, 'fail')).toMatchObject(undone);
    expect(await idOf(as)).toBeNull();
  });

  it('are left where the backup that would tell of the first has gone, and in the wrong order', async () => {
    const as = 'PROD-lost';
    await twice(as, 'fail');
    expect(await undoFirst(as, 'fail')).toMatchObject({ kinds: { dynamodb: { counts: { skipped: 1 } } } });
    expect(await contents(as)).toEqual(canonical(items('newer', 10)));
    await undoSecond(as);
    const { Table } = await world.prod.send(new DescribeTableCommand({ TableName: as }));
    const BackupArn = Table?.RestoreSummary?.SourceBackupArn;
    await world.prod.send(new DeleteBackupCommand({ BackupArn }));
    expect(await undoFirst(as, 'fail')).toMatchObject({ kinds: { dynamodb: { counts: { skipped: 1 } } } });
    const { assets } = JSON.parse(await world.read(`promotions/${as}-1/dynamodb/rollback/result.json`));
    expect(assets[0].reason).toContain(`another rollback restored it from backup ${BackupArn}`);
    expect(await contents(as)).toEqual(canonical(source));
  });
});
