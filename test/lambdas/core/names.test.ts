import { describe, expect, it } from 'vitest';
import { kinds } from '../../../lambdas/core/contracts.ts';
import { accessRoleName, executionRoleName, type Side, stateMachineName } from '../../../lambdas/core/names.ts';

const sides: readonly Side[] = ['source', 'destination', 'source-change'];
const owners = [...kinds, 'promotion'] as const;
/** The longest that the configuration takes. */
const qualifier = 'q'.repeat(10);

describe('accessRoleName', () => {
  it.each([
    ['quicksight', 'source', 'QS-MigrationOrigin'],
    ['quicksight', 'destination', 'QS-MigrationDest'],
    ['dynamodb', 'source', 'DynamoDB-MigrationOrigin'],
    ['dms', 'destination', 'DMS-MigrationDest'],
    ['databricks', 'source-change', 'Databricks-MigrationOrigin-source-change'],
  ] as const)('of %s, %s is %s', (kind, side, name) => {
    expect(accessRoleName(kind, side)).toBe(name);
  });

  it('ends with the qualifier', () => {
    expect(accessRoleName('dynamodb', 'source', 'blue')).toBe('DynamoDB-MigrationOrigin-blue');
  });
});

describe('all names', () => {
  const roles = [
    ...kinds.flatMap((kind) => sides.map((side) => accessRoleName(kind, side, qualifier))),
    ...owners.map((owner) => executionRoleName(owner, qualifier)),
  ];
  const stateMachines = owners.map((owner) => stateMachineName(owner, qualifier));

  it('are different from one another', () => {
    expect(new Set([...roles, ...stateMachines]).size).toBe(roles.length + stateMachines.length);
  });

  it('are legal with the longest qualifier: 64 characters for a role, 80 for a state machine', () => {
    for (const role of roles) expect(role).toMatch(/^[\w+=,.@-]{1,64}$/);
    for (const name of stateMachines) expect(name).toMatch(/^[\w-]{1,80}$/);
  });
});

describe('stateMachineName', () => {
  it('names the owner', () => {
    expect(stateMachineName('promotion')).toBe('cross-account-promoter-promotion');
    expect(stateMachineName('dms', 'blue')).toBe('cross-account-promoter-dms-blue');
  });
});
