import * as z from 'zod';

/** What a fault does to a call. */
export const faultActions = [
  'throttle',
  'error500',
  'html503',
  'reset',
  'hang',
  'drip',
  'truncate',
  'empty',
  'html',
  'expired',
  'skew',
  'checksum',
  'unprocessed',
  'kill',
  'stop',
] as const;
export type FaultAction = (typeof faultActions)[number];

/** Operations that answer what they left undone. */
export const batchOperations: readonly string[] = ['BatchWriteItem', 'BatchGetItem'];

const count = z.int({ error: 'a whole number from 1' }).min(1, { error: 'a whole number from 1' });

const ruleSchema = z
  .strictObject({
    /** IAM prefix. @default - every service */
    service: z.string().regex(/^[a-z][a-z0-9-]*$/, { error: 'the IAM prefix of a service, such as dynamodb' }),
    /** API name. @default - every operation */
    operation: z.string().regex(/^[A-Z][A-Za-z0-9]*$/, { error: 'the API name of an operation, such as Scan' }),
    /** Account of the credentials, not of the resource. @default - every account */
    account: z.string().regex(/^\d{12}$/, { error: 'the twelve digits of an account id' }),
    /** Fires once, at the n-th call that fits. */
    nth: count,
    /** Fires at each n-th call that fits. */
    every: count,
    /** Fires at a call that fits with this probability. */
    probability: z.number().gt(0, { error: 'a number above 0' }).max(1, { error: 'at most 1' }),
    /** Begins the sequence that `probability` draws from. @default 0 */
    seed: z.int({ error: 'a whole number' }),
    /** How often it fires at most. @default - no limit, with `nth` once */
    times: count,
    /** Before or after the call has had its effect. @default before */
    phase: z.enum(['before', 'after'], { error: 'before or after' }),
  })
  .partial()
  .extend({ action: z.enum(faultActions, { error: `one of ${faultActions.join(', ')}` }) })
  .superRefine((rule, context) => {
    const problem = contradiction(rule);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

/** One rule of a file of faults. */
export type FaultRule = z.infer<typeof ruleSchema>;

/** A file of faults is wrong; the message says where and what would be right. */
export class FaultRulesError extends Error {
  override readonly name = 'FaultRulesError';
}

/** Reads the JSON text of an array of rules. @throws FaultRulesError with every problem and its JSON pointer */
export function parseFaultRules(text: string): readonly FaultRule[] {
  const parsed = z.array(ruleSchema, { error: 'an array of rules' }).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => {
    const pointer = issue.path.map((part) => `/${String(part)}`).join('');
    if (issue.code !== 'unrecognized_keys') return [`${pointer || '/'}: ${wanted(issue)}`];
    return issue.keys.map((key) => `${pointer}/${key}: there is no such field`);
  });
  throw new FaultRulesError(problems.join('; '));
}

function wanted({ code, message }: z.core.$ZodIssue): string {
  return code === 'custom' ? message : `must be ${message}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FaultRulesError(`not JSON: ${(error as Error).message}`);
  }
}

type Draft = Partial<Record<'nth' | 'every' | 'probability' | 'seed' | 'times', number>> &
  Partial<Record<'action' | 'operation', string>>;

/** What a rule says twice, against itself, or not at all; null when it is sound. */
function contradiction({ nth, every, probability, seed, times, action, operation }: Draft): string | null {
  const given = [nth, every, probability].filter((value) => value !== undefined).length;
  if (given !== 1) return 'give exactly one of nth, every and probability';
  if (seed !== undefined && probability === undefined) return 'seed goes with probability';
  if (nth !== undefined && times !== undefined && times > 1) return 'nth fires once: leave out times, or use every';
  if (action === 'unprocessed' && operation !== undefined && !batchOperations.includes(operation)) {
    return `unprocessed goes with ${batchOperations.join(' and ')}, not with ${operation}`;
  }
  return null;
}
