import { all, bodyOf, own, type Rule } from './checks.ts';

/** Calls that use a key are told apart by their encryption context (KMS developer guide, condition keys). */
const use: Rule = (call) => {
  const { EncryptionContext } = bodyOf(call);
  const pairs = Object.entries(isObject(EncryptionContext) ? EncryptionContext : {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  const context = {
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    'kms:EncryptionContextKeys': pairs.map(([name]) => name),
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    'kms:CallerAccount': call.request.caller.account,
  };
  return own(call).map((check) => ({ ...check, context }));
};

/** What the operations that use a key need. */
export const dataKeyRules = all(['GenerateDataKey', 'Decrypt'], use);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
