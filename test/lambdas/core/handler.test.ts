import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineHandler } from '../../../lambdas/core/handler.ts';
import { refusal } from '../../support/factories.ts';

const context = { functionName: 'DynamoDbPlan', getRemainingTimeInMillis: () => 60_000 } as Context;

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
    const fields = Array.from({ length: 500 }, (_, index) => [`field-${index}`, 1]);
    const handler = defineHandler(z.strictObject({}), async () => ({}));
    const error: unknown = await handler(Object.fromEntries(fields), context).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message.length).toBeLessThanOrEqual(3000);
    expect((error as Error).stack).toBe('');
  });
});
