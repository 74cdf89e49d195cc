import { describe, expect, it } from 'vitest';
import { kinds } from '../../../lambdas/core/contracts.ts';
import { keys } from '../../../lambdas/core/keys.ts';

describe('keys', () => {
  it('are those of the contract', () => {
    expect(keys.request('p')).toBe('promotions/p/request.json');
    expect(keys.report('p', 'html')).toBe('promotions/p/report.html');
    expect(keys.manifest('p', 'dynamodb')).toBe('promotions/p/dynamodb/export/manifest.json');
    expect(keys.bundle('p', 'dynamodb', 'tables/orders.json')).toBe('promotions/p/dynamodb/export/tables/orders.json');
    expect(keys.plan('p', 'dms', 'md')).toBe('promotions/p/dms/plan/plan.md');
    expect(keys.journal('p', 'dms')).toBe('promotions/p/dms/import/journal/');
    expect(keys.work('p', 'dynamodb', 'verify', 'result.json')).toBe('promotions/p/dynamodb/verify/result.json');
    expect(keys.promotionLock('p')).toBe('locks/promotion/p.json');
    expect(keys.destinationLock('dynamodb', 'prod')).toBe('locks/dynamodb/prod.json');
  });

  it('of a kind lie all in its own folder', () => {
    for (const kind of kinds) {
      const folder = `promotions/p/${kind}/`;
      const own = [
        keys.manifest('p', kind),
        keys.bundle('p', kind, 'x'),
        keys.plan('p', kind, 'json'),
        keys.journal('p', kind),
        keys.work('p', kind, 'rollback', 'x'),
      ];
      for (const key of own) expect(key.startsWith(folder)).toBe(true);
    }
  });

  it('of a promotion never hold those of another whose id begins alike', () => {
    expect(keys.journal('sales-2', 'dms').startsWith(keys.journal('sales', 'dms'))).toBe(false);
  });

  it('of the locks of promotions and destinations do not meet', () => {
    for (const kind of kinds) expect(keys.destinationLock(kind, 'x')).not.toBe(keys.promotionLock('x'));
  });
});
