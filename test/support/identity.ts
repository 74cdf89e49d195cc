import type { Identity } from '../../lambdas/core/wire/identity.ts';
import type { World } from '../lib/local/gateway/fixture.ts';

/** A worker on a test's gateway, as the host makes it: a session of the role `worker` in tooling. */
export function identityOf(world: World, durationSeconds?: number): Identity {
  const { accessKeyId, secretAccessKey, sessionToken } = world.workerSession(durationSeconds);
  return {
    region: 'us-east-1',
    keys: { accessKeyId, secretAccessKey, sessionToken },
    endpoint: new URL(world.endpoint),
  };
}
