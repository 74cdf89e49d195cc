import { describe, expect, it } from 'vitest';
import { noValue, resolve, type Scope } from '../../../../lib/local/loader/intrinsics.ts';

const attributes: Readonly<Record<string, string>> = {
  'Bucket.Arn': 'arn:aws:s3:::artefacts',
  'Stack.Outputs.Key': 'k',
};

const scope: Scope = {
  reference: (name) =>
    ({ Bucket: 'artefacts', Zones: ['a', 'b'], 'AWS::Region': 'us-east-1', 'AWS::NoValue': noValue })[name],
  attribute: (logicalId, name) => attributes[`${logicalId}.${name}`],
};
const resolved = (value: unknown) => resolve(value, scope, 'stack.Resources.X');

describe('resolve', () => {
  it('leaves plain values as they are', () => {
    const value = {
      Statement: [{ Effect: 'Allow', Condition: { Null: { 'sts:SourceIdentity': 'false' } } }],
      n: 1,
      b: true,
    };
    expect(resolved(value)).toEqual(value);
  });

  it.each<[string, unknown, unknown]>([
    ['Ref to a resource', { Ref: 'Bucket' }, 'artefacts'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws:s3:::artefacts'],
    ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Bucket.Arn' }, 'arn:aws:s3:::artefacts'],
    ['Fn::GetAtt with a dotted attribute', { 'Fn::GetAtt': 'Stack.Outputs.Key' }, 'k'],
    ['Fn::Join', { 'Fn::Join': ['', ['arn:', { Ref: 'Bucket' }, '/', 1]] }, 'arn:artefacts/1'],
    ['Fn::Join of a list that is a reference', { 'Fn::Join': ['-', { Ref: 'Zones' }] }, 'a-b'],
    ['Fn::Split', { 'Fn::Split': [':', { 'Fn::GetAtt': 'Bucket.Arn' }] }, ['arn', 'aws', 's3', '', '', 'artefacts']],
    ['Fn::Select', { 'Fn::Select': [1, { Ref: 'Zones' }] }, 'b'],
    ['Fn::Select with an index as text', { 'Fn::Select': ['0', ['x']] }, 'x'],
    [
      'Fn::Sub',
      { 'Fn::Sub': 'x-${AWS::Region}-${Bucket}-${Bucket.Arn}' },
      'x-us-east-1-artefacts-arn:aws:s3:::artefacts',
    ],
    [
      'Fn::Sub with own variables',
      { 'Fn::Sub': ['${A}/${Bucket}', { A: { Ref: 'AWS::Region' } }] },
      'us-east-1/artefacts',
    ],
    ['Fn::Sub with an escape', { 'Fn::Sub': '${!Literal}' }, '${Literal}'],
  ])('resolves %s', (_, value, expected) => {
    expect(resolved({ nested: [value] })).toEqual({ nested: [expected] });
  });

  it('leaves out members and elements that are AWS::NoValue', () => {
    expect(resolved({ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] })).toEqual({ b: [1] });
  });

  it.each<[unknown, string]>([
    [{ 'Fn::Base64': 'x' }, 'stack.Resources.X.at: unknown intrinsic function Fn::Base64'],
    [{ 'Fn::If': ['C', 1, 2] }, 'stack.Resources.X.at: unknown intrinsic function Fn::If'],
    [{ Ref: 'Other' }, 'stack.Resources.X.at: Ref to Other, which is neither a parameter nor a resource'],
    [{ 'Fn::GetAtt': ['Bucket', 'Color'] }, 'stack.Resources.X.at: unknown attribute Bucket.Color'],
    [{ 'Fn::Sub': '${Nowhere}' }, 'stack.Resources.X.at: Ref to Nowhere'],
    [{ Ref: 'Bucket', Other: 1 }, 'stack.Resources.X.at: Ref stands beside other keys'],
    [{ 'Fn::Select': [5, ['x']] }, 'Fn::Select finds no element 5'],
    [{ 'Fn::Join': ['', { Ref: 'Bucket' }] }, 'a list is needed, not "artefacts"'],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, 'a text is needed, not {"a":1}'],
  ])('refuses %j by name and place', (value, message) => {
    expect(() => resolved({ at: value })).toThrow(message);
  });
});
