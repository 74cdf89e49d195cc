import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Artefacts, ConditionFailed, openArtefacts, readRequired } from '../../../lambdas/core/artefacts.ts';
import { sha256 } from '../../../lambdas/core/json.ts';
import { openBucket } from '../../../lambdas/core/wire/s3.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { refusal } from '../../support/factories.ts';
import { identityOf } from '../../support/identity.ts';

let world: TestBucket;
let artefacts: Artefacts;
beforeAll(async () => {
  world = await startBucket();
  artefacts = world.artefacts;
});
afterAll(() => world.close());

describe('write and read', () => {
  it('write JSON that a person can read, and give back text and hash', async () => {
    const written = await artefacts.write('a.json', { b: 1, a: ['ä'] });
    const text = '{\n  "a": [\n    "ä"\n  ],\n  "b": 1\n}\n';
    expect(world.text('a.json')).toBe(text);
    expect(written).toMatchObject({ bucket: world.bucket, key: 'a.json', sha256: sha256(text) });
    const { etag, ...pointer } = written;
    expect(await artefacts.read('a.json')).toEqual({ text, pointer, etag });
  });

  it('write a text as it is', async () => {
    await artefacts.write('lines.jsonl', '{"b":1,"a":2}\n');
    expect(world.text('lines.jsonl')).toBe('{"b":1,"a":2}\n');
  });

  it('answer the bytes of an object as they are, and null where there is none', async () => {
    const body = Buffer.from([0x1f, 0x8b, 0xff, 0x00]);
    world.world.buckets.putObject(world.bucket, 'data.ion.gz', body);
    expect(await artefacts.bytes('data.ion.gz')).toEqual(body);
    expect(await artefacts.bytes('none.ion.gz')).toBeNull();
  });

  it('read the version that is asked for', async () => {
    const first = await artefacts.write('versioned.json', { version: 1 });
    await artefacts.write('versioned.json', { version: 2 });
    expect(JSON.parse((await artefacts.read('versioned.json', first.versionId))?.text ?? '')).toEqual({ version: 1 });
    expect(JSON.parse((await artefacts.read('versioned.json'))?.text ?? '')).toEqual({ version: 2 });
  });

  it('read a version once in the life of a process, and what has no version each time', async () => {
    const first = await artefacts.write('pinned.json', { version: 1 });
    const reads = () => world.world.gateway.calls().filter(({ operation }) => operation === 'GetObject').length;
    const before = reads();
    const found = await artefacts.read('pinned.json', first.versionId);
    expect(await artefacts.read('pinned.json', first.versionId)).toEqual(found);
    expect(reads() - before).toBe(1);
    await artefacts.read('pinned.json');
    await artefacts.read('pinned.json');
    expect(reads() - before).toBe(3);
  });

  it.each([
    ['page.html', 'text/html; charset=utf-8'],
    ['plan.md', 'text/markdown; charset=utf-8'],
    ['segments.jsonl', 'application/x-ndjson'],
    ['plan.json', 'application/json'],
  ])('give %s the type %s', async (key, type) => {
    await artefacts.write(key, 'content');
    expect(world.world.buckets.getObject(world.bucket, key)?.headers['content-type']).toBe(type);
  });

  it('answer null for an object that is not there', async () => {
    expect(await artefacts.read('nowhere.json')).toBeNull();
  });

  it('name the key in an error', async () => {
    const elsewhere = openArtefacts(openBucket(identityOf(world.world), 'no-such-bucket'));
    expect(await refusal(() => elsewhere.read('a.json'))).toMatchObject({
      name: 'Promotion.Data',
      code: 'NoSuchBucket',
    });
    expect((await refusal(() => elsewhere.write('b.json', {}))).message).toContain('s3://no-such-bucket/b.json');
    expect((await refusal(() => elsewhere.list('c/'))).message).toContain('s3://no-such-bucket/c/');
  });
});

describe('a conditional write', () => {
  it('is refused where an object of that name is there', async () => {
    world.put('taken.json', { by: 'somebody' });
    await expect(artefacts.write('taken.json', { by: 'us' }, { absent: true })).rejects.toThrow(ConditionFailed);
    expect(world.text('taken.json')).toBe('{"by":"somebody"}');
  });

  it('is refused where the object is not the one that was read', async () => {
    const { etag } = await artefacts.write('changed.json', { version: 1 });
    world.put('changed.json', { version: 2 });
    await expect(artefacts.write('changed.json', { version: 3 }, { etag })).rejects.toThrow(ConditionFailed);
    expect(world.text('changed.json')).toBe('{"version":2}');
  });

  it('passes where the object is the one that was read', async () => {
    const { etag } = await artefacts.write('same.json', { version: 1 });
    const written = await artefacts.write('same.json', { version: 2 }, { etag });
    expect((await artefacts.read('same.json'))?.etag).toBe(written.etag);
  });

  it('whose answer was lost is read back: its own content counts as written', async () => {
    world.loseNextAnswer();
    const written = await artefacts.write('lost.json', { by: 'us' }, { absent: true });
    const present = await artefacts.read('lost.json');
    expect(present).toMatchObject({
      etag: written.etag,
      pointer: { sha256: written.sha256, versionId: written.versionId },
    });
  });

  it('whose answer was lost is read back under an ETag too', async () => {
    const { etag } = await artefacts.write('lost-again.json', { version: 1 });
    world.loseNextAnswer();
    await artefacts.write('lost-again.json', { version: 2 }, { etag });
    expect(JSON.parse(world.text('lost-again.json') ?? '')).toEqual({ version: 2 });
  });

  it('of several at once has one winner', async () => {
    const writers = Array.from({ length: 8 }, (_, index) => artefacts.write('race.json', { index }, { absent: true }));
    const ended = await Promise.allSettled(writers);
    const won = ended.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(won).toHaveLength(1);
    expect(JSON.parse(world.text('race.json') ?? '')).toEqual({ index: won[0] });
    for (const end of ended) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(ConditionFailed);
  });
});

describe('list', () => {
  it('answers every page, in order, and nothing beside the prefix', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => `many/${String(index).padStart(4, '0')}.json`);
    for (const key of [...keys].reverse()) world.put(key, {});
    world.put('many-others/0.json', {});
    const before = world.world.gateway.calls().length;
    expect(await artefacts.list('many/')).toEqual(keys);
    // The emulator's pages are small, so that this is more than one.
    expect(world.world.gateway.calls().length - before).toBeGreaterThan(1);
  });

  it('answers nothing for a prefix that no key has', async () => {
    expect(await artefacts.list('none/')).toEqual([]);
  });
});

describe('readRequired', () => {
  it('answers what is there', async () => {
    world.put('there.json', {});
    expect((await readRequired(artefacts, 'there.json')).text).toBe('{}');
  });

  it('refuses what is not there, by name', async () => {
    const found = await refusal(() => readRequired(artefacts, 'promotions/p/request.json'));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'ArtefactMissing' });
    expect(found.message).toContain('promotions/p/request.json');
  });
});
