import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { forgetSessions } from '../../../lambdas/core/accounts.ts';
import { PromotionError } from '../../../lambdas/core/errors.ts';
import { defineHandler } from '../../../lambdas/core/handler.ts';
import { environments, refusal } from '../../support/factories.ts';

// Synthesis lays the environments beside each bundle; the source has none.
vi.mock('node:fs', async (load) => {
  const real = await load<typeof import('node:fs')>();
  const readFileSync = (...[path, options]: Parameters<typeof real.readFileSync>) =>
    String(path).endsWith('/core/environments.json') ? JSON.stringify(environments) : real.readFileSync(path, options);
  return { ...real, readFileSync };
});
vi.mock('../../../lambdas/core/accounts.ts', () => ({ forgetSessions: vi.fn() }));

const context = {
  functionName: 'DynamoDbPlan',
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 60_000,
} as Context;
/** What Lambda and the template give a function. */
const variables = {
  ARTEFACT_BUCKET: 'artefacts',
  ARTEFACT_KEY_ARN: 'arn:aws:kms:us-east-1:111111111111:key/artefacts',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'ASIAWORKER',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};
const answering = (output: unknown) => defineHandler(z.strictObject({}), async () => output);

beforeEach(() => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.mocked(forgetSessions).mockClear();
});

describe('defineHandler', () => {
  it('refuses an input that only a mistake in a state machine can make, before anything is done', async () => {
    const run = vi.fn(async () => ({}));
    const handler = defineHandler(z.strictObject({ promotionId: z.string() }), run);
    const found = await refusal(() => handler({ promotion: 'sales' }, context));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'WorkerInput' });
    expect(found.message).toContain('DynamoDbPlan');
    expect(found.message).toContain('promotion');
    expect(run).not.toHaveBeenCalled();
  });

  it('keeps the message under what the cause of a child execution holds, and leaves out the stack', async () => {
    const handler = defineHandler(z.strictObject({}), async () => {
      throw new PromotionError('Promotion.Data', { code: 'Endless', message: 'x'.repeat(40_000) });
    });
    const error: unknown = await handler({}, context).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Promotion.Data', stack: '' });
    const { message } = error as Error;
    expect([message.slice(0, 10), message.length]).toEqual(['Endless: x', 3000]);
  });

  it('gives a worker its environments, its bucket and the time that is left for its work', async () => {
    const handler = defineHandler(z.strictObject({}), async (_input, { environments, bucket, remaining }) => {
      return [Object.keys(environments.environments), bucket, remaining()];
    });
    expect(await handler({}, context)).toEqual([Object.keys(environments.environments), 'artefacts', 40_000]);
    expect(forgetSessions).not.toHaveBeenCalled();
  });

  it('passes an output of 32 KiB on and refuses one that is a byte larger', async () => {
    const text = (bytes: number) => 'é'.repeat((bytes - 2) / 2);
    expect(await answering(text(32 * 1024))({}, context)).toHaveLength(16 * 1024 - 1);
    const found = await refusal(() => answering(`${text(32 * 1024)}x`)({}, context));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'OutputTooLarge' });
    expect(found.message).toContain('DynamoDbPlan answered 32769 bytes, more than 32768');
  });

  it('lets a process that has failed begin anew with its sessions', async () => {
    const failing = defineHandler(z.strictObject({}), async () => {
      throw new PromotionError('Promotion.Permission', { code: 'AccessDenied', message: 'no' });
    });
    expect(await refusal(() => failing({}, context))).toMatchObject({ name: 'Promotion.Permission' });
    expect(forgetSessions).toHaveBeenCalledTimes(1);
  });

  it('logs what a worker refuses as one line of JSON, and answers nothing else', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const detail = { code: 'TableExists', message: 'PROD-orders is\nthere' };
    const failing = defineHandler(z.strictObject({}), async () => {
      throw new PromotionError('Promotion.Conflict', detail);
    });
    await refusal(() => failing({}, context));
    const lines = write.mock.calls.map(([line]) => String(line));
    write.mockRestore();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'ERROR',
      message: 'TableExists: PROD-orders is\nthere',
      function_name: 'DynamoDbPlan',
      function_request_id: 'request-1',
      errorName: 'Promotion.Conflict',
      code: 'TableExists',
    });
  });

  it('refuses a function that lacks a variable, by name', async () => {
    vi.resetModules();
    const { defineHandler: defineAnew } = await import('../../../lambdas/core/handler.ts');
    vi.stubEnv('AWS_REGION', '');
    const handler = defineAnew(z.strictObject({}), async () => ({}));
    const error: unknown = await handler({}, context).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Promotion.Config', detail: { code: 'VariableMissing' } });
    expect((error as Error).message).toContain('AWS_REGION is not set');
  });
});
