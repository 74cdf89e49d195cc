import { CreateTableCommand, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decide } from '../../../lambdas/dynamodb/decide.ts';
import { ownershipTag } from '../../../lambdas/dynamodb/definition.ts';
import { readWholeTable, type TableState } from '../../../lambdas/dynamodb/read-table.ts';
import { waysOf } from '../../../lambdas/dynamodb/ways.ts';
import { environments, makeDefinition, refusal } from '../../support/factories.ts';
import { awsError, type ScriptedDynamoDb, startScriptedDynamoDb } from '../../support/scripted-dynamodb.ts';
import { type SettingsWorld, startSettingsWorld } from '../../support/settings-world.ts';
import { clientsOf } from '../../support/table-clients.ts';

import {
  as,
  complete,
  considered,
  decided,
  type Entry,
  encrypted,
  index,
  journalOf,
  nobody,
  noKey,
  plain,
  protectedTable,
  protection,
  result,
  size,
  stateOf,
  verdictOf,
} from './decisions.ts';

describe('a table that is not there', () => {
  it('is created, with the way of its items and what is known of it', async () => {
    const findings = [{ code: 'StreamMustExist', asset: 'orders', message: 'it goes to a stream' }];
    const decision = await decided({ wanted: { findings } });
    expect(decision.asset).toEqual({
      asset: 'orders',
      destination: as,
      action: 'create',
      reason: 'the destination has no such table',
      engine: 'raw',
      bundleSha256: 'sha',
      ...size,
      atLeast: 0,
      differences: [],
    });
    expect(decision.findings).toEqual(findings);
    expect(decision.ways).toMatchObject({ destination: as, chosen: 'scanWrite', atLeast: false });
    expect(decision.ways?.reason).toContain('environment "dev" has no source-change role (sourceChange is off)');
  });

  it('is a conflict where the destination has not what it names', async () => {
    const decision = await decided({ source: encrypted }, noKey);
    expect(decision.asset).toMatchObject({
      action: 'conflict',
      reason: 'kmsKeys names alias/a, but the destination has no such key; create it, or name another',
      conflict: 'TableNotCreatable',
      engine: null,
    });
    expect(decision).toMatchObject({ findings: [], ways: null });
  });

  it('is a conflict where kmsKeys has no entry that fits, and the source’s key is not asked for', async () => {
    const conflicts = ['kmsKeys has no entry for it'];
    const mayNotAsk: typeof noKey = {
      ...noKey,
      describeKey: async () => {
        throw new Error('AccessDeniedException');
      },
    };
    const { asset } = await decided({ source: encrypted, wanted: { conflicts } }, mayNotAsk);
    expect(asset).toMatchObject({ action: 'conflict', reason: conflicts[0], conflict: 'TableNotCreatable' });
  });

  it('has no size where the bundle has none, and is known to be larger than what was counted', async () => {
    expect((await decided({ statistics: {} })).asset).toMatchObject({ items: 0, bytes: 0, atLeast: 0 });
    const counted = await decided({ statistics: { items: 5, bytes: 50, atLeast: 1 } });
    expect(counted.asset).toMatchObject({ items: 5, bytes: 50, atLeast: 1 });
    expect(counted.ways?.atLeast).toBe(true);
  });

  it('is said to lose what the change takes from it', async () => {
    expect((await decided({ request: { skipExpired: true } })).findings).toMatchObject([{ code: 'NothingExpires' }]);
  });
});

