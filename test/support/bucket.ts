import { type Artefacts, openArtefacts } from '../../lambdas/core/artefacts.ts';
import { type Bucket, openBucket } from '../../lambdas/core/wire/s3.ts';
import { startWorld, TOOLING, type World } from '../lib/local/gateway/fixture.ts';
import { identityOf } from './identity.ts';

/** The artefact bucket of a test on a gateway with S3 and STS. */
export interface TestBucket {
  readonly bucket: string;
  readonly artefacts: Artefacts;
  readonly world: World;
  /** The next write is carried out, but its answer is lost on the way, as when a connection breaks. */
  loseNextAnswer(): void;
  /** Puts an object there as somebody else would: the emulator's store is written to, no request is made. */
  put(key: string, content: unknown): void;
  /** The text of an object as it lies there now, null where there is none. */
  text(key: string): string | null;
  close(): Promise<void>;
}

const bucket = 'artefacts-of-the-test';

/** Starts a gateway on a free port with one empty versioned bucket. */
export async function startBucket(): Promise<TestBucket> {
  const world = await startWorld();
  world.buckets.createBucket({ name: bucket, account: TOOLING, region: 'us-east-1', versioned: true });
  const opened = openBucket(identityOf(world), bucket);
  let lost = false;
  const losing: Bucket = {
    ...opened,
    async put(...put) {
      const answer = await opened.put(...put);
      if (!lost) return answer;
      lost = false;
      throw Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });
    },
  };
  return {
    bucket,
    artefacts: openArtefacts(losing),
    world,
    loseNextAnswer() {
      lost = true;
    },
    put: (key, content) => {
      world.buckets.putObject(bucket, key, typeof content === 'string' ? content : JSON.stringify(content));
    },
    text: (key) => world.buckets.getObject(bucket, key)?.body.toString('utf8') ?? null,
    async close() {
      opened.close();
      await world.close();
    },
  };
}
