import { setTimeout as delay } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Artefacts, openArtefacts } from '../../../lambdas/core/artefacts.ts';
import { changedBy, openJournal } from '../../../lambdas/core/journal.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { errorCode } from '../../../lambdas/core/retry.ts';
import { openBucket } from '../../../lambdas/core/wire/s3.ts';
import { openSts, type Sts } from '../../../lambdas/core/wire/sts.ts';
import { rollback } from '../../../lambdas/dynamodb/rollback.ts';
import { realClock } from '../../../lib/local/clock.ts';
import { createDynamoDbService } from '../../../lib/local/emulators/dynamodb/index.ts';
import { startWorld, TOOLING, type World } from '../../lib/local/gateway/fixture.ts';
import {
  environments,
  executionArn,
  makeDefinition,
  makeRequest,
  makeTables,
  refusal,
} from '../../support/factories.ts';
import { identityOf } from '../../support/identity.ts';

const prod = '333333333333';
const bucket = 'artefacts-of-the-test';
const execution = executionArn('run-1');

let world: World;
let root: DynamoDBClient;
let artefacts: Artefacts;
let sts: Sts;
let promotionId: string;
let count = 0;
/** Calls that are refused, as `DeleteTable orders`. */
const denied = new Set<string>();
beforeAll(async () => {
  const clock = realClock(1000);
  world = await startWorld([createDynamoDbService({ clock })], {
    clock,
    authorize: ({ operation, resource }) => ({
      allowed: !denied.has(`${operation} ${resource?.split('/').at(-1)}`),
      reason: 'no identity-based policy allows it',
    }),
  });
  vi.stubEnv('AWS_ENDPOINT_URL', world.endpoint);
  const identity = identityOf(world);
  sts = openSts(identity);
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: TOOLING }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] },
  ];
  const trustPolicy = { Version: '2012-10-17', Statement };
  world.iam.putRole({ account: prod, name: 'DynamoDB-MigrationDest', trustPolicy });
  world.buckets.createBucket({ name: bucket, account: TOOLING, region: 'us-east-1', versioned: true });
  artefacts = openArtefacts(openBucket(identity, bucket));
  root = new DynamoDBClient(world.client({ accessKeyId: prod, secretAccessKey: 'any' }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  sts.close();
  await world.close();
});
beforeEach(async () => {
  promotionId = `rollback-${count++}`;
  denied.clear();
  await holdLock(execution);
});

const holdLock = (by: string) =>
  artefacts.write(keys.destinationLock('dynamodb', 'prod'), {
    ...{ promotionId, execution: by, children: [], takenAt: '2026-11-21T00:00:00.000Z' },
  });

async function makeTable(TableName: string): Promise<string> {
  const { AttributeDefinitions, KeySchema } = makeDefinition().table;
  await root.send(
    new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' }),
  );
  return (await describeTable(TableName))?.TableId ?? '';
}
const describeTable = async (TableName: string) =>
  (
    await root.send(new DescribeTableCommand({ TableName })).catch((error: unknown) => {
      if (errorCode(error) === 'ResourceNotFoundException') return null;
      throw error;
    })
  )?.Table;

/** Calls the worker until it has nothing more to do, and answers what it wrote of each table. */
async function rollBack({
  by = execution,
  holds = true,
  id = promotionId,
  tables = ['orders'],
} = {}): Promise<Record<string, string>> {
  if (holds) await holdLock(by);
  const kinds = { dynamodb: makeTables({ tables }) };
  const { etag: _, ...request } = await artefacts.write(
    keys.request(id),
    makeRequest({ promotionId: id, bundle: promotionId, mode: 'rollback', kinds }),
  );
  const input = { promotionId: id, request, promotionExecution: by, execution: 'child' };
  const surroundings = {
    environments,
    sts,
    artefacts,
    bucket,
    bucketKeyArn: '',
    sealing: {} as never,
    remaining: () => 60_000,
  };
  for (let polls = 0; (await rollback({ ...input, polls }, surroundings)).more; polls++) await delay(20);
  const result = await artefacts.read(keys.work(id, 'dynamodb', 'rollback', 'result.json'));
  const { assets } = JSON.parse(result?.text ?? '{}') as {
    assets: { asset: string; outcome: string; reason: string }[];
  };
  return Object.fromEntries(assets.map(({ asset, outcome, reason }) => [asset, `${outcome}: ${reason}`]));
}

const imported = executionArn('import');
const journalOf = (by: string) => openJournal(artefacts, { promotionId, kind: 'dynamodb', execution: by });
async function note(asset: string, id: string) {
  const journal = await journalOf(imported);
  await journal.append({ asset, step: 'create', phase: 'intent', before: null });
  await journal.append({ asset, step: 'create', phase: 'result', after: { id, arn: 'arn' } });
}

