import type { Clock } from '../../clock.ts';
import { jsonService, operation, textOf } from '../../gateway/operations.ts';
import { integer, list, map, oneOf, required, structure, text, timestamp } from '../../members.ts';
import { type Service, ServiceError, type ServiceRequest } from '../../service.ts';
import { tokenPage } from '../paging.ts';
import { publish, type TargetPorts } from './delivery.ts';
import { checkTotalSize, type EventEntry, eventOf } from './entries.ts';
import { readPattern } from './pattern.ts';
import type { EventBus, EventRule, EventStore } from './store.ts';

/** Page size when the client names none. The service has 100; small pages make every client page. */
const DEFAULT_PAGE = 10;
const RULE_NAME = text({ min: 1, max: 64, pattern: /^[.\-_A-Za-z0-9]+$/u });
const BUS_NAME = text({
  min: 1,
  max: 1600,
  pattern: /^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/u,
});
const ARN = text({ min: 1, max: 1600 });
const PAGING = { NextToken: text({ min: 1, max: 2048 }), Limit: integer(1, 100) };
const entry = structure({
  Time: timestamp(),
  Source: text(),
  Resources: list(text()),
  DetailType: text(),
  Detail: text(),
  EventBusName: BUS_NAME,
  TraceHeader: text({ min: 1, max: 500 }),
});
const target = structure({
  Id: required(RULE_NAME),
  Arn: required(ARN),
  RoleArn: ARN,
  Input: text({ max: 8192 }),
  InputPath: text({ max: 256 }),
  InputTransformer: structure({
    InputPathsMap: map(text({ max: 256 }), 0, 100),
    InputTemplate: required(text({ min: 1, max: 8192 })),
  }),
  DeadLetterConfig: structure({ Arn: ARN }),
  RetryPolicy: structure({ MaximumRetryAttempts: integer(0, 185), MaximumEventAgeInSeconds: integer(60, 86_400) }),
});

/** What the emulator needs of the host. */
export interface EventsSettings {
  readonly store: EventStore;
  readonly ports: TargetPorts;
  readonly clock: Pick<Clock, 'now'>;
}

