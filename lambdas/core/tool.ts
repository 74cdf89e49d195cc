import packageFile from '../../package.json' with { type: 'json' };

/** What wrote a file: the tool with its version, and the version of the AWS SDK inside. */
export const toolIdentity = {
  name: packageFile.name,
  version: packageFile.version,
  sdk: packageFile.dependencies['@aws-sdk/client-dynamodb'],
} as const;
