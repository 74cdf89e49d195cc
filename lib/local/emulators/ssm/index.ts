import { jsonService, operation, textOf } from '../../gateway/operations.ts';
import { flag, integer, list, oneOf, required, structure, text } from '../../members.ts';
import { type Service, ServiceError, type ServiceRequest } from '../../service.ts';
import { tokenPage } from '../paging.ts';
import { checkName, splitSelector } from './names.ts';
import { invalid, type Parameter, type ParameterVersion, parameterArn, type SsmStore } from './store.ts';

const NAME = text({ min: 1, max: 2048 });
const LARGEST: Readonly<Record<string, number>> = { Standard: 4096, Advanced: 8192 };
/** Page size when the client names none. The service has 50; small pages make every client page. */
const DESCRIBE_PAGE = 10;
const PATH_PAGE = 10;

/** Parameters with their versions; policies, labels, filters by label and tags are not built. */
export function ssmService(store: SsmStore): Service {
  const arnOf = (name: string, { caller }: ServiceRequest) =>
    name.startsWith('arn:') ? splitSelector(name).name : parameterArn(caller.account, caller.region, name);
  const named = (member: string) => (input: Readonly<Record<string, unknown>>, request: ServiceRequest) =>
    arnOf(splitSelector(textOf(input, member)).name, request);
  const find = (given: string, { caller }: ServiceRequest) => {
    const { name, selector } = splitSelector(given);
    const parameter = store.findParameter(caller.account, caller.region, name);
    if (!parameter) return null;
    const version = parameter.versions.find((one) => selector === '' || `:${one.version}` === selector);
    return { parameter, selector, version: selector === '' ? parameter.versions.at(-1) : version };
  };

  return jsonService({
    name: 'ssm',
    targetPrefix: 'AmazonSSM',
    form: { version: '1.1' },
    operations: {
      PutParameter: operation({
        input: structure({
          Name: required(NAME),
          Value: required(text({ secret: true })),
          Type: oneOf('String', 'StringList', 'SecureString'),
          Description: text({ max: 1024 }),
          KeyId: text({ min: 1, max: 256, pattern: /^([a-zA-Z0-9:/_-]+)$/u }),
          Overwrite: flag(),
          Tier: oneOf('Standard', 'Advanced'),
          DataType: oneOf('text'),
        }),
        resource: named('Name'),
        run: ({ Name, Value, Type, Description, KeyId, Overwrite = false, Tier, DataType }, { caller }) => {
          checkName(Name);
          const tier = Tier === 'Advanced' ? 'Advanced' : 'Standard';
          if (Value === '') throw invalid('Parameter value must not be empty.');
          if (Buffer.byteLength(Value) > (LARGEST[tier] ?? 0)) {
            throw invalid(`${tier} tier parameters support a maximum parameter value of ${LARGEST[tier]} characters.`);
          }
          const type = Type as ParameterVersion['type'] | undefined;
          if (KeyId !== undefined && type !== 'SecureString') {
            throw invalid('KeyId is only allowed for parameters of the type SecureString.');
          }
          const { version } = store.putParameter({
            account: caller.account,
            region: caller.region,
            name: Name,
            type,
            value: Value,
            keyId: KeyId,
            description: Description,
            tier,
            dataType: DataType ?? 'text',
            overwrite: Overwrite,
            by: caller.arn,
          });
          return { Version: version, Tier: tier };
        },
      }),
      GetParameter: operation({
        input: structure({ Name: required(NAME), WithDecryption: flag() }),
        resource: named('Name'),
        run: ({ Name, WithDecryption = false }, request) => {
          const found = find(Name, request);
          if (!found) throw notFound(Name);
          const { parameter, version, selector } = found;
          if (version) return { Parameter: onWire(parameter, version, WithDecryption, selector) };
          const message = `Systems Manager could not find version ${selector.slice(1)} of ${parameter.name}.`;
          throw new ServiceError('ParameterVersionNotFound', message);
        },
      }),
      GetParameters: operation({
        input: structure({ Names: required(list(NAME, 1, 10)), WithDecryption: flag() }),
        resource: ({ Names }, request) => {
          const [first] = Array.isArray(Names) ? Names : [];
          return typeof first === 'string' ? arnOf(splitSelector(first).name, request) : null;
        },
        run: ({ Names, WithDecryption = false }, request) => {
          const asked = [...new Set(Names)].map((name) => ({ name, found: find(name, request) }));
          const Parameters = asked.flatMap(({ found }) =>
            found?.version ? [onWire(found.parameter, found.version, WithDecryption, found.selector)] : [],
          );
          const InvalidParameters = asked.filter(({ found }) => !found?.version).map(({ name }) => name);
          return { Parameters, InvalidParameters };
        },
      }),
      GetParametersByPath: operation({
        input: structure({
          Path: required(NAME),
          Recursive: flag(),
          WithDecryption: flag(),
          MaxResults: integer(1, 10),
          NextToken: text(),
        }),
        resource: named('Path'),
        run: ({ Path, Recursive = false, WithDecryption = false, MaxResults = PATH_PAGE, NextToken }, { caller }) => {
          if (!Path.startsWith('/')) {
            throw invalid('The parameter path must begin with a slash: it is the hierarchy of the parameters.');
          }
          const prefix = Path.endsWith('/') ? Path : `${Path}/`;
          const isBelow = ({ name }: Parameter) =>
            name.startsWith(prefix) && (Recursive || !name.slice(prefix.length).includes('/'));
          const all = store.parameters(caller.account, caller.region).filter(isBelow);
          const name = `GetParametersByPath ${prefix} ${Recursive}`;
          const { items, next } = tokenPage(all, {
            token: NextToken,
            size: MaxResults,
            name,
            code: 'InvalidNextToken',
          });
          const Parameters = items.map((one) => onWire(one, latest(one), WithDecryption, ''));
          return { Parameters, ...(next !== undefined && { NextToken: next }) };
        },
      }),
      DescribeParameters: operation({
        input: structure({ MaxResults: integer(1, 50), NextToken: text() }),
        run: ({ MaxResults = DESCRIBE_PAGE, NextToken }, { caller }) => {
          const all = store.parameters(caller.account, caller.region);
          const place = { token: NextToken, size: MaxResults, name: 'DescribeParameters', code: 'InvalidNextToken' };
          const { items, next } = tokenPage(all, place);
          return { Parameters: items.map(description), ...(next !== undefined && { NextToken: next }) };
        },
      }),
      DeleteParameter: operation({
        input: structure({ Name: required(NAME) }),
        resource: named('Name'),
        run: ({ Name }, { caller }) => {
          const parameter = store.findParameter(caller.account, caller.region, Name);
          if (!parameter) throw notFound(Name);
          store.deleteParameter(parameter);
          return {};
        },
      }),
    },
  });
}

