import { createHash } from 'node:crypto';

/** A resource of a template whose identity is asked for. */
export interface IdentityRequest {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  readonly logicalId: string;
  /** A resolved property as text, undefined when the template does not set it. */
  property(name: string): string | undefined;
}

/** What `Ref` and `Fn::GetAtt` answer for a resource, as in the CloudFormation resource reference. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The closed list of resource types, each with what it is called once deployed. Names that a template leaves open are
 * like CloudFormation's (`<stack>-<logical id>-<suffix>`), but the same in every run.
 */
export const identities: Readonly<Record<string, (request: IdentityRequest) => Identity>> = {
  'AWS::KMS::Key': (request) => {
    const keyId = digest(request).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    return { ref: keyId, attributes: { KeyId: keyId, Arn: arn(request, 'kms', `key/${keyId}`) } };
  },
  'AWS::KMS::Alias': (request) => ({ ref: request.property('AliasName') ?? '', attributes: {} }),
  'AWS::S3::Bucket': (request) => {
    const name = request.property('BucketName') ?? bucketName(request);
    return {
      ref: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${request.region}.amazonaws.com`,
      },
    };
  },
  'AWS::S3::BucketPolicy': (request) => ({ ref: request.property('Bucket') ?? '', attributes: {} }),
  'AWS::IAM::Role': (request) => {
    const name = request.property('RoleName') ?? physicalName(request, 64);
    return {
      ref: name,
      attributes: {
        Arn: `arn:aws:iam::${request.account}:role${request.property('Path') ?? '/'}${name}`,
        RoleId: `AROA${digest(request).slice(0, 17).toUpperCase()}`,
      },
    };
  },
  'AWS::IAM::Policy': (request) => ({ ref: physicalName(request, 128), attributes: {} }),
  'AWS::IAM::ManagedPolicy': (request) => {
    const name = request.property('ManagedPolicyName') ?? physicalName(request, 128);
    const policyArn = `arn:aws:iam::${request.account}:policy${request.property('Path') ?? '/'}${name}`;
    return { ref: policyArn, attributes: { PolicyArn: policyArn } };
  },
  'AWS::Lambda::Function': (request) => {
    const name = request.property('FunctionName') ?? physicalName(request, 64);
    return { ref: name, attributes: { Arn: arn(request, 'lambda', `function:${name}`) } };
  },
  'AWS::Logs::LogGroup': (request) => {
    const name = request.property('LogGroupName') ?? physicalName(request, 512);
    return { ref: name, attributes: { Arn: `${arn(request, 'logs', `log-group:${name}`)}:*` } };
  },
  'AWS::StepFunctions::StateMachine': (request) => {
    const name = request.property('StateMachineName') ?? physicalName(request, 80);
    const machineArn = arn(request, 'states', `stateMachine:${name}`);
    return { ref: machineArn, attributes: { Arn: machineArn, Name: name } };
  },
  'AWS::Events::EventBus': (request) => {
    const name = request.property('Name') ?? '';
    return { ref: name, attributes: { Arn: arn(request, 'events', `event-bus/${name}`), Name: name } };
  },
  'AWS::Events::EventBusPolicy': (request) => ({ ref: physicalName(request, 64), attributes: {} }),
  'AWS::Events::Rule': (request) => {
    const name = request.property('Name') ?? physicalName(request, 64);
    const bus = request.property('EventBusName') ?? 'default';
    const path = bus === 'default' ? name : `${bus}/${name}`;
    return {
      ref: bus === 'default' ? name : `${bus}|${name}`,
      attributes: { Arn: arn(request, 'events', `rule/${path}`) },
    };
  },
  'AWS::SQS::Queue': (request) => {
    const name = request.property('QueueName') ?? physicalName(request, 80);
    return {
      ref: `https://sqs.${request.region}.amazonaws.com/${request.account}/${name}`,
      attributes: { Arn: arn(request, 'sqs', name), QueueName: name },
    };
  },
  'AWS::SQS::QueuePolicy': (request) => ({ ref: physicalName(request, 80), attributes: {} }),
  'AWS::CDK::Metadata': (request) => ({ ref: request.logicalId, attributes: {} }),
};

function arn({ region, account }: IdentityRequest, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

/** Hexadecimal, the same for the same resource of the same stack. */
function digest({ account, region, stack, logicalId }: IdentityRequest): string {
  return createHash('sha256').update([account, region, stack, logicalId].join('/')).digest('hex');
}

/** CloudFormation's form of a generated name, cut in the middle part to `maximum` characters. */
function physicalName(request: IdentityRequest, maximum: number): string {
  const suffix = digest(request).slice(0, 12).toUpperCase();
  return `${`${request.stack}-${request.logicalId}`.slice(0, maximum - suffix.length - 1)}-${suffix}`;
}

/** Bucket names are lower case, at most 63 characters, and global, hence the account. */
function bucketName(request: IdentityRequest): string {
  const suffix = `${digest(request).slice(0, 6)}-${request.account}`;
  return `${`${request.stack}-${request.logicalId}`.toLowerCase().slice(0, 62 - suffix.length)}-${suffix}`;
}
