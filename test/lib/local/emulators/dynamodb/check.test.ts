import { describe, expect, it } from 'vitest';
import { checkShape, type StructureShape } from '../../../../../lib/local/emulators/dynamodb/check.ts';
import type { ServiceError } from '../../../../../lib/local/service.ts';

const shape: StructureShape = {
  kind: 'structure',
  required: ['Name'],
  members: {
    Name: { kind: 'string', min: 2, max: 4, pattern: '[a-z]+' },
    Colour: { kind: 'string', values: ['red', 'blue'] },
    Count: { kind: 'number', type: 'Integer', min: 1, max: 9 },
    On: { kind: 'boolean' },
    Parts: { kind: 'list', max: 1, of: { kind: 'structure', required: ['Id'], members: { Id: { kind: 'string' } } } },
    Later: { kind: 'unbuilt' },
  },
};

function outcome(value: unknown): string {
  try {
    checkShape(value, shape);
    return 'accepted';
  } catch (error) {
    return `${(error as ServiceError).code}: ${(error as Error).message}`;
  }
}

describe('checkShape', () => {
  it('accepts what fits', () => {
    expect(outcome({ Name: 'abc', Colour: 'red', Count: 9, On: false, Parts: [{ Id: 'x' }] })).toBe('accepted');
  });

  it.each<[unknown, string]>([
    [{}, "Value null at 'name' failed to satisfy constraint: Member must not be null"],
    [
      { Name: 'a' },
      "Value 'a' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [{ Name: 'AB' }, 'Member must satisfy regular expression pattern: [a-z]+'],
    [
      { Name: 'ab', Colour: 'pink' },
      "Value 'pink' at 'colour' failed to satisfy constraint: Member must satisfy enum value set: [red, blue]",
    ],
    [{ Name: 'ab', Count: 10 }, 'Member must have value less than or equal to 9'],
    [
      { Name: 'ab', Parts: [{}] },
      "Value null at 'parts.1.member.id' failed to satisfy constraint: Member must not be null",
    ],
    [{ Name: 'ab', toString: 1 }, "unknown member 'toString'"],
    [{ Name: 'ab', Later: {} }, "member 'later' is not supported"],
  ])('refuses %j as a ValidationException', (value, reason) => {
    expect(outcome(value)).toMatch(/^ValidationException: /);
    expect(outcome(value)).toContain(reason);
  });

  it('tells all violations at once', () => {
    expect(outcome({ Name: 'A', Parts: [{ Id: 'x' }, { Id: 'y' }] })).toMatch(
      /^ValidationException: 3 validation errors detected: /,
    );
  });

  it.each<[unknown, string]>([
    [{ Name: 7 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ Name: {} }, 'Start of structure or map found where not expected'],
    [{ Count: '1' }, 'STRING_VALUE cannot be converted to Integer'],
    [{ Count: 1.5 }, 'DECIMAL_VALUE cannot be converted to Integer'],
    [{ On: 'true' }, 'STRING_VALUE cannot be converted to Boolean'],
    [{ Parts: {} }, 'Start of structure or map found where not expected'],
    [{ Parts: [[]] }, 'Unrecognized collection type'],
    [{ Parts: 1 }, 'Unexpected field type'],
  ])('refuses the types of %j as a SerializationException', (value, reason) => {
    expect(outcome(value)).toBe(`SerializationException: ${reason}`);
  });
});
