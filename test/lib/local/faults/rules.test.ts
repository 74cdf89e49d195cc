import { describe, expect, it } from 'vitest';
import { FaultRulesError, parseFaultRules } from '../../../../lib/local/faults/rules.ts';

const parse = (...rules: unknown[]) => parseFaultRules(JSON.stringify(rules));

describe('parseFaultRules', () => {
  it('reads rules as they are written', () => {
    const rule = {
      service: 'dynamodb',
      operation: 'BatchWriteItem',
      account: '333333333333',
      nth: 3,
      phase: 'after',
      action: 'reset',
    };
    expect(parse(rule, { action: 'hang', probability: 0.5, seed: 7, times: 2 })).toEqual([
      rule,
      { action: 'hang', probability: 0.5, seed: 7, times: 2 },
    ]);
  });

  it.each([
    [{ action: 'explode', nth: 1 }, '/0/action: must be one of throttle, error500, html503, reset'],
    [{ nth: 1 }, '/0/action: must be one of'],
    [{ action: 'reset' }, '/0: give exactly one of nth, every and probability'],
    [{ action: 'reset', nth: 1, every: 2 }, '/0: give exactly one of nth, every and probability'],
    [{ action: 'reset', nth: 0 }, '/0/nth: must be a whole number from 1'],
    [{ action: 'reset', nth: 1.5 }, '/0/nth: must be a whole number from 1'],
    [{ action: 'reset', nth: '1' }, '/0/nth: must be a whole number from 1'],
    [{ action: 'reset', probability: 0 }, '/0/probability: must be a number above 0'],
    [{ action: 'reset', probability: 1.1 }, '/0/probability: must be at most 1'],
    [{ action: 'reset', every: 2, seed: 1 }, '/0: seed goes with probability'],
    [{ action: 'reset', nth: 2, times: 2 }, '/0: nth fires once'],
    [{ action: 'reset', nth: 2, when: 'now' }, '/0/when: there is no such field'],
    [{ action: 'reset', nth: 2, phase: 'between' }, '/0/phase: must be before or after'],
    [{ action: 'reset', nth: 2, account: 'prod' }, '/0/account: must be the twelve digits'],
    [{ action: 'reset', nth: 2, service: 'DynamoDB' }, '/0/service: must be the IAM prefix'],
    [{ action: 'reset', nth: 2, operation: 'scan' }, '/0/operation: must be the API name'],
    [{ action: 'unprocessed', nth: 2, operation: 'Scan' }, '/0: unprocessed goes with BatchWriteItem and BatchGetItem'],
  ])('refuses %j and says where and what would be right', (rule, message) => {
    expect(() => parse(rule)).toThrow(FaultRulesError);
    expect(() => parse(rule)).toThrow(message);
  });

  it('names every problem with the number of its rule', () => {
    expect(() => parse({ action: 'reset', nth: 1 }, { action: 'x', nth: 1 }, { action: 'reset', nth: 0 })).toThrow(
      /^\/1\/action: .*; \/2\/nth: /,
    );
  });

  it.each([
    ['{"action":"reset","nth":1}', '/: must be an array of rules'],
    ['[{]', 'not JSON'],
  ])('refuses %s', (text, message) => {
    expect(() => parseFaultRules(text)).toThrow(message);
  });
});
