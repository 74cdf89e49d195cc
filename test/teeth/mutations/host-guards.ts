import { type Mutation, mutationsOf } from '../mutation.ts';

const ofAuthorizer = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lib/local/authorizer/${name}.ts`, `test/lib/local/authorizer/${name}.test.ts`, rows);
const ofFaults = (name: string, rows: Parameters<typeof mutationsOf>[2], test = name) =>
  mutationsOf(`lib/local/faults/${name}.ts`, `test/lib/local/faults/${test}.test.ts`, rows);

const limits = 'policies of an identity, its boundary and its session must all allow, and each can deny';
const keysAndRoles = 'the policy of a resource must allow whatever happens to a key or to a role that is to be assumed';

/** Guards of the host: what it authorizes and what it breaks. */
export const hostGuardMutations: readonly Mutation[] = [
  ...ofAuthorizer('evaluate', [
    {
      name: 'boundary-bounds',
      search: "if (boundary && !boundary.allow && !(isSame && naming === 'everyone')) {",
      replace: 'if (false) {',
      test: limits,
    },
    {
      name: 'session-policy-narrows',
      search: "if (session && !session.allow) return lacking('session');",
      replace: '',
      test: limits,
    },
    {
      name: 'other-account-must-allow-too',
      search: "if ((!isSame || policies.resourceMustAllow) && naming === null) return lacking('resource-based');",
      replace: '',
      test: 'the policy of a resource must allow besides the identity across accounts',
    },
    {
      name: 'key-policy-must-allow',
      search: '(!isSame || policies.resourceMustAllow)',
      replace: '!isSame',
      test: keysAndRoles,
    },
  ]),
  ...mutationsOf('lib/local/authorizer/patterns.ts', 'test/lib/local/authorizer/evaluate.test.ts', [
    {
      name: 'variable-is-taken-by-the-letter',
      search: '(literal ? plainText(text) : wildcards(text))',
      replace: 'wildcards(text)',
      test: 'actions and resources takes what stands for a variable by the letter',
    },
    {
      name: 'wildcard-stays-in-its-part',
      search: 'parts.length === 6 && pattern.parts.length === 6 && pattern.parts.every(',
      replace: 'pattern.matches(arn) || pattern.parts.every(',
      test: '{"Resource":"arn:aws:*/plan.json"} allows reading the object: false',
    },
  ]),
  ...mutationsOf('lib/local/authorizer/conditions.ts', 'test/lib/local/authorizer/evaluate.test.ts', [
    {
      name: 'several-values-need-a-set-operator',
      search: 'if (quantifier === null && actual.length > 1) return false;',
      replace: 'if (quantifier === null) return actual.some(fits);',
      test: 'conditions StringEquals of aws:x with "a" holds for ["a","a2"]: false',
    },
  ]),
  ...ofAuthorizer('authorizer', [
    {
      name: 'every-right-of-a-call-is-needed',
      search: 'for (const check of checks) {',
      replace: 'for (const check of checks.slice(0, 1)) {',
      test: 'authorize needs every right of a call: the first that is missing denies it',
    },
    {
      name: 'foreign-root-is-asked',
      search: "if (principal.type === 'root' && resourceAccount === principal.account) return null;",
      replace: "if (principal.type === 'root') return null;",
      test: 'authorize asks nothing of root in its own account, and a policy of the resource elsewhere',
    },
    {
      name: 'bucket-has-an-owner',
      search: "if (service === 's3') return s3.findBucket(name.split('/')[0] ?? '')?.account;",
      replace: '',
      test: 'authorize takes the owner of a bucket for the account of its objects',
    },
    {
      name: 'session-of-the-caller-counts',
      search: 'contextOf(principal, call.caller), call.caller.sessionPolicy)',
      replace: 'contextOf(principal, call.caller), null)',
      test: 'authorize narrows a session by its own policy',
    },
    {
      name: 'principal-is-the-role',
      search: "['aws:principalarn', principal.roleArn ?? principal.arn],",
      replace: "['aws:principalarn', principal.arn],",
      test: 'the context of a call has the ARN of the role, not of the session',
    },
    {
      name: 'service-asks-for-a-resource',
      search: "['aws:sourcearn', [sourceArn]],",
      replace: '',
      test: 'mayAssume tells on behalf of which resource and account the service asks',
    },
  ]),
  ...ofAuthorizer('policies', [
    {
      name: 'gone-boundary-bounds-everything',
      search: '(boundary ?? nothing)',
      replace: 'boundary',
      test: 'what bounds an identity is everything where the boundary is gone',
    },
    {
      name: 'trust-must-allow',
      search: "resourceMustAllow: request.action.startsWith('sts:') || ",
      replace: 'resourceMustAllow: ',
      test: 'the policy of a resource is the trust policy of a role that is to be assumed, which must allow',
    },
  ]),
  ...ofAuthorizer('service-roles', [
    {
      name: 'function-role-trusts-lambda',
      search: "if (authorizer.mayAssume('lambda.amazonaws.com', roleArn, arn).allowed) continue;",
      replace: 'continue;',
      test: 'checkServiceRoles refuses a function with the role of a machine, as Lambda does',
    },
    {
      name: 'machine-role-trusts-step-functions',
      search: "if (authorizer.mayAssume('states.amazonaws.com', roleArn, arn).allowed) continue;",
      replace: 'continue;',
      test: 'checkServiceRoles refuses a machine with the role of a function, as Step Functions does',
    },
  ]),
  ...ofFaults('schedule', [
    {
      name: 'fault-fires-as-often-as-it-may',
      search: 'fired < (rule.times ?? Number.POSITIVE_INFINITY) && ',
      replace: '',
      test: 'createFaultSchedule fires every at each n-th call, as often as times allows',
    },
    {
      name: 'fault-has-an-account',
      search: '(rule.account ?? account) === account',
      replace: 'true',
      test: 'createFaultSchedule counts only calls of its service, operation and account',
    },
    {
      name: 'draws-have-a-seed',
      search: 'random: seededRandom(rule.seed ?? 0),',
      replace: 'random: Math.random,',
      test: 'createFaultSchedule draws the same faults for the same seed',
    },
  ]),
  ...ofFaults(
    'injector',
    [
      {
        name: 'people-are-left-alone',
        search: 'if (!credentials.find(origin)?.role) return null;',
        replace: '',
        test: 'whose calls are broken neither breaks nor counts calls of root and of its sessions',
      },
    ],
    'answers',
  ),
  ...ofFaults('answers', [
    {
      name: 'fault-after-the-effect',
      search: "if (phase === 'after') await carryOut(request);",
      replace: '',
      test: 'reset is what a client sees after the effect of a write',
    },
    {
      name: 'fault-before-the-effect',
      search: "if (phase === 'after') await carryOut(request);",
      replace: 'await carryOut(request);',
      test: 'empty and checksum answer 200 without a body before the effect',
    },
    {
      name: 'fault-spoils-the-checksum',
      search: '? String((Number(value) ^ 1) >>> 0)',
      replace: '? value',
      test: 'empty and checksum answers another CRC-32 than that of the body',
    },
  ]),
  ...ofFaults(
    'unprocessed',
    [
      {
        name: 'half-of-a-batch-is-held-back',
        search: 'const half = Math.floor(all.length / 2);',
        replace: 'const half = all.length;',
        test: 'unprocessed writes the first half of a batch and answers the rest',
      },
    ],
    'answers',
  ),
  ...ofFaults('rules', [
    {
      name: 'fault-says-when',
      search: 'if (given !== 1) return',
      replace: 'if (given > 1) return',
      test: 'parseFaultRules refuses {"action":"reset"} and says where and what would be right',
    },
  ]),
];
