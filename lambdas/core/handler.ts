import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { forgetSessions } from './accounts.ts';
import { type Artefacts, ConditionFailed, openArtefacts } from './artefacts.ts';
import type { Environments } from './environments.ts';
import { PromotionError } from './errors.ts';
import type { Reader } from './guards.ts';
import { logError } from './log.ts';
import { problemsText } from './problems.ts';
import { openSealing, type Sealing } from './sealing.ts';
import type { Identity } from './wire/identity.ts';
import { openKms } from './wire/kms.ts';
import { openBucket } from './wire/s3.ts';
import { openSts, type Sts } from './wire/sts.ts';

/** What a worker has beside its input. */
export interface Surroundings {
  readonly environments: Environments;
  readonly artefacts: Artefacts;
  readonly bucket: string;
  /** ARN of the key that the bucket encrypts with; whoever writes there for us is told it. */
  readonly bucketKeyArn: string;
  /** Encrypts under that key what must not lie readable in the bucket. */
  readonly sealing: Sealing;
  /** Assumes the roles of other accounts in the name of the worker's own. */
  readonly sts: Sts;
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

/** An input may be wrong only through a mistake in a state machine, so its error is final. */
export function defineHandler<Input, Output>(
  reader: Reader<Input>,
  run: (input: Input, surroundings: Surroundings) => Promise<Output>,
): (event: unknown, context: Context) => Promise<Output> {
  return async (event, context) => {
    const input = reader.safeParse(event);
    if (!input.success) {
      throw quiet(
        new PromotionError('Promotion.Data', {
          code: 'WorkerInput',
          message: `the state machine sent ${context.functionName} a wrong input: ${problemsText(input.error)}`,
        }),
      );
    }
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
      forgetSessions();
      if (error instanceof ConditionFailed) throw quiet(writtenBetween(error));
      if (!(error instanceof PromotionError)) throw error;
      logError(context, error.message, { errorName: error.name, code: error.detail.code });
      throw quiet(error);
    }
  };
}

/** A worker that lost a race for an object begins anew and sees what the other wrote. */
function writtenBetween(error: ConditionFailed): PromotionError {
  return new PromotionError('Promotion.Transient', { code: 'WrittenBetween', message: error.message }, error);
}

let shared: Omit<Surroundings, 'remaining'> | undefined;

/** Once a process: the environments beside the bundle, the bucket and the worker's identity from its environment. */
function setUp() {
  if (shared) return shared;
  const bucket = variable('ARTEFACT_BUCKET');
  const bucketKeyArn = variable('ARTEFACT_KEY_ARN');
  const text = readFileSync(new URL('./environments.json', import.meta.url), 'utf8');
  // What synthesis has checked.
  const environments: Environments = JSON.parse(text);
  const identity = ownIdentity();
  const artefacts = openArtefacts(openBucket(identity, bucket));
  const sealing = openSealing(openKms(identity), bucketKeyArn);
  shared = { environments, bucket, bucketKeyArn, artefacts, sealing, sts: openSts(identity) };
  return shared;
}

/** Lambda sets these variables anew for every process, and ends the process before the session does. */
function ownIdentity(): Identity {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  return {
    region: variable('AWS_REGION'),
    keys: {
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
      sessionToken: process.env.AWS_SESSION_TOKEN,
    },
    endpoint: endpoint ? new URL(endpoint) : null,
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new PromotionError('Promotion.Config', { code: 'VariableMissing', message: `${name} is not set` });
}

/** Lambda puts the stack into the Cause that the console shows; of an error with a name only the message says anything. */
function quiet(error: PromotionError): PromotionError {
  error.stack = '';
  error.message = error.message.slice(0, messageLimit);
  return error;
}
