import { DeleteTableCommand, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastOf } from '../../../lambdas/dynamodb/ownership.ts';
import { policyText } from '../../../lambdas/dynamodb/policy-text.ts';
import { readTable } from '../../../lambdas/dynamodb/read-table.ts';
import { removeMade } from '../../../lambdas/dynamodb/remove-made.ts';
import { readResourcePolicy } from '../../../lambdas/dynamodb/resource-policy.ts';
import type { Undoing, Undone } from '../../../lambdas/dynamodb/undone.ts';
import { makeActiveTable, pause } from '../../support/active-table.ts';
import { executionArn } from '../../support/factories.ts';
import { type Entries, memoryJournal, stepsOf } from '../../support/memory-journal.ts';
import { type SettingsWorld, startSettingsWorld } from '../../support/settings-world.ts';

const imported = executionArn('import');
const undo = executionArn('undo');
let world: SettingsWorld;
let as: string;
let arn: string;
let entries: Entries;
let count = 0;
beforeAll(async () => {
  world = await startSettingsWorld();
});
afterAll(() => world.close());

const denying = (Sid: string) => ({
  Version: '2012-10-17',
  Statement: [{ Sid, Effect: 'Deny', Principal: '*', Action: 'dynamodb:DeleteTable', Resource: arn }],
});

beforeEach(async () => {
  as = `PROD-${count++}`;
  arn = `arn:aws:dynamodb:us-east-1:333333333333:table/${as}`;
  entries = [];
  const id = await makeActiveTable(world.prod.dynamodb, as);
  await journal().append({ asset: as, step: 'create', phase: 'result', after: { id } });
});
const journal = (execution = imported) => memoryJournal(entries, execution);

/** Puts a policy on the table and waits until it is in force. */
async function put(policy: ReturnType<typeof denying>): Promise<void> {
  await world.prod.dynamodb.send(new PutResourcePolicyCommand({ ResourceArn: arn, Policy: JSON.stringify(policy) }));
  while (!(await readResourcePolicy(world.prod.dynamodb, arn))) await pause();
}
const notePolicy = (phase: 'intent' | 'result', Sid: string) =>
  journal().append({ asset: as, step: 'resourcePolicy', phase, after: [policyText(denying(Sid))] });

/** A client as the service has it under a policy that denies the removal: for a while after the policy has gone, too. */
function heldClients(late = 0): Undoing['clients'] {
  let after = late;
  const dynamodb = new Proxy(world.prod.dynamodb, {
    get(target, name) {
      if (name !== 'send') return Reflect.get(target, name);
      return async (command: never) => {
        if ((command as object) instanceof DeleteTableCommand) {
          const isDenied = (await readResourcePolicy(target, arn)) !== null || after-- > 0;
          if (isDenied) throw Object.assign(new Error('explicit deny'), { name: 'AccessDeniedException' });
        }
        return await target.send(command);
      };
    },
  });
  return { ...world.prod, dynamodb };
}

async function remove(clients = heldClients()): Promise<Undone | 'removed'> {
  const undoing = { clients, journal: journal(undo), holder: { promotionExecution: undo } } as unknown as Undoing;
  const begun = lastOf(entries, ['create']);
  for (let polls = 0; polls < 500; polls++) {
    const found = await readTable(world.prod.dynamodb, as);
    if (!found) return 'removed';
    const undone = await removeMade(undoing, as, begun, found);
    if (undone.outcome !== 'busy') return undone;
    await pause();
  }
  throw new Error(`${as} was not removed: ${JSON.stringify(entries.at(-1))}`);
}
const ownSteps = () => stepsOf(entries.filter(({ execution }) => execution === undo));

describe('a resource policy that denies the removal', () => {
  it('is taken off where the promotion has put it on', async () => {
    await put(denying('ours'));
    await notePolicy('result', 'ours');
    expect(await remove()).toBe('removed');
    expect(ownSteps()).toEqual(['release intent', 'release result', 'remove intent']);
  });

  it('is taken off where the answer of putting it on was lost', async () => {
    await put(denying('ours'));
    await notePolicy('intent', 'ours');
    expect(await remove()).toBe('removed');
  });

  it('is waited for where it still has its effect although it is off', async () => {
    await put(denying('ours'));
    await notePolicy('result', 'ours');
    expect(await remove(heldClients(3))).toBe('removed');
  });

  it('stays with the table where somebody has changed it since', async () => {
    await put(denying('theirs'));
    await notePolicy('result', 'ours');
    expect(await remove()).toEqual({
      asset: as,
      outcome: 'left',
      reason: 'somebody has put another resource policy on it since, and its removal is denied',
    });
    expect(await readResourcePolicy(world.prod.dynamodb, arn)).toEqual(denying('theirs'));
    expect(ownSteps()).toEqual(['remove intent', 'remove refused']);
  });

  it('is somebody else’s where the promotion has put none on', async () => {
    await put(denying('theirs'));
    expect(await remove()).toMatchObject({ outcome: 'left' });
  });
});

describe('a removal that is denied without a resource policy', () => {
  it('is a failure with the service’s words', async () => {
    await expect(remove(heldClients(1))).rejects.toMatchObject({ name: 'Promotion.Permission' });
    expect(ownSteps()).toEqual(['remove intent', 'remove refused']);
  });
});

describe('a removal that an earlier run had only begun', () => {
  it('is noted by the run that asks for it', async () => {
    await journal(executionArn('undo-earlier')).append({ asset: as, step: 'remove', phase: 'intent' });
    expect(await remove()).toBe('removed');
    expect(ownSteps()).toEqual(['remove intent']);
  });
});
