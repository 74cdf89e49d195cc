import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSealing, type Sealing } from '../../../lambdas/core/sealing.ts';
import { WireFault } from '../../../lambdas/core/wire/fault.ts';
import { refusal } from '../../support/factories.ts';
import { type MemoryKms, memoryKms, memorySealing } from '../../support/sealing.ts';

const owner = { promotionId: 'sales', kind: 'dynamodb' } as const;
const arn = 'arn:aws:kms:us-east-1:111111111111:key/artefacts';
let kms: MemoryKms;
let sealing: Sealing;
beforeEach(() => {
  kms = memoryKms();
  sealing = memorySealing(kms);
});
afterEach(() => {
  vi.useRealTimers();
});

const damaged = { name: 'Promotion.Data', code: 'ArtefactDamaged' };
/** What a process that starts anew makes of a sealed text. */
async function opened(dataKey: string, sealed: string, place: string, by = owner): Promise<string> {
  const open = await memorySealing(kms).opener(by, dataKey, 'the-file');
  return open(sealed, place);
}

describe('a sealed text', () => {
  it('comes out in another process as it went in, whatever it is', async () => {
    const { dataKey, seal } = await sealing.sealer(owner);
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(text, text, async (plain, place) => {
        expect(await opened(dataKey, seal(plain, place), place)).toBe(plain);
      }),
      { numRuns: 50 },
    );
  });

  it('is another one each time', async () => {
    const { seal } = await sealing.sealer(owner);
    const all = Array.from({ length: 100 }, () => seal('the same', 'place'));
    expect(new Set(all.map((one) => one.slice(0, 16))).size).toBe(100);
  });

  it('does not open at another place', async () => {
    const { dataKey, seal } = await sealing.sealer(owner);
    const found = await refusal(() => opened(dataKey, seal('text', 'here'), 'there'));
    expect(found).toMatchObject(damaged);
    expect(found.message).toContain('the-file');
  });

  it('does not open when a single bit of it was changed, or it was cut', async () => {
    const { dataKey, seal } = await sealing.sealer(owner);
    const bytes = Buffer.from(seal('text', 'here'), 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await refusal(() => opened(dataKey, changed.toString('base64'), 'here'))).toMatchObject(damaged);
      const cut = bytes.subarray(0, at).toString('base64');
      expect(await refusal(() => opened(dataKey, cut, 'here'))).toMatchObject(damaged);
    }
  });

  it.each([
    ['promotion', { ...owner, promotionId: 'other' }],
    ['kind', { ...owner, kind: 'dms' as const }],
  ])('does not open for another %s', async (_what, by) => {
    const { dataKey, seal } = await sealing.sealer(owner);
    const sealed = seal('text', 'here');
    expect(await refusal(() => opened(dataKey, sealed, 'here', by as typeof owner))).toMatchObject(damaged);
  });
});

describe('a data key', () => {
  it('is asked for once by a process for each promotion, by many at once too', async () => {
    const sealers = await Promise.all(Array.from({ length: 20 }, () => sealing.sealer(owner)));
    expect(new Set(sealers.map(({ dataKey }) => dataKey)).size).toBe(1);
    await sealing.sealer({ ...owner, promotionId: 'other' });
    expect(kms.calls).toEqual(['GenerateDataKey', 'GenerateDataKey']);
  });

  it('is decrypted once by a process', async () => {
    const { dataKey } = await sealing.sealer(owner);
    await Promise.all(Array.from({ length: 20 }, () => sealing.opener(owner, dataKey, 'the-file')));
    expect(kms.calls).toEqual(['GenerateDataKey', 'Decrypt']);
  });

  it('is used for an hour', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { dataKey } = await sealing.sealer(owner);
    vi.setSystemTime(Date.now() + 3_599_000);
    expect((await sealing.sealer(owner)).dataKey).toBe(dataKey);
    vi.setSystemTime(Date.now() + 1_000);
    expect((await sealing.sealer(owner)).dataKey).not.toBe(dataKey);
  });

  it('is used for so many texts', async () => {
    const short = openSealing(kms, arn, { milliseconds: 60_000, texts: 3 });
    const { dataKey, seal } = await short.sealer(owner);
    seal('1', '');
    (await short.sealer(owner)).seal('2', '');
    expect((await short.sealer(owner)).dataKey).toBe(dataKey);
    seal('3', '');
    expect((await short.sealer(owner)).dataKey).not.toBe(dataKey);
  });

  it('is asked for again after a failure, and throttling is waited for', async () => {
    kms.fail(new WireFault('ThrottlingException', 'slow', 400), new WireFault('AccessDeniedException', 'no', 400));
    expect(await refusal(() => sealing.sealer(owner))).toMatchObject({ name: 'Promotion.Permission' });
    expect((await sealing.sealer(owner)).dataKey).not.toBe('');
    expect(kms.calls).toHaveLength(3);
  });

  it.each(['DisabledException', 'KMSInvalidStateException', 'NotFoundException'])(
    'that cannot be had for %s is for a person',
    async (code) => {
      const { dataKey } = await sealing.sealer(owner);
      const wanted = { name: 'Promotion.Config', code: 'ArtefactKeyUnusable' };
      kms.fail(new WireFault(code, 'it is so', 400));
      expect(await refusal(() => sealing.opener(owner, dataKey, 'the-file'))).toMatchObject(wanted);
      kms.fail(new WireFault(code, 'it is so', 400));
      const found = await refusal(() => sealing.sealer({ ...owner, promotionId: 'next' }));
      expect(found).toMatchObject(wanted);
      expect(found.message).toContain(code);
    },
  );

  it.each(['InvalidCiphertextException', 'IncorrectKeyException'])(
    'that is none of ours (%s) is damage',
    async (code) => {
      kms.fail(new WireFault(code, '', 400));
      expect(await refusal(() => sealing.opener(owner, 'AAAA', 'the-file'))).toMatchObject(damaged);
    },
  );
});
