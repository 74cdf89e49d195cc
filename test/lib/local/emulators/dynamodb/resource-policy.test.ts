import {
  BatchGetItemCommand,
  CreateTableCommand,
  DeleteResourcePolicyCommand,
  DeleteTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  GetResourcePolicyCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSettled, DEV, type Harness, manualClock, PROD, refused, simpleTable, startHarness } from './harness.ts';

const ROLE = `arn:aws:iam::${PROD}:role/reader`;
const arn = (name: string) => `arn:aws:dynamodb:us-east-1:${DEV}:table/${name}`;
const policyFor = (name: string, Action = 'dynamodb:GetItem') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE }, Action, Resource: arn(name) }],
  });

let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness({ findPrincipal: (principal) => principal === ROLE });
  client = harness.client();
});
afterAll(() => harness.close());

const put = (name: string, Policy = policyFor(name), ExpectedRevisionId?: string, on = client) =>
  on.send(new PutResourcePolicyCommand({ ResourceArn: arn(name), Policy, ExpectedRevisionId }));
const get = (name: string, on = client) => on.send(new GetResourcePolicyCommand({ ResourceArn: arn(name) }));
const remove = (name: string, ExpectedRevisionId?: string, on = client) =>
  on.send(new DeleteResourcePolicyCommand({ ResourceArn: arn(name), ExpectedRevisionId }));
const inForce = (name: string) => vi.waitFor(() => get(name), { timeout: 5000 });

describe('the policy of a table', () => {
  it('is in force a while after it was put, and keeps its revision when put again', async () => {
    const clock = manualClock();
    const slow = await startHarness({ clock });
    const patient = slow.client();
    await patient.send(new CreateTableCommand(simpleTable('late')));
    expect(await refused(put('late', undefined, undefined, patient))).toMatch(/^ResourceInUseException/);
    clock.release();
    const { RevisionId } = await vi.waitFor(() => put('late', undefined, undefined, patient), { timeout: 5000 });
    expect(await refused(get('late', patient))).toMatch(/^PolicyNotFoundException/);
    expect(slow.service.policyOf({ account: DEV, region: 'us-east-1' }, 'late')).toBeNull();
    clock.release();
    await vi.waitFor(
      async () => expect(await get('late', patient)).toMatchObject({ Policy: policyFor('late'), RevisionId }),
      5000,
    );
    expect(slow.service.policyOf({ account: DEV, region: 'us-east-1' }, 'late')).toBe(policyFor('late'));
    expect(await put('late', undefined, undefined, patient)).toMatchObject({ RevisionId });
    await slow.close();
  });

  it('cannot be changed again at once', async () => {
    const clock = manualClock();
    const slow = await startHarness({ clock });
    const patient = slow.client();
    await patient.send(new CreateTableCommand(simpleTable('blocked')));
    clock.release();
    await vi.waitFor(() => put('blocked', undefined, undefined, patient), { timeout: 5000 });
    const other = policyFor('blocked', 'dynamodb:Scan');
    expect(await refused(put('blocked', other, undefined, patient))).toMatch(/^ResourceInUseException.*15 seconds/);
    expect(await refused(remove('blocked', undefined, patient))).toMatch(/^ResourceInUseException/);
    clock.release();
    await vi.waitFor(() => put('blocked', other, undefined, patient), 5000);
    await slow.close();
  });

  it('is replaced and removed only at the expected revision', async () => {
    await createSettled(client, simpleTable('revised'));
    expect(await refused(put('revised', undefined, 'other'))).toMatch(/^PolicyNotFoundException/);
    const { RevisionId } = await put('revised', undefined, 'NO_POLICY');
    expect(await refused(put('revised', undefined, 'NO_POLICY'))).toMatch(/^PolicyNotFoundException/);
    await inForce('revised');
    expect(await refused(remove('revised', 'other'))).toMatch(/^PolicyNotFoundException/);
    const removed = await vi.waitFor(() => remove('revised', RevisionId), { timeout: 5000 });
    expect(removed.RevisionId).toBe(RevisionId);
    await vi.waitFor(async () => expect(await refused(get('revised'))).toMatch(/^PolicyNotFoundException/), 5000);
    expect(await remove('revised')).not.toHaveProperty('RevisionId');
    expect(await refused(remove('revised', RevisionId))).toMatch(/^PolicyNotFoundException/);
  });

  it('can be given with the table and is in force from the beginning', async () => {
    await client.send(new CreateTableCommand(simpleTable('born-open', { ResourcePolicy: policyFor('born-open') })));
    expect(await get('born-open')).toMatchObject({ Policy: policyFor('born-open') });
  });

  it('belongs to a table that is there, and to no stream', async () => {
    expect(await refused(put('nowhere'))).toMatch(/^ResourceNotFoundException/);
    expect(await refused(put('nowhere/stream/2026'))).toContain('the policy of a stream is not supported');
    expect(await refused(put('nowhere', '[]'))).toMatch(/^ResourceNotFoundException/);
  });
});

describe('a table of another account', () => {
  it('is answered for by its own account once it has a policy, in operations that policies can open', async () => {
    await createSettled(client, simpleTable('shared'));
    await client.send(new PutItemCommand({ TableName: 'shared', Item: { pk: { S: 'a' }, from: { S: 'dev' } } }));
    const theirs = harness.client(PROD);
    const read = { TableName: arn('shared'), Key: { pk: { S: 'a' } } };
    expect(await refused(theirs.send(new GetItemCommand(read)))).toMatch(/^AccessDeniedException.*no resource-based/);
    await put('shared');
    await inForce('shared');
    expect((await theirs.send(new GetItemCommand(read))).Item).toEqual({ pk: { S: 'a' }, from: { S: 'dev' } });
    const batch = { RequestItems: { [arn('shared')]: { Keys: [{ pk: { S: 'a' } }] } } };
    const { Responses } = await theirs.send(new BatchGetItemCommand(batch));
    expect(Responses?.[arn('shared')]).toHaveLength(1);
    expect(await refused(theirs.send(new DescribeTimeToLiveCommand({ TableName: arn('shared') })))).toMatch(
      /^AccessDeniedException/,
    );
    expect(await refused(theirs.send(new DeleteTableCommand({ TableName: 'shared' })))).toMatch(
      /^ResourceNotFoundException/,
    );
  });

  it('is refused in one batch with tables of one’s own', async () => {
    const Keys = [{ pk: { S: 'a' } }];
    const mixed = { RequestItems: { own: { Keys }, [arn('shared')]: { Keys } } };
    expect(await refused(harness.client(PROD).send(new BatchGetItemCommand(mixed)))).toContain('several accounts');
  });
});
