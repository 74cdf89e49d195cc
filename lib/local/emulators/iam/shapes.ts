import { integer, list, oneOf, required, structure, text } from '../../members.ts';

const NAME = /^[\w+=,.@-]+$/;
const TAGS = list(
  structure({
    Key: required(text({ min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u })),
    Value: required(text({ max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u })),
  }),
  0,
  50,
);

export const ROLE_NAME = required(text({ min: 1, max: 64, pattern: NAME }));
export const POLICY_NAME = required(text({ min: 1, max: 128, pattern: NAME }));
export const POLICY_ARN = required(text({ min: 20, max: 2048 }));
export const DOCUMENT = required(text({ min: 1, max: 131072, pattern: /^[\t\n\r -ÿ]+$/ }));
export const PATH = text({ min: 1, max: 512, pattern: /^(\/|\/[!-~]+\/)$/ });
export const PATH_PREFIX = text({ min: 1, max: 512, pattern: /^\/[!-~]*$/ });
export const VERSION_ID = required(text({ pattern: /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/ }));
export const SCOPE = oneOf('All', 'AWS', 'Local');
export const TAGS_REQUIRED = required(TAGS);
export const PAGING = { Marker: text({ min: 1, max: 320 }), MaxItems: integer(1, 1000) };

export const CREATE_ROLE = {
  Path: PATH,
  RoleName: ROLE_NAME,
  AssumeRolePolicyDocument: DOCUMENT,
  Description: text({ max: 1000 }),
  MaxSessionDuration: integer(3600, 43200),
  PermissionsBoundary: text({ min: 20, max: 2048 }),
  Tags: TAGS,
};

export const CREATE_POLICY = {
  PolicyName: POLICY_NAME,
  Path: PATH,
  PolicyDocument: DOCUMENT,
  Description: text({ max: 1000 }),
  Tags: TAGS,
};
