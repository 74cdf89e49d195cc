import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  findManifest,
  type Manifest,
  readBundleFile,
  requireManifest,
  writeBundleFile,
} from '../../../lambdas/core/bundle.ts';
import { sha256, stableJson } from '../../../lambdas/core/json.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

const path = 'tables/orders.json';
const asset = z.strictObject({ name: z.string(), size: z.int().optional() });
const hashOf = (content: unknown) => sha256(stableJson(content));
const keyOf = (promotionId: string) => keys.bundle(promotionId, 'dynamodb', path);

function manifestOf(promotionId: string, content: unknown, fields: Partial<Manifest> = {}): Manifest {
  return {
    schemaVersion: 1,
    tool: { name: 'cross-account-promoter', version: '0.1.0', sdk: '3.1162.0' },
    promotionId,
    kind: 'dynamodb',
    source: { environment: 'dev', account: '222222222222', region: 'us-east-1' },
    exportedAt: '2026-11-21T00:00:00.000Z',
    files: [{ path, asset: 'orders', sha256: hashOf(content), statistics: { items: 3 } }],
    findings: [],
    ...fields,
  };
}

const write = (promotionId: string, content: unknown, previous: Manifest | null = null) =>
  writeBundleFile(world.artefacts, { promotionId, kind: 'dynamodb', previous }, path, content);

function read(promotionId: string, exported: unknown) {
  const manifest = manifestOf(promotionId, exported);
  const [file] = manifest.files;
  if (!file) throw new Error('the manifest has a file');
  return readBundleFile(world.artefacts, manifest, file, asset);
}

describe('writeBundleFile', () => {
  it('writes JSON that a person can read and answers its hash', async () => {
    const content = { size: 1, name: 'orders' };
    expect(await write('new', content)).toBe(hashOf(content));
    expect(world.text(keyOf('new'))).toBe('{\n  "name": "orders",\n  "size": 1\n}\n');
  });

  it('writes nothing where the same text is there', async () => {
    await write('same', { name: 'orders' });
    const before = await world.artefacts.read(keyOf('same'));
    await write('same', { name: 'orders' }, manifestOf('same', { name: 'orders' }));
    expect((await world.artefacts.read(keyOf('same')))?.pointer.versionId).toBe(before?.pointer.versionId);
  });

  it('replaces a file that is as the last export wrote it', async () => {
    await write('again', { name: 'orders' });
    await write('again', { name: 'orders', size: 2 }, manifestOf('again', { name: 'orders' }));
    expect(JSON.parse(world.text(keyOf('again')) ?? '')).toEqual({ name: 'orders', size: 2 });
  });

  it('never overwrites a file that a person edited', async () => {
    await write('edited', { name: 'orders' });
    world.put(keyOf('edited'), { name: 'orders', size: 9 });
    const previous = manifestOf('edited', { name: 'orders' });
    const found = await refusal(() => write('edited', { name: 'orders', size: 2 }, previous));
    expect(found).toMatchObject({ name: 'Promotion.Conflict', code: 'BundleEdited' });
    expect(found.message).toContain(keyOf('edited'));
    expect(world.text(keyOf('edited'))).toBe('{"name":"orders","size":9}');
  });

  it('goes on after an export that ended before its manifest', async () => {
    await write('interrupted', { name: 'orders' });
    await write('interrupted', { name: 'orders', size: 2 });
    expect(JSON.parse(world.text(keyOf('interrupted')) ?? '')).toEqual({ name: 'orders', size: 2 });
  });
});

describe('readBundleFile', () => {
  it('answers content and statistics of a file as the export wrote it', async () => {
    await write('read', { name: 'orders' });
    expect(await read('read', { name: 'orders' })).toEqual({
      asset: 'orders',
      content: { name: 'orders' },
      sha256: hashOf({ name: 'orders' }),
      edited: false,
      statistics: { items: 3 },
    });
  });

  it('takes an edited file that fits the schema, and says that it was edited', async () => {
    world.put(keyOf('legal'), { name: 'orders', size: 7 });
    const file = await read('legal', { name: 'orders' });
    expect(file).toMatchObject({ edited: true, content: { name: 'orders', size: 7 } });
    expect(file.sha256).toBe(sha256('{"name":"orders","size":7}'));
  });

  it('refuses an edited file that does not fit, at the pointer', async () => {
    world.put(keyOf('wrong'), { name: 'orders', sise: 7 });
    const found = await refusal(() => read('wrong', { name: 'orders' }));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'BundleInvalid', pointer: '/sise' });
    expect(found.message).toContain(keyOf('wrong'));
  });

  it('refuses an edited file that is no JSON', async () => {
    world.put(keyOf('comma'), '{"name": "orders",}');
    const found = await refusal(() => read('comma', { name: 'orders' }));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'BundleInvalid' });
    expect(found.message).toContain('is not JSON');
  });

  it('refuses a manifest whose file is not there', async () => {
    expect(await refusal(() => read('absent', {}))).toMatchObject({
      name: 'Promotion.Config',
      code: 'ArtefactMissing',
    });
  });
});

describe('findManifest and requireManifest', () => {
  const put = (promotionId: string, fields: Partial<Manifest> | { schemaVersion: number } = {}) =>
    world.put(keys.manifest(promotionId, 'dynamodb'), { ...manifestOf(promotionId, {}), ...fields });
  const require = (bundle: string, source = 'dev') => requireManifest(world.artefacts, bundle, 'dynamodb', source);

  it('answer the manifest of a bundle', async () => {
    put('found');
    expect(await findManifest(world.artefacts, 'found', 'dynamodb')).toEqual(manifestOf('found', {}));
    expect(await require('found')).toEqual(manifestOf('found', {}));
  });

  it('answer null, or refuse, where nothing was exported', async () => {
    expect(await findManifest(world.artefacts, 'none', 'dynamodb')).toBeNull();
    expect(await refusal(() => require('none'))).toMatchObject({ code: 'BundleMissing', pointer: '/bundle' });
  });

  it('refuse a bundle of another source', async () => {
    put('foreign');
    const found = await refusal(() => require('foreign', 'staging'));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'BundleSource', pointer: '/bundle' });
    expect(found.message).toContain('"dev", not from "staging"');
  });

  it('refuse a bundle of another version of the format', async () => {
    put('version', { schemaVersion: 2 });
    expect(await refusal(() => require('version'))).toMatchObject({ code: 'BundleInvalid', pointer: '/schemaVersion' });
  });
});