describe('a table that this promotion is at', () => {
  const deletion: Entry = { step: 'delete', phase: 'intent', before: { id: 'id-1', backupArn: 'arn' } };

  it('goes on being replaced, whether it is gone already or not', async () => {
    const journal = journalOf(deletion);
    const goesOn = { action: 'replace', reason: 'this promotion has begun to replace it and goes on', differences: [] };
    expect(await verdictOf({ journal })).toEqual(goesOn);
    expect(await verdictOf({ journal, found: protectedTable })).toEqual(goesOn);
    expect(await verdictOf({ journal, source: encrypted }, noKey)).toMatchObject({ action: 'conflict' });
  });

  it.each(['create', 'adopt', 'update', 'replace'])('is begun by %s and goes on', async (step) => {
    expect(await verdictOf({ journal: journalOf(result(step)), found: protectedTable })).toEqual({
      action: step,
      reason: 'this promotion has begun it and goes on',
      differences: [],
    });
  });

  it('is unchanged when it is done, whatever differs since', async () => {
    const journal = journalOf(result('create'), complete('sha'));
    const decision = await decided({ journal, found: protectedTable, request: { skipExpired: true } });
    expect(decision.asset).toMatchObject({
      action: 'unchanged',
      reason: 'this promotion has done it',
      engine: null,
      tableId: 'id-1',
      differences: [protection],
    });
    expect(decision).toMatchObject({ findings: [], ways: null });
  });

  it('is a conflict when it was made from another definition, or rolled back', async () => {
    const found = protectedTable;
    expect(await verdictOf({ journal: journalOf(result('create'), complete('other')), found })).toEqual({
      action: 'conflict',
      reason: 'this promotion made it from another definition',
      conflict: 'TableExists',
      differences: [protection],
    });
    expect(await verdictOf({ journal: journalOf(result('adopt'), result('undo')), found })).toEqual({
      action: 'conflict',
      reason: 'this promotion was rolled back in it',
      conflict: 'TableExists',
      differences: [],
    });
  });
});

describe('a table of somebody else', () => {
  const found = stateOf(plain);

  it('fails the plan where nothing else was asked for', async () => {
    expect(await verdictOf({ found, request: { existing: 'fail' } })).toEqual({
      action: 'conflict',
      reason: 'the table exists and existing is "fail"',
      conflict: 'TableExists',
      differences: [],
    });
  });

  it('is not touched while it is not active', async () => {
    const updating = stateOf(plain, { active: false, status: 'UPDATING' });
    expect(await verdictOf({ found: updating })).toMatchObject({ action: 'conflict', reason: 'the table is UPDATING' });
  });

  it('is not written to with other keys or indexes', async () => {
    const other = stateOf(makeDefinition({ GlobalSecondaryIndexes: [index], DeletionProtectionEnabled: true }));
    for (const existing of ['merge', 'adopt']) {
      const { action, reason, differences } = await verdictOf({ found: other, request: { existing } });
      expect({ action, reason }).toEqual({ action: 'conflict', reason: 'the table has other keys or indexes' });
      expect(differences.map(({ path }) => path)).toContain('/table/GlobalSecondaryIndexes/by-id/KeySchema');
      expect(differences).not.toContainEqual(protection);
    }
  });

  it('is merged into as was asked, and keeps its settings', async () => {
    const update = (reason: string) => ({ action: 'update', reason, differences: [] });
    expect(await verdictOf({ found })).toEqual(update('items that differ are written, others are left'));
    expect(await verdictOf({ found, request: { onlyIfAbsent: true } })).toEqual(
      update('items whose key it lacks are written, others are left'),
    );
    expect((await decided({ found })).findings).toEqual([]);
    const source = makeDefinition({ TableClass: 'STANDARD_INFREQUENT_ACCESS' });
    const unmentioned = [{ code: 'StreamMustExist', asset: 'orders', message: 'of tables that are made' }];
    const { findings } = await decided({ found: protectedTable, source, wanted: { findings: unmentioned } });
    expect(findings).toEqual([
      {
        code: 'SettingsKept',
        asset: as,
        message: `${as} keeps its own settings: /table/DeletionProtectionEnabled (source false, here true), /table/TableClass (source "STANDARD_INFREQUENT_ACCESS", here "STANDARD")`,
      },
    ]);
  });

  it('is merged into, but neither adopted nor replaced, with replicas', async () => {
    const global = stateOf(plain, { replicas: ['eu-west-1'] });
    expect((await decided({ found: global })).findings).toMatchObject([{ code: 'ReplicasWritten' }]);
    for (const existing of ['adopt', 'replace']) {
      const verdict = await verdictOf({ found: global, request: { existing } });
      expect(verdict).toMatchObject({ action: 'conflict', reason: expect.stringContaining('eu-west-1') });
    }
  });
});