describe('rollback', () => {
  it('removes the table that the promotion created, and says so again when nothing is left to do', async () => {
    const name = `${promotionId}-own`;
    await note(name, await makeTable(name));
    expect(await rollBack()).toEqual({ [name]: 'removed: the promotion had created it' });
    expect(await describeTable(name)).toBeUndefined();
    expect(await rollBack()).toEqual({ [name]: 'removed: the promotion had created it' });
  });

  it('leaves a table of that name that somebody has made anew since', async () => {
    const name = `${promotionId}-anew`;
    const id = await makeTable(name);
    await note(name, 'the-id-of-the-table-before');
    expect(await rollBack()).toEqual({ [name]: 'left: somebody made it anew since' });
    expect((await describeTable(name))?.TableId).toBe(id);
  });

  it('leaves a table that was backed up and not touched, and one that has gone', async () => {
    const [backedUp, gone] = [`${promotionId}-backed-up`, `${promotionId}-gone`];
    const id = await makeTable(backedUp);
    const journal = await openJournal(artefacts, { promotionId, kind: 'dynamodb', execution });
    await journal.append({ asset: backedUp, step: 'backup', phase: 'intent', before: { id } });
    await note(gone, 'the-id-of-the-table-before');
    expect(await rollBack()).toEqual({
      [backedUp]: 'gone: nothing of it was changed',
      [gone]: 'gone: it is not there any more',
    });
    expect((await describeTable(backedUp))?.TableId).toBe(id);
  });

  it('looks less often the longer it waits, and gives up after a day', async () => {
    const name = `${promotionId}-slow`;
    await note(name, await makeTable(name));
    const { etag: _, ...request } = await artefacts.write(
      keys.request(promotionId),
      makeRequest({ promotionId, bundle: promotionId, mode: 'rollback' }),
    );
    const surroundings = {
      environments,
      artefacts,
      bucket,
      bucketKeyArn: '',
      sealing: {} as never,
      sts,
      remaining: () => 60_000,
    };
    const look = (polls: number) =>
      rollback({ promotionId, request, promotionExecution: execution, execution: 'child', polls }, surroundings);
    expect(await look(0)).toEqual({ more: true, waitSeconds: 5 });
    await vi.waitFor(async () => expect(await describeTable(name)).toBeUndefined());
    const again = `${promotionId}-slower`;
    await note(again, await makeTable(again));
    expect(await look(60)).toEqual({ more: true, waitSeconds: 30 });
    await vi.waitFor(async () => expect(await describeTable(again)).toBeUndefined());
    const stuck = `${promotionId}-stuck`;
    await note(stuck, await makeTable(stuck));
    expect(await refusal(() => look(2_940))).toMatchObject({ name: 'Promotion.Transient', code: 'TableNotActive' });
  });

  it('touches nothing when the lock names another execution', async () => {
    const name = `${promotionId}-lost`;
    await note(name, await makeTable(name));
    await holdLock(executionArn('run-2'));
    await expect(rollBack({ holds: false })).rejects.toThrow('LockLost');
    expect(await describeTable(name)).toBeDefined();
  });
});

describe('the rollback of another promotion', () => {
  it('takes back the tables that its input selects, and changes nothing where it names one that is not of it', async () => {
    const [own, other] = [`${promotionId}-own`, `${promotionId}-other`];
    for (const name of [own, other]) await note(name, await makeTable(name));
    const kinds = { dynamodb: makeTables({ tables: [own, other] }) };
    await artefacts.write(keys.request(promotionId), makeRequest({ promotionId, bundle: promotionId, kinds }));
    const id = `${promotionId}-undo`;
    expect(await refusal(() => rollBack({ id, tables: [own, 'absent'] }))).toMatchObject({ code: 'TableNotInBundle' });
    expect(await describeTable(own)).toBeDefined();
    expect(await rollBack({ id, tables: [own] })).toEqual({ [own]: 'removed: the promotion had created it' });
    expect(await describeTable(other)).toBeDefined();
  });
});

describe('a table for which a call is refused', () => {
  it('fails alone: the others are removed and put back, and what failed is undone by the next rollback', async () => {
    const [kept, own, filled] = [`${promotionId}-kept`, `${promotionId}-own`, `${promotionId}-filled`];
    for (const name of [kept, own]) await note(name, await makeTable(name));
    const id = await makeTable(filled);
    await (await journalOf(imported)).append({ asset: filled, step: 'update', phase: 'result', after: { id } });
    denied.add(`DeleteTable ${kept}`);
    const first = await rollBack();
    expect(first).toEqual({
      [kept]: expect.stringMatching(/^failed: Promotion\.Permission: AccessDenied: removing table .*-kept: /),
      [own]: 'removed: the promotion had created it',
      [filled]: 'gone: no item of it was written',
    });
    // It was asked for once, however often the run had to look.
    const asked = world.gateway.calls().filter(({ operation, allowed }) => operation === 'DeleteTable' && !allowed);
    expect(asked).toHaveLength(1);
    expect(changedBy(await journalOf(execution), execution)).toBe(true);

    const second = executionArn('run-2');
    expect((await rollBack({ by: second }))[kept]).toMatch(/^failed: Promotion\.Permission/);
    expect(changedBy(await journalOf(second), second)).toBe(false);

    denied.clear();
    const third = executionArn('run-3');
    expect(await rollBack({ by: third })).toMatchObject({ [kept]: 'removed: the promotion had created it' });
    expect(changedBy(await journalOf(third), third)).toBe(true);
    expect(await describeTable(kept)).toBeUndefined();
  });

  it('fails alone where it cannot even be looked at', async () => {
    const [hidden, own] = [`${promotionId}-hidden`, `${promotionId}-own`];
    for (const name of [hidden, own]) await note(name, await makeTable(name));
    denied.add(`DescribeTable ${hidden}`);
    expect(await rollBack()).toEqual({
      [hidden]: expect.stringMatching(/^failed: Promotion\.Permission: AccessDenied: describing table /),
      [own]: 'removed: the promotion had created it',
    });
  });
});
