import { encodeUri } from '../../gateway/canonical.ts';
import { members } from '../../gateway/query.ts';
import type { XmlValue } from '../../gateway/xml.ts';
import { tokenPage } from '../paging.ts';
import type { ManagedPolicy, PolicyDocument, Role } from './store.ts';

/** Page size when the client names none. IAM has 100; small pages make every client page. */
const DEFAULT_PAGE = 20;

/** A page of a list, with the members that lead to the next. */
export function page<T>(all: readonly T[], input: { Marker?: string; MaxItems?: number }, name: string) {
  const size = input.MaxItems ?? DEFAULT_PAGE;
  const { items, next } = tokenPage(all, { token: input.Marker, size, name, code: 'ValidationError' });
  return { items, paging: { IsTruncated: next !== undefined, Marker: next } };
}

/** IAM answers policy documents percent-encoded. */
export const documentXml = (document: PolicyDocument) => encodeUri(JSON.stringify(document));

export const dateXml = (date: Date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z');

export const tagsXml = (tags: Iterable<readonly [string, string]>): XmlValue =>
  members([...tags].map(([Key, Value]) => ({ Key, Value })));

export const roleXml = (role: Role): XmlValue => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: dateXml(role.created),
  AssumeRolePolicyDocument: documentXml(role.trustPolicy),
  Description: role.description,
  MaxSessionDuration: role.maxSessionDuration,
  PermissionsBoundary:
    role.permissionsBoundary === null
      ? undefined
      : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.permissionsBoundary },
  Tags: role.tags.size > 0 ? tagsXml(role.tags) : undefined,
});

export const policyXml = (policy: ManagedPolicy, attachmentCount: number): XmlValue => ({
  PolicyName: policy.name,
  PolicyId: policy.policyId,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: 'v1',
  AttachmentCount: attachmentCount,
  IsAttachable: true,
  Description: policy.description,
  CreateDate: dateXml(policy.created),
  UpdateDate: dateXml(policy.created),
  Tags: policy.tags.size > 0 ? tagsXml(policy.tags) : undefined,
});
