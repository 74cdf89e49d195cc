import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Surroundings } from '../../../lambdas/core/handler.ts';
import type { BundledTable } from '../../../lambdas/dynamodb/bundle.ts';
import type { Run } from '../../../lambdas/dynamodb/run.ts';
import { segmentGroup } from '../../../lambdas/dynamodb/segment-contracts.ts';
import { segmentedTables } from '../../../lambdas/dynamodb/segmented-tables.ts';
import { environments, makeDefinition, makeTables, refusal } from '../../support/factories.ts';

afterEach(() => vi.unstubAllEnvs());

const definition = makeDefinition(
  {
    KeySchema: [
      { AttributeName: 'sk', KeyType: 'RANGE' },
      { AttributeName: 'pk', KeyType: 'HASH' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-other',
        KeySchema: [
          { AttributeName: 'other', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
  { timeToLive: { AttributeName: 'until' } },
);
const table = { table: 'DEV-orders', as: 'PROD-orders', file: { content: definition } } as BundledTable;
const present = { table, wanted: definition, tableId: 'id-1', bytes: 5, action: 'create' } as const;

// Neither STS nor the bucket is there: nothing may be asked.
const surroundings = { environments } as Surroundings;
const lineOf = async (request: object = {}, run: Partial<Run> = {}) => {
  const whole: Run = {
    ...{ promotionId: 'p', source: 'dev-west', destination: 'prod', bundle: 'p', mode: 'migrate' },
    request: makeTables(request),
    ...run,
  };
  const [found] = await segmentedTables(surroundings, whole, [present]);
  if (!found) throw new Error('there is no line');
  const { bytes: _bytes, source: _source, destination: _destination, ...line } = found;
  return { ...line, total: 1, segments: [0], at: 0, limits: {} };
};

describe('the line of a table', () => {
  it('is one that a child takes, and has all that a child needs, without a call', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', '');
    const line = await lineOf();
    expect(segmentGroup.safeParse(line)).toEqual({ success: true, data: line });
    expect(line).toMatchObject({
      sourceEndpoint: 'https://dynamodb.us-west-2.amazonaws.com/',
      destinationEndpoint: 'https://dynamodb.us-east-1.amazonaws.com/',
      sourceKey: ['pk', 'sk'],
      destinationKey: ['pk', 'sk'],
      indexKeys: ['other', 'pk'],
      expires: 'until',
      run: { source: 'dev-west', destination: 'prod', engine: 'raw', verify: 'full', repairs: false },
      change: { skipExpired: false },
    });
  });

  it('says what the request asks of items and engine, and nothing else of it', async () => {
    const asked = {
      filter: { expression: '#a = :a', names: { '#a': 'a' }, values: { ':a': { S: 'x' } } },
      projection: ['a'],
      transform: [{ dropAttribute: 'b' }],
      skipExpired: true,
    };
    const line = await lineOf({ ...asked, engine: 'sdk', verify: 'count', onlyIfAbsent: true, concurrency: 3 });
    expect(line.change).toEqual(asked);
    expect(line.run).toMatchObject({ engine: 'sdk', verify: 'count', onlyIfAbsent: true });
    expect(segmentGroup.safeParse(line).success).toBe(true);
  });

  it('has a repair in mode verify alone', async () => {
    expect((await lineOf({ repair: true }, { mode: 'verify' })).run.repairs).toBe(true);
    expect((await lineOf({ repair: true }, { mode: 'migrate' })).run.repairs).toBe(false);
    expect((await lineOf({ repair: false }, { mode: 'verify' })).run.repairs).toBe(false);
  });

  it('is not made for an environment that is not configured', async () => {
    expect(await refusal(() => lineOf({}, { source: 'qa' }))).toMatchObject({ code: 'UnknownEnvironment' });
  });
});
