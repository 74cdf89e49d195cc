import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../../lambdas/core/keys.ts';
import type { Run } from '../../../lambdas/dynamodb/run.ts';
import { selectedAssets } from '../../../lambdas/dynamodb/undo-selection.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { makeRequest, makeTables, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
  const prefix = { rename: { prefix: { from: 'DEV-', to: 'PROD-' } } };
  promotion('bundled', { tables: [{ prefix: 'DEV-' }, { name: 'other', as: 'OTHER' }], ...prefix });
  bundle('bundled', { 'DEV-a': 'sales', 'DEV-b': 'sales', 'DEV-c': 'stock', other: 'stock', unasked: 'sales' });
  promotion('imported', { tables: [{ prefix: 'DEV-' }], ...prefix }, { mode: 'import', bundle: 'bundled' });
  promotion('bare', { tables: [{ prefix: 'DEV-' }, { name: 'other', as: 'OTHER' }], ...prefix });
  promotion('mapped', { tables: [{ prefix: 'DEV-' }], rename: { map: { 'DEV-a': 'first', 'DEV-b': 'second' } } });
  promotion('plain', { tables: [{ prefix: 'DEV-' }] });
  promotion('pattern', { tables: [{ prefix: 'DEV-' }], rename: { regex: { match: 'DEV-(.*)', replace: '$1-x' } } });
  world.put(keys.request('other-kind'), makeRequest({ promotionId: 'other-kind', kinds: {} }));
});
afterAll(() => world.close());

function promotion(promotionId: string, tables: object, more = {}): void {
  const request = { promotionId, bundle: promotionId, kinds: { dynamodb: makeTables(tables) }, ...more };
  world.put(keys.request(promotionId), makeRequest(request));
}
function bundle(promotionId: string, areas: Record<string, string>): void {
  const files = Object.entries(areas).map(([asset, area]) => ({
    ...{ path: `tables/${asset}.json`, asset, sha256: '', statistics: {} },
    tags: [{ Key: 'area', Value: area }],
  }));
  world.put(keys.manifest(promotionId, 'dynamodb'), {
    ...{ schemaVersion: 1, tool: { name: 'cross-account-promoter', version: '0.1.0', sdk: '3.1162.0' }, promotionId },
    ...{ kind: 'dynamodb', source: { environment: 'dev', account: '222222222222', region: 'us-east-1' } },
    ...{ exportedAt: '2026-11-21T00:00:00.000Z', files, findings: [] },
  });
}
const journal = ['PROD-a', 'PROD-b', 'PROD-c', 'OTHER'];
const select = (of: string, tables: object, assets: readonly string[] = journal, promotionId = 'undo') => {
  const run: Run = {
    ...{ promotionId, source: 'dev', destination: 'prod', bundle: of, mode: 'rollback' },
    request: makeTables(tables),
  };
  return selectedAssets(world, run, assets);
};

describe('selectedAssets', () => {
  it('is all that a promotion has done where it is undone under its own id', async () => {
    expect(await select('bundled', { tables: ['DEV-a'] }, journal, 'bundled')).toEqual(journal);
  });

  it.each<[string, string, object, string[]]>([
    ['a name', 'bundled', { tables: ['DEV-a'] }, ['PROD-a']],
    ['a name and what it became', 'bundled', { tables: [{ name: 'other', as: 'OTHER' }] }, ['OTHER']],
    ['a prefix of the source', 'bundled', { tables: [{ prefix: 'DEV-' }] }, ['PROD-a', 'PROD-b', 'PROD-c']],
    ['tags of the source', 'bundled', { tables: [{ tag: { area: 'sales' } }] }, ['PROD-a', 'PROD-b']],
    ['a table of the bundle that it imported', 'imported', { tables: [{ tag: { area: 'stock' } }] }, ['PROD-c']],
    ['a name without any bundle', 'bare', { tables: ['DEV-b', 'other'] }, ['PROD-b', 'OTHER']],
    ['a prefix without any bundle', 'bare', { tables: [{ prefix: 'DEV-' }] }, ['PROD-a', 'PROD-b', 'PROD-c']],
  ])('takes of another promotion what the input selects: %s', async (_what, of, tables, expected) => {
    expect(await select(of, tables)).toEqual(expected);
  });

  it('leads destination names back by a map or no rule where no bundle tells of them', async () => {
    expect(await select('mapped', { tables: ['DEV-b'] }, ['first', 'second'])).toEqual(['second']);
    expect(await select('plain', { tables: ['DEV-a'] }, ['DEV-a', 'DEV-b'])).toEqual(['DEV-a']);
  });

  it('takes a rule that is the same, and finds nothing to do for a table that was not touched', async () => {
    const rename = { prefix: { from: 'DEV-', to: 'PROD-' } };
    expect(await select('bundled', { tables: ['DEV-a'], rename }, ['PROD-b'])).toEqual([]);
  });

  it.each<[string, string, object, string, string]>([
    ['a name', 'bundled', { tables: ['DEV-a', 'absent'] }, '/1', 'bundle "bundled" has no table "absent"'],
    ['a table that only lies in the bundle', 'bundled', { tables: ['unasked'] }, '/0', 'no table "unasked"'],
    ['a destination name', 'bundled', { tables: ['PROD-a'] }, '/0', 'no table "PROD-a"'],
    ['a prefix', 'bundled', { tables: [{ prefix: 'PROD-' }] }, '/0', 'begins with "PROD-"'],
    ['a tag', 'bundled', { tables: [{ tag: { area: 'none' } }] }, '/0', '"area" = "none"'],
    ['another name', 'bundled', { tables: [{ name: 'other', as: 'PROD-a' }] }, '/0', '"other" that became "PROD-a"'],
    [
      'another rule',
      'bundled',
      { tables: ['DEV-a'], rename: { prefix: { from: 'DEV-', to: 'X-' } } },
      '/0',
      '"DEV-a" that became "X-a"',
    ],
    ['a pattern without its bundle', 'pattern', { tables: ['DEV-a'] }, '/0', 'no table "DEV-a"'],
    ['a promotion of other kinds', 'other-kind', { tables: ['DEV-a'] }, '/0', 'no table "DEV-a"'],
  ])('refuses %s that the promotion does not have', async (_what, of, tables, place, says) => {
    const found = await refusal(() => select(of, tables));
    const pointer = `/kinds/dynamodb/tables${place}`;
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'TableNotInBundle', pointer });
    expect(found.message).toContain(says);
  });
});
