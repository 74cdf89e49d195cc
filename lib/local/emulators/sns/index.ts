import { operation, queryService, textOf } from '../../gateway/operations.ts';
import { entries, members } from '../../gateway/query.ts';
import { blob, list, map, required, structure, text } from '../../members.ts';
import { type Service, ServiceError, type ServiceRequest } from '../../service.ts';
import { tokenPage } from '../paging.ts';
import { invalid, publishTo } from './publish.ts';
import type { SnsStore, Topic } from './store.ts';

/** SNS has fixed pages of 100; small pages make every client page. */
const PAGE = 20;
const ATTRIBUTES = ['DisplayName', 'Policy', 'KmsMasterKeyId'];
const TOPIC_ARN = required(text());
const attribute = structure({ DataType: required(text()), StringValue: text(), BinaryValue: blob() });
const tag = structure({ Key: required(text({ min: 1, max: 128 })), Value: required(text({ max: 256 })) });

/** Standard topics that keep what is published to them; there are no subscriptions. */
export function snsService(store: SnsStore): Service {
  const topicArn = (input: Readonly<Record<string, unknown>>) => textOf(input, 'TopicArn') || null;

  function existing(arn: string, { caller }: ServiceRequest): Topic {
    if (!/^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/.test(arn))
      throw invalid('TopicArn', 'An ARN must have at least 6 elements');
    const topic = store.findTopic(arn);
    if (topic?.region === caller.region) return topic;
    throw new ServiceError('NotFound', 'Topic does not exist', 404);
  }

  return queryService({
    name: 'sns',
    form: { version: '2010-03-31', xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/' },
    codes: { invalid: 'InvalidParameter', type: 'InvalidParameter' },
    operations: {
      CreateTopic: operation({
        input: structure({ Name: required(text()), Attributes: map(text()), Tags: list(tag, 0, 50) }),
        resource: (input, { caller }) => `arn:aws:sns:${caller.region}:${caller.account}:${textOf(input, 'Name')}`,
        run: ({ Name, Attributes = {}, Tags = [] }, { caller }) => {
          if (!/^[\w-]{1,256}$/.test(Name))
            throw invalid('Topic Name', 'standard topic names have 1 to 256 letters, digits, - and _');
          const unbuilt = Object.keys(Attributes).find((name) => !ATTRIBUTES.includes(name));
          if (unbuilt) throw invalid('Attributes', `${unbuilt} is not implemented by this emulator`);
          const { account, region } = caller;
          const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
          return { TopicArn: store.putTopic({ account, region, name: Name, attributes: Attributes, tags }).arn };
        },
      }),
      ListTopics: operation({
        input: structure({ NextToken: text() }),
        run: ({ NextToken }, { caller }) => {
          const all = store.topics(caller.account, caller.region);
          const place = { token: NextToken, size: PAGE, name: 'ListTopics', code: 'InvalidParameter' };
          const { items, next } = tokenPage(all, place);
          return { Topics: members(items.map(({ arn }) => ({ TopicArn: arn }))), NextToken: next };
        },
      }),
      GetTopicAttributes: operation({
        input: structure({ TopicArn: TOPIC_ARN }),
        resource: topicArn,
        run: ({ TopicArn }, request) => {
          const topic = existing(TopicArn, request);
          const fixed = {
            TopicArn,
            Owner: topic.account,
            DisplayName: '',
            Policy: defaultPolicy(topic),
            SubscriptionsPending: '0',
            SubscriptionsConfirmed: '0',
            SubscriptionsDeleted: '0',
          };
          return { Attributes: entries({ ...fixed, ...topic.attributes }) };
        },
      }),
      DeleteTopic: operation({
        input: structure({ TopicArn: TOPIC_ARN }),
        resource: topicArn,
        // Deleting a topic that does not exist succeeds: documentation of DeleteTopic.
        run: ({ TopicArn }) => {
          store.deleteTopic(TopicArn);
          return undefined;
        },
      }),
      Publish: operation({
        input: structure({
          TopicArn: TOPIC_ARN,
          Message: required(text()),
          Subject: text(),
          MessageAttributes: map(attribute),
        }),
        resource: topicArn,
        run: ({ TopicArn, Message, Subject }, request) => {
          return { MessageId: publishTo(existing(TopicArn, request), Message, Subject) };
        },
      }),
    },
  });
}

/** What SNS shows for a topic without a policy of its own: its account may use it. */
function defaultPolicy(topic: Topic): string {
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['SNS:GetTopicAttributes', 'SNS:DeleteTopic', 'SNS:Publish'],
    Resource: topic.arn,
    Condition: { StringEquals: { 'AWS:SourceOwner': topic.account } },
  };
  return JSON.stringify({ Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] });
}
