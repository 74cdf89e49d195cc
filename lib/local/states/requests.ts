import { ServiceError } from '../service.ts';
import { parseStatesArn, type StatesArn } from './arns.ts';
import { DATA_LIMIT } from './json.ts';

/** Characters that no name of an execution or a machine may have, beside control characters. */
const FORBIDDEN = /[\s?*<>{}[\]:;,\\|^~$#%&`"/\p{Cc}]/u;

/** Throws `InvalidName` for a name with forbidden characters or of a length beyond 1 to 80. */
export function checkName(name: string): void {
  if (name.length < 1 || name.length > 80 || FORBIDDEN.test(name)) {
    throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
  }
}

/** Throws `InvalidExecutionInput` for text that is not JSON or larger than 256 KiB. */
export function checkExecutionInput(input: string): void {
  const bytes = Buffer.byteLength(input);
  if (bytes > DATA_LIMIT) {
    throw new ServiceError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${bytes} bytes are too many'`,
    );
  }
  try {
    JSON.parse(input);
  } catch (error) {
    const { message } = error as Error;
    throw new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${message}'`);
  }
}

/** Reads an ARN of one kind. Throws `InvalidArn`. */
export function requireArn(arn: string, kind: StatesArn['kind']): StatesArn {
  const parsed = parseStatesArn(arn);
  if (parsed?.kind === kind) return parsed;
  throw new ServiceError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
}
