import { type FaultAction, type FaultRule, faultActions } from '../../lib/local/faults/rules.ts';

/** Operations that a promotion calls, each as often as it deserves to be chosen. */
const targets: readonly Pick<FaultRule, 'service' | 'operation'>[] = [
  ...repeat(4, { service: 'dynamodb', operation: 'BatchWriteItem' }),
  ...repeat(4, { service: 'dynamodb', operation: 'Scan' }),
  ...repeat(3, { service: 'dynamodb', operation: 'BatchGetItem' }),
  ...repeat(2, { service: 'dynamodb', operation: 'DescribeTable' }),
  { service: 'dynamodb', operation: 'CreateTable' },
  { service: 'dynamodb', operation: 'UpdateTable' },
  { service: 'dynamodb', operation: 'TagResource' },
  { service: 'dynamodb', operation: 'ListTagsOfResource' },
  { service: 'dynamodb', operation: 'DescribeTimeToLive' },
  { service: 'dynamodb', operation: 'UpdateTimeToLive' },
  { service: 'dynamodb', operation: 'UpdateContinuousBackups' },
  { service: 'dynamodb' },
  ...repeat(3, { service: 's3', operation: 'PutObject' }),
  ...repeat(3, { service: 's3', operation: 'GetObject' }),
  { service: 's3', operation: 'ListObjectsV2' },
  ...repeat(2, { service: 'sts', operation: 'AssumeRole' }),
  { service: 'sts', operation: 'GetCallerIdentity' },
  {},
];

/** A silent connection costs the 20 s of the workers' clients, a dripping one 4 s: they are rarer than the others. */
const rare: readonly FaultAction[] = ['hang', 'drip'];
const rareShare = 0.04;

/** What is broken, and where. */
export type Favoured = Pick<FaultRule, 'action' | 'service' | 'operation'>;

/**
 * Takes numbers from 0 up to but not including 1 and makes one to five rules of them; every second one is a favoured
 * fault, where there are any.
 */
export function randomFaults(random: () => number, favoured: readonly Favoured[] = []): readonly FaultRule[] {
  const choose = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const frequent = faultActions.filter((action) => !rare.includes(action));
  return Array.from({ length: upTo(5) }, () => {
    const usual = random() < rareShare ? choose(rare) : choose(frequent);
    const wanted = favoured.length > 0 && random() < 0.5 ? choose(favoured) : null;
    const action = wanted?.action ?? usual;
    const target = wanted ?? choose(action === 'unprocessed' ? targets.filter(isBatch) : targets);
    const phase = choose(['before', 'after'] as const);
    // A rule that never ends would only show that retries end.
    const when = choose([
      () => ({ nth: upTo(target.operation ? 20 : 120) }),
      () => ({ every: 1 + upTo(12), times: rare.includes(action) ? 1 : upTo(3) }),
      () => ({ probability: 0.02 + random() * 0.2, seed: upTo(1e6), times: rare.includes(action) ? 1 : upTo(4) }),
    ]);
    return { ...target, ...when(), phase, action };
  });
}

function isBatch({ operation }: Pick<FaultRule, 'operation'>): boolean {
  return operation?.startsWith('Batch') ?? false;
}

function repeat<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value);
}
