import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { type Artefacts, ConditionFailed, openArtefacts } from './artefacts.ts';
import { clients } from './clients.ts';
import { type Environments, environmentsSchema } from './environments.ts';
import { PromotionError } from './errors.ts';
import { log } from './log.ts';

/** What a worker has beside its input. */
export interface Surroundings {
  readonly environments: Environments;
  readonly artefacts: Artefacts;
  readonly bucket: string;
  /** Milliseconds until the worker must have written its checkpoint and returned. */
  remaining(): number;
}

/**
 * State carries pointers and counts only. 32 KiB is an eighth of what Step Functions takes (262,144 bytes), so that a
 * Map over all four kinds fits beside its own input.
 */
const outputLimit = 32 * 1024;

/** The Cause of a child execution stays under 4 KiB; JSON escapes may double a part of the text. */
const messageLimit = 3000;

/** Time kept back to write the last checkpoint and answer; a page under way takes at most a few seconds. */
const reserveMilliseconds = 20_000;

/** An input schema may be wrong only through a mistake in a state machine, so its error is final. */
export function defineHandler<Input extends z.ZodType, Output>(
  schema: Input,
  run: (input: z.output<Input>, surroundings: Surroundings) => Promise<Output>,
): (event: unknown, context: Context) => Promise<Output> {
  return async (event, context) => {
    const input = schema.safeParse(event);
    if (!input.success) {
      throw quiet(
        new PromotionError('Promotion.Data', {
          code: 'WorkerInput',
          message: `the state machine sent ${context.functionName} a wrong input: ${z.prettifyError(input.error)}`,
        }),
      );
    }
    log.addContext(context);
    try {
      const output = await run(input.data, {
        ...setUp(),
        remaining: () => context.getRemainingTimeInMillis() - reserveMilliseconds,
      });
      const bytes = Buffer.byteLength(JSON.stringify(output ?? null));
      if (bytes > outputLimit) {
        throw new PromotionError('Promotion.Data', {
          code: 'OutputTooLarge',
          message: `${context.functionName} answered ${bytes} bytes, more than ${outputLimit}`,
        });
      }
      return output;
    } catch (error) {
      if (error instanceof ConditionFailed) throw quiet(writtenBetween(error));
      if (!(error instanceof PromotionError)) throw error;
      log.error(error.message, { errorName: error.name, code: error.detail.code });
      throw quiet(error);
    }
  };
}

/** A worker that lost a race for an object begins anew and sees what the other wrote. */
function writtenBetween(error: ConditionFailed): PromotionError {
  return new PromotionError('Promotion.Transient', { code: 'WrittenBetween', message: error.message }, error);
}

let shared: Pick<Surroundings, 'environments' | 'artefacts' | 'bucket'> | undefined;

/** Once a process: the environments beside the bundle, the bucket from the function's environment. */
function setUp() {
  if (shared) return shared;
  const bucket = process.env.ARTEFACT_BUCKET;
  if (!bucket) {
    throw new PromotionError('Promotion.Config', { code: 'BucketMissing', message: 'ARTEFACT_BUCKET is not set' });
  }
  const text = readFileSync(new URL('./environments.json', import.meta.url), 'utf8');
  const environments = environmentsSchema.parse(JSON.parse(text));
  shared = { environments, bucket, artefacts: openArtefacts(clients.s3(), bucket) };
  return shared;
}

/** Lambda puts the stack into the Cause that the console shows; of an error with a name only the message says anything. */
function quiet(error: PromotionError): PromotionError {
  error.stack = '';
  error.message = error.message.slice(0, messageLimit);
  return error;
}
