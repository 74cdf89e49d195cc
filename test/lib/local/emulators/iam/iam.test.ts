import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  paginateListRoles,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../../../../lib/local/clock.ts';
import { iamService } from '../../../../../lib/local/emulators/iam/index.ts';
import { createIamStore, type IamStore } from '../../../../../lib/local/emulators/iam/store.ts';
import { DEV, DEV_ROOT, lambdaTrust, ROOT, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let store: IamStore;
let iam: IAMClient;
const trust = JSON.stringify(lambdaTrust());
const allow = (change: Record<string, unknown> = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:Get*', Resource: '*', ...change }],
  });
const create = (RoleName: string, further: object = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, ...further }));

beforeAll(async () => {
  store = createIamStore(realClock());
  world = await startWorld([iamService(store)]);
  iam = new IAMClient(world.client(ROOT));
});
afterAll(() => world.close());

describe('roles', () => {
  it('come back with trust, tags and limits as they were created', async () => {
    await create('made', {
      Path: '/team/',
      Description: 'a <role>',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'made' }));
    expect(Role).toMatchObject({
      Arn: `arn:aws:iam::${TOOLING}:role/team/made`,
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Description: 'a <role>',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(lambdaTrust());
    expect(store.findRole(Role?.Arn ?? '')?.account).toBe(TOOLING);
  });

  it('are unique by name in an account, whatever path and case', async () => {
    await create('unique');
    await expect(create('UNIQUE', { Path: '/x/' })).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    const other = new IAMClient(world.client(DEV_ROOT));
    await other.send(new CreateRoleCommand({ RoleName: 'unique', AssumeRolePolicyDocument: trust }));
    expect(store.roleByName(DEV, 'unique')?.arn).toBe(`arn:aws:iam::${DEV}:role/unique`);
  });

  it('are listed in pages by name and path', async () => {
    for (const name of ['p3', 'p1', 'p2']) await create(name, { Path: '/paged/' });
    const names: string[] = [];
    for await (const page of paginateListRoles({ client: iam, pageSize: 2 }, { PathPrefix: '/paged/' })) {
      names.push(...(page.Roles ?? []).map(({ RoleName }) => RoleName ?? ''));
    }
    expect(names).toEqual(['p1', 'p2', 'p3']);
  });

  it.each([
    [
      'a trust policy that is not understood',
      { AssumeRolePolicyDocument: trust.replace('sts:AssumeRole', 'sts:Other') },
      'MalformedPolicyDocumentException',
    ],
    ['a trust policy that is no JSON', { AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocumentException'],
    ['a short session', { MaxSessionDuration: 60 }, 'ValidationError'],
    [
      'the same tag twice',
      {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      'InvalidInputException',
    ],
    [
      'a boundary that does not exist',
      { PermissionsBoundary: `arn:aws:iam::${TOOLING}:policy/none` },
      'NoSuchEntityException',
    ],
    ['a bad path', { Path: 'x' }, 'ValidationError'],
  ])('are refused with %s', async (_what, further, name) => {
    await expect(create('refused', further)).rejects.toMatchObject({ name });
    expect(store.roleByName(TOOLING, 'refused')).toBeUndefined();
  });

  it('change their trust and tags', async () => {
    await create('changed');
    const PolicyDocument = trust.replace('lambda', 'states');
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'changed', PolicyDocument }));
    await iam.send(new TagRoleCommand({ RoleName: 'changed', Tags: [{ Key: 'a', Value: '1' }] }));
    await iam.send(new TagRoleCommand({ RoleName: 'changed', Tags: [{ Key: 'a', Value: '2' }] }));
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'changed' }));
    expect(Tags).toEqual([{ Key: 'a', Value: '2' }]);
    expect(store.roleByName(TOOLING, 'changed')?.trustPolicy).toEqual(JSON.parse(PolicyDocument));
    const bad = new UpdateAssumeRolePolicyCommand({ RoleName: 'changed', PolicyDocument: '{}' });
    await expect(iam.send(bad)).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  it('answer NoSuchEntity when they are not there', async () => {
    await expect(iam.send(new GetRoleCommand({ RoleName: 'none' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('are deleted only without policies', async () => {
    const RoleName = 'deleted';
    await create(RoleName);
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole';
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: allow() }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const remove = () => iam.send(new DeleteRoleCommand({ RoleName }));
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await remove();
    expect(store.roleByName(TOOLING, RoleName)).toBeUndefined();
  });
});

describe('policies of a role', () => {
  const RoleName = 'holder';

  it('come back inline as they were put', async () => {
    await create(RoleName, { Path: '/deep/' });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: allow() }));
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'inline' }));
    expect(decodeURIComponent(PolicyDocument ?? '')).toBe(allow());
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    expect(PolicyNames).toEqual(['inline']);
    expect(world.gateway.calls().at(-1)?.resource).toBe(`arn:aws:iam::${TOOLING}:role/deep/holder`);
    await expect(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it.each([
    ['a wrong effect', allow({ Effect: 'Alow' })],
    ['an action without service', allow({ Action: 'GetObject' })],
    ['a resource that is no ARN', allow({ Resource: 'bucket' })],
    ['a principal', allow({ Principal: '*' })],
    ['no resource', allow({ Resource: undefined })],
    ['both Action and NotAction', allow({ NotAction: 's3:*' })],
    ['an unknown element', allow({ Resources: '*' })],
    ['no statement', '{"Version":"2012-10-17"}'],
  ])('are refused with %s', async (_what, PolicyDocument) => {
    const put = new PutRolePolicyCommand({ RoleName, PolicyName: 'bad', PolicyDocument });
    await expect(iam.send(put)).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  it('are attached by ARN when they exist', async () => {
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'managed', PolicyDocument: allow() }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(AttachedPolicies).toEqual([{ PolicyName: 'managed', PolicyArn: `arn:aws:iam::${TOOLING}:policy/managed` }]);
    const got = await iam.send(new GetPolicyCommand({ PolicyArn: Policy?.Arn }));
    expect(got.Policy).toMatchObject({ AttachmentCount: 1, DefaultVersionId: 'v1' });
    const missing = new AttachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/NoSuchPolicy' });
    await expect(iam.send(missing)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });
});

describe('managed policies', () => {
  it('return the document of their version', async () => {
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? '')).Statement[0].Action).toContain(
      'logs:PutLogEvents',
    );
    const second = new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' });
    await expect(iam.send(second)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('are listed by scope and attachment, and hidden from other accounts', async () => {
    const names = async (input: object, client = iam) =>
      (await client.send(new ListPoliciesCommand(input))).Policies?.map(({ PolicyName }) => PolicyName) ?? [];
    expect(await names({ Scope: 'Local' })).toEqual(['managed']);
    expect(await names({ Scope: 'AWS' })).toContain('AdministratorAccess');
    expect(await names({ OnlyAttached: true })).toEqual(['managed']);
    const dev = new IAMClient(world.client(DEV_ROOT));
    expect(await names({ Scope: 'Local' }, dev)).toEqual([]);
    const foreign = new GetPolicyCommand({ PolicyArn: `arn:aws:iam::${TOOLING}:policy/managed` });
    await expect(dev.send(foreign)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });
});

describe('operations that are not built', () => {
  it('are refused by name', async () => {
    await expect(iam.send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: expect.stringContaining('ListUsers'),
    });
  });
});
