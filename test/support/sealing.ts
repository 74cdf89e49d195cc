import { randomBytes } from 'node:crypto';
import { openSealing, type Sealing } from '../../lambdas/core/sealing.ts';
import { WireFault } from '../../lambdas/core/wire/fault.ts';
import type { Kms } from '../../lambdas/core/wire/kms.ts';

/** A key in memory, and what it was asked. */
export interface MemoryKms extends Kms {
  /** Operations in their order. */
  readonly calls: readonly string[];
  /** The next calls fail with these errors, one each. */
  fail(...errors: readonly Error[]): void;
}

/** Answers as the service does as long as no call arrives in a wrong form, which wire/kms.test.ts is about. */
export function memoryKms(): MemoryKms {
  const given = new Map<string, { plaintext: Buffer; context: string }>();
  const calls: string[] = [];
  const failures: Error[] = [];
  const arrive = (operation: string) => {
    calls.push(operation);
    const failure = failures.shift();
    if (failure) throw failure;
  };
  return {
    calls,
    fail: (...errors) => {
      failures.push(...errors);
    },
    async generateDataKey(keyArn, context) {
      arrive('GenerateDataKey');
      const plaintext = randomBytes(32);
      const encrypted = randomBytes(48).toString('base64');
      given.set(`${keyArn} ${encrypted}`, { plaintext, context: JSON.stringify(context) });
      return { plaintext, encrypted };
    },
    async decrypt(keyArn, encrypted, context) {
      arrive('Decrypt');
      const found = given.get(`${keyArn} ${encrypted}`);
      if (found?.context === JSON.stringify(context)) return found.plaintext;
      throw new WireFault('InvalidCiphertextException', '', 400);
    },
    close: () => undefined,
  };
}

/** Sealing under a key in memory. */
export const memorySealing = (kms: Kms = memoryKms()): Sealing =>
  openSealing(kms, 'arn:aws:kms:us-east-1:111111111111:key/artefacts');
