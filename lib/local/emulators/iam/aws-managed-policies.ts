/** Policies of AWS that roles here may carry: those which the DMS and Lambda documentation tell people to attach. */
export const AWS_MANAGED_POLICIES = [
  policy('/', 'AdministratorAccess', ['*']),
  policy('/service-role/', 'AWSLambdaBasicExecutionRole', [
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]),
  policy('/service-role/', 'AmazonDMSVPCManagementRole', [
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeAvailabilityZones',
    'ec2:DescribeDhcpOptions',
    'ec2:DescribeInternetGateways',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcs',
    'ec2:ModifyNetworkInterfaceAttribute',
  ]),
  policy('/service-role/', 'AmazonDMSCloudWatchLogsRole', [
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:DescribeLogGroups',
    'logs:DescribeLogStreams',
    'logs:PutLogEvents',
  ]),
] as const;

function policy(path: string, name: string, actions: readonly string[]) {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  return { path, name, document: { Version: '2012-10-17', Statement: [statement] } };
}
