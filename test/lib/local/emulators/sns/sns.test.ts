import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snsService } from '../../../../../lib/local/emulators/sns/index.ts';
import { createSnsStore, type SnsStore } from '../../../../../lib/local/emulators/sns/store.ts';
import type { XmlElement } from '../../../../../lib/local/gateway/xml.ts';
import { callQuery, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

let world: World;
let store: SnsStore;
const call = (Action: string, fields: Record<string, string> = {}) =>
  callQuery(world.endpoint, 'sns', { Action, Version: '2010-03-31', ...fields });
const arnOf = (name: string) => `arn:aws:sns:us-east-1:${TOOLING}:${name}`;
const texts = (element: XmlElement, name: string): string[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child.text] : []), ...texts(child, name)]);

beforeAll(async () => {
  store = createSnsStore();
  world = await startWorld([snsService(store)]);
});
afterAll(() => world.close());

describe('topics', () => {
  const attributes = { 'Attributes.entry.1.key': 'DisplayName', 'Attributes.entry.1.value': 'News & more' };

  it('come back with their attributes', async () => {
    const created = await call('CreateTopic', { Name: 'news', ...attributes });
    expect(texts(created.xml, 'TopicArn')).toEqual([arnOf('news')]);
    const got = await call('GetTopicAttributes', { TopicArn: arnOf('news') });
    const keys = texts(got.xml, 'key');
    const values = texts(got.xml, 'value');
    expect(values[keys.indexOf('DisplayName')]).toBe('News & more');
    expect(values[keys.indexOf('Owner')]).toBe(TOOLING);
  });

  it('are made once: the same again succeeds, other attributes are refused', async () => {
    expect((await call('CreateTopic', { Name: 'news', ...attributes })).status).toBe(200);
    const other = await call('CreateTopic', { Name: 'news', ...attributes, 'Attributes.entry.1.value': 'Other' });
    expect(texts(other.xml, 'Code')).toEqual(['InvalidParameter']);
  });

  it.each([
    ['a bad name', { Name: 'a b' }],
    ['a FIFO name', { Name: 'a.fifo' }],
    [
      'an attribute that is not built',
      { Name: 'x', 'Attributes.entry.1.key': 'FifoTopic', 'Attributes.entry.1.value': 'true' },
    ],
    ['an unknown member', { Name: 'x', Other: '1' }],
  ])('are refused with %s', async (_what, fields) => {
    const refused = await call('CreateTopic', fields);
    expect([refused.status, ...texts(refused.xml, 'Code')]).toEqual([400, 'InvalidParameter']);
  });

  it('are listed in pages', async () => {
    for (let index = 0; index < 21; index++)
      store.putTopic({ account: TOOLING, region: 'us-east-1', name: `t${index}` });
    const first = await call('ListTopics');
    const [NextToken = ''] = texts(first.xml, 'NextToken');
    const rest = await call('ListTopics', { NextToken });
    const found = [...texts(first.xml, 'TopicArn'), ...texts(rest.xml, 'TopicArn')];
    expect(new Set(found).size).toBe(22);
    expect(texts(rest.xml, 'NextToken')).toEqual([]);
  });

  it('are gone once deleted, and may be deleted again', async () => {
    for (const _attempt of [1, 2]) expect((await call('DeleteTopic', { TopicArn: arnOf('t0') })).status).toBe(200);
    const got = await call('GetTopicAttributes', { TopicArn: arnOf('t0') });
    expect([got.status, ...texts(got.xml, 'Code')]).toEqual([404, 'NotFound']);
  });
});

describe('Publish', () => {
  it('keeps the message in its topic', async () => {
    const sent = await call('Publish', { TopicArn: arnOf('news'), Message: 'hé & <x>', Subject: 'subject' });
    const [messageId] = texts(sent.xml, 'MessageId');
    expect(store.findTopic(arnOf('news'))?.messages).toEqual([{ messageId, message: 'hé & <x>', subject: 'subject' }]);
  });

  it.each([
    ['no topic', { TopicArn: arnOf('none'), Message: 'm' }, 'NotFound'],
    ['no ARN', { TopicArn: 'news', Message: 'm' }, 'InvalidParameter'],
    ['no message', { TopicArn: arnOf('news'), Message: '' }, 'InvalidParameter'],
    ['a long message', { TopicArn: arnOf('news'), Message: 'x'.repeat(262_145) }, 'InvalidParameter'],
    ['a subject with a line feed', { TopicArn: arnOf('news'), Message: 'm', Subject: 'a\nb' }, 'InvalidParameter'],
    ['a phone number, which is not built', { PhoneNumber: '+1', Message: 'm' }, 'InvalidParameter'],
  ])('is refused with %s', async (_what, fields, code) => {
    expect(texts((await call('Publish', fields)).xml, 'Code')).toEqual([code]);
  });
});

describe('operations that are not built', () => {
  it('are refused by name', async () => {
    const refused = await call('Subscribe', {});
    expect(texts(refused.xml, 'Code')).toEqual(['InvalidAction']);
    expect(refused.body).toContain('Subscribe');
  });
});