describe('a table that is to be replaced', () => {
  const request = { existing: 'replace' };

  it('is backed up, deleted and made anew, with what that changes', async () => {
    const found = stateOf(makeDefinition({ TableClass: 'STANDARD_INFREQUENT_ACCESS' }));
    const findings = [{ code: 'WarmThroughputCarried', asset: 'orders', message: 'it is warm' }];
    const decision = await decided({ found, request, wanted: { findings } });
    expect(decision.asset).toMatchObject({
      action: 'replace',
      reason: 'the table is backed up, deleted and made anew',
      engine: 'raw',
      differences: [{ path: '/table/TableClass', wanted: '"STANDARD"', found: '"STANDARD_INFREQUENT_ACCESS"' }],
    });
    expect(decision.findings).toEqual(findings);
    const why = decision.ways?.ways.find(({ name }) => name === 'exportImport')?.why;
    expect(why).toContain('a table that replaces another is written');
    expect(why).not.toContain('the table exists');
  });

  it('is a conflict where it is protected, or the new one cannot be made', async () => {
    const protectedWords = 'the table is protected against deletion; take the protection off, or merge';
    expect(await verdictOf({ found: protectedTable, request })).toEqual({
      action: 'conflict',
      reason: protectedWords,
      conflict: 'TableExists',
      differences: [protection],
    });
    const { conflict, reason } = await verdictOf({ found: protectedTable, request, source: encrypted }, noKey);
    expect(conflict).toBe('TableNotCreatable');
    expect(reason).toMatch(new RegExp(`^${protectedWords}; kmsKeys names alias/a`));
  });
});

describe('the way of the items', () => {
  const exporting = {
    ...environments,
    environments: {
      ...environments.environments,
      dev: { ...environments.environments.dev, sourceChange: true } as (typeof environments.environments)[string],
    },
  };
  const recoverable = makeDefinition({}, { pointInTimeRecovery: { RecoveryPeriodInDays: 35 } });

  it('is an export and an import where that is possible and costs less', async () => {
    const { asset, ways } = await decided({ source: recoverable, environments: exporting });
    expect(asset.engine).toBe('exportImport');
    expect(ways).toMatchObject({ chosen: 'exportImport', reason: 'it costs less' });
  });

  it('that takes no part in the limits says so', async () => {
    const of = (limits: object) => decided({ source: recoverable, environments: exporting, request: { limits } });
    expect((await of({ writeUnits: 100 })).findings).toMatchObject([{ code: 'LimitsNotKept' }]);
    expect((await of({})).findings).toEqual([]);
  });

  it.each([
    ['full', 1],
    ['sample', 0.01],
    ['count', 1],
    ['none', 0],
  ])(
    'is priced with a verification of depth %s, by the regions and settings of both sides',
    async (verify, verified) => {
      const source = makeDefinition({ ProvisionedThroughput: { ReadCapacityUnits: 9, WriteCapacityUnits: 7 } });
      const of = considered({ source, found: stateOf(plain, { replicas: ['eu-west-1'] }), request: { verify } });
      const { ways } = await decide(nobody, of);
      const copied = {
        ...size,
        source: source.table,
        destination: of.wanted.definition.table,
        exists: true,
        replicas: 1,
        recoverable: false,
        sourceRegion: 'us-east-1',
        destinationRegion: 'us-east-1',
        verified,
        hindrances: ['environment "dev" has no source-change role (sourceChange is off)'],
      };
      expect(ways?.ways).toEqual(waysOf(copied, of.run.request));
    },
  );

  it('has no price where an environment is in a region that has none, or is not known', async () => {
    for (const run of [
      { source: 'dev-west' },
      { destination: 'dev-west' },
      { source: 'gone' },
      { destination: 'gone' },
    ]) {
      const { ways } = await decided({ run });
      expect(ways?.ways.map(({ dollars }) => dollars)).toEqual([null, null, null, null, null]);
    }
  });

  it('is the import that has begun to make the table, and no copy may mix with it', async () => {
    const token = 'a-token';
    const entries: Entry[] = [
      { step: 'export', phase: 'intent', after: { token } },
      { step: 'export', phase: 'result', after: { token, arn: 'arn:export' } },
      { step: 'create', phase: 'intent', after: { token } },
    ];
    const request = { engine: 'raw' };
    const goesOn = await decided({ request, journal: journalOf(...entries), found: stateOf(plain) });
    expect(goesOn.asset).toMatchObject({ action: 'create', engine: 'exportImport' });
    expect(goesOn.ways).toMatchObject({ chosen: 'exportImport', reason: 'its import has begun and goes on' });
    // Gone again, only exported, created without an import, or replaced: what is asked for now counts.
    const asked = async (found: TableState | null, ...journal: Entry[]) =>
      (await decided({ request, journal: journalOf(...journal), found })).asset;
    expect(await asked(null, ...entries)).toMatchObject({ action: 'create', engine: 'raw' });
    expect(await asked(null, ...entries.slice(0, 2))).toMatchObject({ action: 'create', engine: 'raw' });
    expect(await asked(stateOf(plain), result('create'))).toMatchObject({ action: 'create', engine: 'raw' });
    expect(await asked(stateOf(plain), ...entries, result('adopt'))).toMatchObject({ action: 'adopt', engine: 'raw' });
  });

  it('fails the plan where the one that was asked for cannot be gone', async () => {
    const { asset, ways } = await decided({ request: { engine: 'exportImport' } });
    expect(asset).toMatchObject({ action: 'conflict', conflict: 'EngineImpossible', engine: null });
    expect(asset.reason).toMatch(/^engine "exportImport" cannot be used: the source has point-in-time recovery off/);
    expect(ways).toMatchObject({ chosen: null, reason: asset.reason });
  });
});

