import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, writeBundleFile } from '../../../lambdas/core/bundle.ts';
import { stableJson } from '../../../lambdas/core/json.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { readBundle } from '../../../lambdas/dynamodb/bundle.ts';
import type { Run } from '../../../lambdas/dynamodb/run.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { makeDefinition, makeTables, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
  await exported('sales', {
    'DEV-orders': [{ Key: 'promote', Value: 'yes' }],
    'DEV-users': [{ Key: 'aws:cloudformation:stack-name', Value: 'shop' }],
    other: undefined,
  });
});
afterAll(() => world.close());

/** A bundle as an export writes it; a table whose tags are undefined is of an export that noted none. */
async function exported(promotionId: string, tables: Record<string, Manifest['files'][number]['tags']>): Promise<void> {
  const files = await Promise.all(
    Object.entries(tables).map(async ([asset, tags]) => {
      const path = `tables/${asset}.json`;
      const target = { promotionId, kind: 'dynamodb', previous: null } as const;
      const content = makeDefinition({ TableName: asset }, { tags: [{ Key: 'promote', Value: 'yes' }] });
      const sha256 = await writeBundleFile(world.artefacts, target, path, content);
      return { path, asset, sha256, statistics: { items: 3 }, ...(tags ? { tags } : {}) };
    }),
  );
  const manifest: Manifest = {
    schemaVersion: 1,
    tool: { name: 'cross-account-promoter', version: '0.1.0', sdk: '3.1162.0' },
    promotionId,
    kind: 'dynamodb',
    source: { environment: 'dev', account: '222222222222', region: 'us-east-1' },
    exportedAt: '2026-11-21T00:00:00.000Z',
    files,
    findings: [{ code: 'Noted', asset: 'other', message: 'about another table' }],
  };
  await world.artefacts.write(keys.manifest(promotionId, 'dynamodb'), stableJson(manifest));
}

const runOf = (fields: object, promotionId = 'sales'): Run => ({
  promotionId,
  source: 'dev',
  destination: 'prod',
  bundle: 'sales',
  mode: 'import',
  request: makeTables(fields),
});
const read = (fields: object, promotionId?: string) => readBundle(world, runOf(fields, promotionId));

describe('readBundle', () => {
  it.each<[string, unknown[], string[]]>([
    ['a prefix', [{ prefix: 'DEV-' }], ['DEV-orders', 'DEV-users']],
    ['the tags that the source had', [{ tag: { promote: 'yes' } }], ['DEV-orders']],
    ['tags of the services', [{ tag: { 'aws:cloudformation:stack-name': 'shop' } }], ['DEV-users']],
    ['names and a prefix', ['other', { prefix: 'DEV-o' }], ['other', 'DEV-orders']],
  ])('selects by %s among the tables of the bundle', async (_what, tables, expected) => {
    expect((await read({ tables })).tables.map(({ table }) => table)).toEqual(expected);
    expect((await read({ tables }, 'another')).tables.map(({ table }) => table)).toEqual(expected);
  });

  it('renames what a prefix selected, and leaves out findings of other tables', async () => {
    const found = await read({ tables: [{ prefix: 'DEV-' }], rename: { prefix: { from: 'DEV-', to: 'PROD-' } } });
    expect(found.tables).toMatchObject([
      { table: 'DEV-orders', as: 'PROD-orders', entry: 0, file: { statistics: { items: 3 } } },
      { table: 'DEV-users', as: 'PROD-users', entry: 0 },
    ]);
    expect(found.findings).toEqual([]);
  });

  it('tells names of the map that no selected table has', async () => {
    const map = (...names: string[]) => ({ map: Object.fromEntries(names.map((name) => [name, `PROD-${name}`])) });
    const findings = async (...names: string[]) =>
      (await read({ tables: ['DEV-orders'], rename: map('DEV-orders', ...names) })).findings;
    expect(await findings()).toEqual([]);
    const what = 'rename.map names what is not promoted here';
    expect(await findings('DEV-users', 'DEV-order')).toEqual([
      { code: 'RenameUnused', message: `${what}: "DEV-users", "DEV-order"; correct it if that is a mistake` },
    ]);
    expect((await findings('t1', 't2', 't3', 't4', 't5', 't6'))[0]?.message).toContain('"t5" and 1 more;');
  });

  it('selects by the tags of the source although the file was edited', async () => {
    await exported('edited', { orders: [{ Key: 'stage', Value: 'dev' }] });
    const edited = makeDefinition({ TableName: 'orders' }, { tags: [{ Key: 'stage', Value: 'prod' }] });
    world.put(keys.bundle('edited', 'dynamodb', 'tables/orders.json'), edited);
    const run = { ...runOf({ tables: [{ tag: { stage: 'dev' } }] }), bundle: 'edited' };
    const found = await readBundle(world, run);
    expect(found.tables.map(({ file }) => file.content.tags)).toEqual([[{ Key: 'stage', Value: 'prod' }]]);
    expect(found.findings).toMatchObject([{ code: 'BundleEdited', asset: 'orders' }]);
  });

  it('refuses a file whose table was given another name, with the place and what is right', async () => {
    await exported('renamed', { orders: [] });
    world.put(keys.bundle('renamed', 'dynamodb', 'tables/orders.json'), makeDefinition({ TableName: 'PROD-orders' }));
    const found = await refusal(() => readBundle(world, { ...runOf({ tables: ['orders'] }), bundle: 'renamed' }));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'BundleInvalid', pointer: '/table/TableName' });
    expect(found.message).toContain(
      'promotions/renamed/dynamodb/export/tables/orders.json is not valid: /table/TableName: "PROD-orders" is not the exported table "orders"',
    );
  });

  it.each<[string, unknown[], string, string]>([
    ['a table', ['DEV-orders', 'absent'], '/1', 'has no table "absent"'],
    ['a table of the prefix', [{ prefix: 'DEV-' }, { prefix: 'TEST-' }], '/1', 'begins with "TEST-"'],
    ['a table of the tag', [{ tag: { promote: 'no' } }], '/0', '"promote" = "no"'],
  ])('refuses what the bundle has no %s for', async (_what, tables, place, says) => {
    const found = await refusal(() => read({ tables }));
    const pointer = `/kinds/dynamodb/tables${place}`;
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'TableNotInBundle', pointer });
    expect(found.message).toContain(says);
  });
});