const notFound = (name: string) => new ServiceError('ParameterNotFound', `Parameter ${name} not found.`);

function latest({ name, versions }: Parameter): ParameterVersion {
  const last = versions.at(-1);
  if (!last) throw new Error(`parameter ${name} has no version`);
  return last;
}

/** Without decryption a SecureString shows a text that tells nothing of its value. */
function onWire({ name, arn }: Parameter, version: ParameterVersion, decrypt: boolean, selector: string) {
  const isHidden = version.type === 'SecureString' && !decrypt;
  return {
    Name: name,
    Type: version.type,
    Value: isHidden ? Buffer.from(`encrypted:${arn}:${version.version}`).toString('base64') : version.value,
    Version: version.version,
    ...(selector !== '' && { Selector: selector }),
    LastModifiedDate: version.modified / 1000,
    ARN: arn,
    DataType: version.dataType,
  };
}

function description(parameter: Parameter) {
  const last = latest(parameter);
  return {
    Name: parameter.name,
    ARN: parameter.arn,
    Type: last.type,
    ...(last.keyId !== null && { KeyId: last.keyId }),
    LastModifiedDate: last.modified / 1000,
    LastModifiedUser: last.modifiedBy,
    ...(last.description !== null && { Description: last.description }),
    Version: last.version,
    Tier: last.tier,
    Policies: [],
    DataType: last.dataType,
  };
}