describe('a table that is to be adopted', () => {
  const request = { existing: 'adopt' };
  let world: SettingsWorld;
  let dynamodb: ScriptedDynamoDb;
  beforeAll(async () => {
    [world, dynamodb] = await Promise.all([startSettingsWorld(), startScriptedDynamoDb()]);
  });
  afterAll(async () => {
    await Promise.all([world.close(), dynamodb.close()]);
  });
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });

  it('must be empty, which is asked of the table itself', async () => {
    const { dynamodb: client } = world.prod;
    const { TableName: _, TableClass: __, ...table } = plain.table;
    await client.send(new CreateTableCommand({ TableName: as, ...table }));
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: as });
    const found = await readWholeTable(world.prod, as);
    const decision = await decided({ found, request }, world.prod);
    expect(decision.asset).toMatchObject({
      action: 'adopt',
      reason: 'the table is empty and has the same keys and indexes',
      engine: 'raw',
      tableId: found?.id,
    });
    expect(decision.findings).toEqual([]);
    await client.send(new PutItemCommand({ TableName: as, Item: { id: { S: 'a' } } }));
    expect(await verdictOf({ found, request }, world.prod)).toEqual({
      action: 'conflict',
      reason: 'the table has items and existing is "adopt"',
      conflict: 'TableExists',
      differences: [],
    });
  });

  const scripted = () => clientsOf(dynamodb.endpoint);
  const adopting = () => verdictOf({ found: stateOf(plain), request }, scripted());

  it('is looked at by one strongly consistent read that says nothing of its items', async () => {
    dynamodb.script(() => ({ body: { Count: 0, ScannedCount: 0 } }));
    expect(await adopting()).toMatchObject({ action: 'adopt' });
    expect(dynamodb.calls).toMatchObject([
      { operation: 'Scan', input: { TableName: as, Limit: 1, ConsistentRead: true, Select: 'COUNT' } },
    ]);
  });

  it('is not empty where the read has not come to the end', async () => {
    dynamodb.script(() => ({ body: { Count: 0, ScannedCount: 1, LastEvaluatedKey: { id: { S: 'a' } } } }));
    expect(await adopting()).toMatchObject({ action: 'conflict' });
    dynamodb.script(() => ({ body: { Count: 1, ScannedCount: 1 } }));
    expect(await adopting()).toMatchObject({ action: 'conflict' });
  });

  it('is asked again when the answer has no count', async () => {
    dynamodb.script((_call, at) => ({ body: at === 0 ? {} : { Count: 0 } }));
    expect(await adopting()).toMatchObject({ action: 'adopt' });
    expect(dynamodb.calls).toHaveLength(2);
  });

  it('is named in the error of a read that is not allowed, or never answers', async () => {
    dynamodb.script(() => awsError('AccessDeniedException'));
    const refused = await refusal(adopting);
    expect(refused).toMatchObject({ name: 'Promotion.Permission' });
    expect(refused.message).toContain(`looking whether ${as} is empty`);
    dynamodb.script(() => ({ body: {} }));
    expect((await refusal(adopting)).message).toContain(`dynamodb answered no count of ${as}`);
  });

  it('is told from one that is ours by its table id', async () => {
    dynamodb.script(() => ({ body: { Count: 0 } }));
    const tags = [{ Key: ownershipTag, Value: 'arn:source' }];
    const found = stateOf(makeDefinition({}, { tags }), { id: 'id-2' });
    const journal = journalOf(result('create'));
    expect(await verdictOf({ found, journal, request }, scripted())).toMatchObject({
      action: 'adopt',
      reason: 'the table is empty and has the same keys and indexes',
    });
  });
});