/** Event buses with rules by pattern whose targets are state machines; schedules, archives and pipes are not built. */
export function eventsService({ store, ports, clock }: EventsSettings): Service {
  const arnOf = (name: string, { caller }: ServiceRequest) =>
    name.startsWith('arn:') ? name : `arn:aws:events:${caller.region}:${caller.account}:event-bus/${name || 'default'}`;
  const busArn = (member: string) => (input: Readonly<Record<string, unknown>>, request: ServiceRequest) =>
    arnOf(textOf(input, member), request);
  const ruleArn = (member: string) => (input: Readonly<Record<string, unknown>>, request: ServiceRequest) => {
    const [, , , region, account, path = ''] = arnOf(textOf(input, 'EventBusName'), request).split(':');
    const bus = path.replace('event-bus/', '');
    const name = textOf(input, member);
    return `arn:aws:events:${region}:${account}:rule/${bus === 'default' ? name : `${bus}/${name}`}`;
  };
  const ruleOf = (name: string, bus: string | undefined, { caller }: ServiceRequest) =>
    store.rule(store.bus(caller, bus), name);
  const page = <T>(all: readonly T[], { NextToken: token, Limit = DEFAULT_PAGE }: Paging, name: string) => {
    const { items, next } = tokenPage(all, { token, size: Limit, name, code: 'ValidationException' });
    return { items, more: next === undefined ? {} : { NextToken: next } };
  };
  const take = (given: EventEntry, { caller }: ServiceRequest) => {
    const event = eventOf(given, caller, clock.now());
    if ('ErrorCode' in event) return event;
    try {
      publish(ports, store.bus(caller, given.EventBusName), event);
      return { EventId: event.id };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      // EventBridge takes an event for a bus that is not there, and drops it.
      ports.onLost(`event ${event.id} (${event['detail-type']}) is lost: ${error.message}`);
      return { EventId: event.id };
    }
  };

  return jsonService({
    name: 'events',
    targetPrefix: 'AWSEvents',
    form: { version: '1.1' },
    operations: {
      PutEvents: operation({
        input: structure({ Entries: required(list(entry, 1, 10)) }),
        resource: ({ Entries }, request) => {
          const [first] = Array.isArray(Entries) ? (Entries as EventEntry[]) : [];
          return arnOf(first?.EventBusName ?? '', request);
        },
        run: ({ Entries }, request) => {
          checkTotalSize(Entries);
          const results = Entries.map((one) => take(one, request));
          return { FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length, Entries: results };
        },
      }),
      PutRule: operation({
        input: structure({
          Name: required(RULE_NAME),
          EventPattern: required(text({ max: 4096 })),
          State: oneOf('ENABLED', 'DISABLED'),
          Description: text({ max: 512 }),
          EventBusName: BUS_NAME,
        }),
        resource: ruleArn('Name'),
        run: ({ Name, EventPattern: eventPattern, State = 'ENABLED', Description, EventBusName }, { caller }) => {
          const state = State === 'DISABLED' ? 'DISABLED' : 'ENABLED';
          const settings = { eventPattern, state, description: Description } as const;
          return { RuleArn: store.putRule(store.bus(caller, EventBusName), Name, settings).arn };
        },
      }),
      DeleteRule: operation({
        input: structure({ Name: required(RULE_NAME), EventBusName: BUS_NAME }),
        resource: ruleArn('Name'),
        run: ({ Name, EventBusName }, { caller }) => {
          const bus = store.bus(caller, EventBusName);
          if ((bus.rules.get(Name)?.targets.size ?? 0) > 0) {
            throw new ServiceError('ValidationException', "Rule can't be deleted since it has targets.");
          }
          bus.rules.delete(Name);
          return undefined;
        },
      }),
      DescribeRule: operation({
        input: structure({ Name: required(RULE_NAME), EventBusName: BUS_NAME }),
        resource: ruleArn('Name'),
        run: ({ Name, EventBusName }, request) => {
          const rule = ruleOf(Name, EventBusName, request);
          return { ...ruleOnWire(rule), CreatedBy: rule.bus.account };
        },
      }),
      ListRules: operation({
        input: structure({ NamePrefix: RULE_NAME, EventBusName: BUS_NAME, ...PAGING }),
        resource: busArn('EventBusName'),
        run: ({ NamePrefix = '', EventBusName, ...paging }, { caller }) => {
          const { rules, arn } = store.bus(caller, EventBusName);
          const all = [...rules.values()].filter(({ name }) => name.startsWith(NamePrefix));
          const { items, more } = page(all, paging, `ListRules ${arn} ${NamePrefix}`);
          return { Rules: items.map(ruleOnWire), ...more };
        },
      }),
      PutTargets: operation({
        input: structure({
          Rule: required(RULE_NAME),
          EventBusName: BUS_NAME,
          Targets: required(list(target, 1, 100)),
        }),
        resource: ruleArn('Rule'),
        run: ({ Rule, EventBusName, Targets }, request) => {
          const rule = ruleOf(Rule, EventBusName, request);
          for (const one of Targets) store.putTarget(rule, one);
          return { FailedEntryCount: 0, FailedEntries: [] };
        },
      }),
      RemoveTargets: operation({
        input: structure({
          Rule: required(RULE_NAME),
          EventBusName: BUS_NAME,
          Ids: required(list(RULE_NAME, 1, 100)),
        }),
        resource: ruleArn('Rule'),
        run: ({ Rule, EventBusName, Ids }, request) => {
          const { targets } = ruleOf(Rule, EventBusName, request);
          const missing = Ids.filter((id) => !targets.delete(id));
          const FailedEntries = missing.map((TargetId) => ({
            TargetId,
            ErrorCode: 'ResourceNotFoundException',
            ErrorMessage: `Target ${TargetId} does not exist.`,
          }));
          return { FailedEntryCount: missing.length, FailedEntries };
        },
      }),
      ListTargetsByRule: operation({
        input: structure({ Rule: required(RULE_NAME), EventBusName: BUS_NAME, ...PAGING }),
        resource: ruleArn('Rule'),
        run: ({ Rule, EventBusName, ...paging }, request) => {
          const rule = ruleOf(Rule, EventBusName, request);
          const { items, more } = page([...rule.targets.values()], paging, `ListTargetsByRule ${rule.arn}`);
          return { Targets: items, ...more };
        },
      }),
      DescribeEventBus: operation({
        input: structure({ Name: BUS_NAME }),
        resource: busArn('Name'),
        run: ({ Name }, { caller }) => busOnWire(store.bus(caller, Name)),
      }),
      ListEventBuses: operation({
        input: structure({ NamePrefix: BUS_NAME, ...PAGING }),
        run: ({ NamePrefix = '', ...paging }, { caller }) => {
          const all = store.buses(caller).filter(({ name }) => name.startsWith(NamePrefix));
          const { items, more } = page(all, paging, `ListEventBuses ${NamePrefix}`);
          return { EventBuses: items.map(busOnWire), ...more };
        },
      }),
      TestEventPattern: operation({
        input: structure({ EventPattern: required(text({ max: 4096 })), Event: required(text()) }),
        run: ({ EventPattern, Event }) => {
          const matches = readPattern(EventPattern);
          try {
            return { Result: matches(JSON.parse(Event)) };
          } catch {
            throw new ServiceError('InvalidEventPatternException', 'Event is not valid. Reason: it is not JSON');
          }
        },
      }),
    },
  });
}

interface Paging {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

const ruleOnWire = ({ name, arn, eventPattern, state, description, bus }: EventRule) => ({
  Name: name,
  Arn: arn,
  EventPattern: eventPattern,
  State: state,
  ...(description !== undefined && { Description: description }),
  EventBusName: bus.name,
});

const busOnWire = ({ name, arn, description, created, statements }: EventBus) => ({
  Name: name,
  Arn: arn,
  ...(description !== undefined && { Description: description }),
  ...(statements.length > 0 && { Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }),
  CreationTime: created / 1000,
  LastModifiedTime: created / 1000,
});
