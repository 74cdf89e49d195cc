import { ServiceError } from '../../service.ts';
import type { PolicyDocument } from './store.ts';

const POLICY_ELEMENTS = ['Version', 'Id', 'Statement'];
const STATEMENT_ELEMENTS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

/** JSON text as an object; throws MalformedPolicyDocument. */
export function parsePolicyJson(text: string): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw malformed(`This policy contains invalid Json: ${String(error)}`);
  }
  if (!isRecord(document)) throw malformed('Syntax errors in policy.');
  return document;
}

/** An identity policy, boundary or session policy: form of policy and statements; throws MalformedPolicyDocument. */
export function parseIdentityPolicy(text: string): PolicyDocument {
  const document = parsePolicyJson(text);
  const { Version, Statement } = document;
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  if (Object.keys(document).some((name) => !POLICY_ELEMENTS.includes(name)))
    throw malformed('Syntax errors in policy.');
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string.');
  }
  for (const statement of statements) checkStatement(statement);
  return document;
}

function checkStatement(statement: unknown): void {
  if (!isRecord(statement)) throw malformed('Syntax errors in policy.');
  if ('Principal' in statement || 'NotPrincipal' in statement) {
    throw malformed('Policy document should not specify a principal.');
  }
  const other = Object.keys(statement).find((name) => !STATEMENT_ELEMENTS.includes(name));
  if (other || (statement.Effect !== 'Allow' && statement.Effect !== 'Deny'))
    throw malformed('Syntax errors in policy.');
  const actions = exactlyOne(statement, 'Action', 'NotAction');
  const resources = exactlyOne(statement, 'Resource', 'NotResource');
  if (!actions) throw malformed('Policy statement must contain actions.');
  if (!resources) throw malformed('Policy statement must contain resources.');
  const action = actions.find((name) => name !== '*' && !/^[\w-]+:[\w*?]+$/.test(name));
  if (action) throw malformed(`Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (${action})`);
  const resource = resources.find((name) => name !== '*' && !/^arn:[\w*-]+:[\w*-]+:[^:]*:[^:]*:.+$/.test(name));
  if (resource) throw malformed(`Resource ${resource} must be in ARN format or "*".`);
}

/** The values of the one of two elements that is there; undefined when none or both are, or a value is no text. */
function exactlyOne(statement: Record<string, unknown>, ...names: [string, string]): string[] | undefined {
  const [name, second] = names.filter((candidate) => candidate in statement);
  if (name === undefined || second !== undefined) return undefined;
  const values = [statement[name]].flat();
  return values.length > 0 && values.every((value) => typeof value === 'string') ? values : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (message: string) => new ServiceError('MalformedPolicyDocument', message);
