import { type Operation, operation, textOf } from '../../gateway/operations.ts';
import { members } from '../../gateway/query.ts';
import type { XmlValue } from '../../gateway/xml.ts';
import { flag, structure } from '../../members.ts';
import type { ServiceRequest } from '../../service.ts';
import { parseIdentityPolicy } from './policy-document.ts';
import { noSuchEntity, tagRecord } from './roles.ts';
import * as shapes from './shapes.ts';
import type { IamStore, ManagedPolicy } from './store.ts';
import { dateXml, documentXml, page, policyXml } from './views.ts';

/** Managed policies, each with its first version only. */
export function policyOperations(store: IamStore): Record<string, Operation<Record<string, XmlValue> | undefined>> {
  const attachments = (policy: ManagedPolicy, account: string) =>
    store.roles(account).filter((role) => role.managedPolicies.has(policy.arn)).length;

  function existing(arn: string, { caller }: ServiceRequest): ManagedPolicy {
    const policy = store.findPolicy(arn);
    const visible = [`arn:aws:iam::${caller.account}:`, 'arn:aws:iam::aws:'].some((prefix) => arn.startsWith(prefix));
    if (!policy || !visible) throw noSuchEntity(`Policy ${arn} was not found.`);
    return policy;
  }

  return {
    CreatePolicy: operation({
      input: structure(shapes.CREATE_POLICY),
      resource: (input, { caller }) =>
        `arn:aws:iam::${caller.account}:policy${textOf(input, 'Path') || '/'}${textOf(input, 'PolicyName')}`,
      run: (input, { caller }) => {
        const policy = store.putPolicy({
          account: caller.account,
          name: input.PolicyName,
          document: parseIdentityPolicy(input.PolicyDocument),
          tags: tagRecord(input.Tags ?? []),
          ...(input.Path !== undefined && { path: input.Path }),
          ...(input.Description !== undefined && { description: input.Description }),
        });
        return { Policy: policyXml(policy, 0) };
      },
    }),
    GetPolicy: operation({
      input: structure({ PolicyArn: shapes.POLICY_ARN }),
      resource: (input) => textOf(input, 'PolicyArn'),
      run: ({ PolicyArn }, request) => {
        const policy = existing(PolicyArn, request);
        return { Policy: policyXml(policy, attachments(policy, request.caller.account)) };
      },
    }),
    GetPolicyVersion: operation({
      input: structure({ PolicyArn: shapes.POLICY_ARN, VersionId: shapes.VERSION_ID }),
      resource: (input) => textOf(input, 'PolicyArn'),
      run: ({ PolicyArn, VersionId }, request) => {
        const policy = existing(PolicyArn, request);
        if (VersionId !== 'v1') {
          throw noSuchEntity(`Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`);
        }
        return {
          PolicyVersion: {
            Document: documentXml(policy.document),
            VersionId,
            IsDefaultVersion: true,
            CreateDate: dateXml(policy.created),
          },
        };
      },
    }),
    ListPolicies: operation({
      input: structure({
        Scope: shapes.SCOPE,
        OnlyAttached: flag(),
        PathPrefix: shapes.PATH_PREFIX,
        ...shapes.PAGING,
      }),
      run: (input, { caller }) => {
        const scope = input.Scope ?? 'All';
        const all = [
          ...(scope === 'AWS' ? [] : store.policies(caller.account)),
          ...(scope === 'Local' ? [] : store.awsPolicies()),
        ]
          .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
          .filter((policy) => !input.OnlyAttached || attachments(policy, caller.account) > 0);
        const { items, paging } = page(all, input, 'ListPolicies');
        return {
          Policies: members(items.map((policy) => policyXml(policy, attachments(policy, caller.account)))),
          ...paging,
        };
      },
    }),
  };
}
