import { ServiceError } from '../../service.ts';

/** One message that was published to a topic. */
export interface PublishedMessage {
  readonly messageId: string;
  readonly message: string;
  readonly subject: string | undefined;
}

export interface Topic {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  /** `DisplayName`, `Policy`, `KmsMasterKeyId` as the client gave them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly messages: PublishedMessage[];
}

export interface TopicRequest {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Topics of all accounts and regions. */
export interface SnsStore {
  /** Makes a topic or returns the one of that name; throws InvalidParameter when that has other attributes or tags. */
  putTopic(request: TopicRequest): Topic;
  findTopic(arn: string): Topic | undefined;
  topics(account: string, region: string): Topic[];
  deleteTopic(arn: string): void;
}

export function createSnsStore(): SnsStore {
  const topics = new Map<string, Topic>();
  return {
    putTopic({ account, region, name, attributes = {}, tags = {} }) {
      const arn = `arn:aws:sns:${region}:${account}:${name}`;
      const existing = topics.get(arn);
      if (!existing) {
        const topic: Topic = { account, region, name, arn, attributes, tags, messages: [] };
        topics.set(arn, topic);
        return topic;
      }
      for (const [what, given, kept] of [
        ['attributes', attributes, existing.attributes],
        ['tags', tags, existing.tags],
      ] as const) {
        if (Object.entries(given).some(([key, value]) => kept[key] !== value)) {
          throw new ServiceError(
            'InvalidParameter',
            `Invalid parameter: ${what} Reason: Topic already exists with different ${what}`,
          );
        }
      }
      return existing;
    },
    findTopic: (arn) => topics.get(arn),
    topics: (account, region) =>
      [...topics.values()].filter((topic) => topic.account === account && topic.region === region),
    deleteTopic: (arn) => void topics.delete(arn),
  };
}
