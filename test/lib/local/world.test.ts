import { expect, it } from 'vitest';
import type { Deployment } from '../../../lib/local/loader/deployment.ts';
import { describeWorld } from '../../../lib/local/world.ts';

const environments = {
  tooling: { account: '111111111111', region: 'us-east-1' },
  externalId: 'external',
  environments: {},
};

const deployed = (outputs: Deployment['outputs']): Deployment => ({
  resources: [],
  outputs,
  functions: [],
  machines: [],
  buckets: [],
  roles: [],
  managedPolicies: [],
  keys: [],
  queues: [],
  eventBuses: [],
});

it('refuses a deployment without the outputs, or with two of the same name', () => {
  const stack = { ArtefactBucketName: 'artefacts', PromotionStateMachineArn: 'arn:m', EventBusName: 'bus' };
  const describe = (outputs: Deployment['outputs']) => () => describeWorld('http://x', environments, deployed(outputs));
  expect(describe({ a: stack })()).toMatchObject({ artefactBucket: 'artefacts', eventBus: 'bus' });
  expect(describe({ a: { PromotionStateMachineArn: 'arn:m' } })).toThrow('ArtefactBucketName, but 0 have it');
  expect(describe({ a: stack, b: stack })).toThrow('PromotionStateMachineArn, but 2 have it');
});
