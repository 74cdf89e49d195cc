import type { Clock } from '../../clock.ts';
import { ServiceError } from '../../service.ts';

export type ParameterType = 'String' | 'StringList' | 'SecureString';

/** One version of a parameter, whole. */
export interface ParameterVersion {
  readonly version: number;
  readonly type: ParameterType;
  readonly value: string;
  /** Of a SecureString, `alias/aws/ssm` where none was given. */
  readonly keyId: string | null;
  readonly description: string | null;
  readonly tier: 'Standard' | 'Advanced';
  readonly dataType: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** ARN of who wrote it. */
  readonly modifiedBy: string;
}

export interface Parameter {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  /** Oldest first, never empty. */
  readonly versions: ParameterVersion[];
}

/** Which parameter to write, and what. */
export interface ParameterRequest {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly type: ParameterType | undefined;
  readonly value: string;
  readonly keyId: string | undefined;
  readonly description: string | undefined;
  readonly tier: 'Standard' | 'Advanced';
  readonly dataType: string;
  readonly overwrite: boolean;
  readonly by: string;
}

/** Parameters of all accounts and regions. */
export interface SsmStore {
  /** Throws `ParameterAlreadyExists`, and `ValidationException` for a first version without a type. */
  putParameter(request: ParameterRequest): ParameterVersion;
  /** By name or ARN. */
  findParameter(account: string, region: string, name: string): Parameter | undefined;
  /** In the order of their names. */
  parameters(account: string, region: string): Parameter[];
  deleteParameter(parameter: Parameter): void;
}

/** Versions that are kept: quota of Parameter Store. */
const MOST_VERSIONS = 100;

export function createSsmStore(clock: Pick<Clock, 'now'>): SsmStore {
  const parameters = new Map<string, Parameter>();
  return {
    putParameter({ account, region, name, overwrite, by, ...given }) {
      const arn = parameterArn(account, region, name);
      const existing = parameters.get(arn);
      const last = existing?.versions.at(-1);
      if (last && !overwrite) {
        const message =
          'The parameter already exists. To overwrite this value, set the overwrite option in the request';
        throw new ServiceError('ParameterAlreadyExists', `${message} to true.`);
      }
      const type = given.type ?? last?.type;
      if (!type) throw invalid('A parameter type is required when you create a parameter.');
      const parameter: Parameter = existing ?? { account, region, name, arn, versions: [] };
      const version: ParameterVersion = {
        version: (last?.version ?? 0) + 1,
        type,
        value: given.value,
        keyId: type === 'SecureString' ? (given.keyId ?? last?.keyId ?? 'alias/aws/ssm') : null,
        description: given.description ?? last?.description ?? null,
        tier: given.tier,
        dataType: given.dataType,
        modified: clock.now(),
        modifiedBy: by,
      };
      parameter.versions.push(version);
      if (parameter.versions.length > MOST_VERSIONS) parameter.versions.shift();
      parameters.set(arn, parameter);
      return version;
    },
    findParameter: (account, region, name) =>
      parameters.get(name.startsWith('arn:') ? name : parameterArn(account, region, name)),
    parameters: (account, region) =>
      [...parameters.values()]
        .filter((parameter) => parameter.account === account && parameter.region === region)
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
    deleteParameter: ({ arn }) => void parameters.delete(arn),
  };
}

/** A name with a path begins with the slash that the ARN has anyway. */
export function parameterArn(account: string, region: string, name: string): string {
  return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}

/** The refusal of an input that breaks a rule of Parameter Store. */
export const invalid = (message: string) => new ServiceError('ValidationException', message);
