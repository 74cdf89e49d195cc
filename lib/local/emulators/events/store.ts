import type { Clock } from '../../clock.ts';
import { ServiceError } from '../../service.ts';
import { type Matcher, readPattern } from './pattern.ts';
import { checkTargetInput, type TargetInput } from './target-input.ts';

/** One target of a rule, members as the API names them. */
export interface Target extends TargetInput {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
  readonly RetryPolicy?:
    | {
        readonly MaximumRetryAttempts?: number | undefined;
        /** 60 to 86 400. */
        readonly MaximumEventAgeInSeconds?: number | undefined;
      }
    | undefined;
}

/** What PutRule sets. */
export interface RuleSettings {
  readonly eventPattern: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly description: string | undefined;
}

export interface EventRule extends RuleSettings {
  readonly name: string;
  readonly arn: string;
  readonly bus: EventBus;
  readonly matches: Matcher;
  /** By their ids. */
  readonly targets: Map<string, Target>;
}

export interface EventBus {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Statements of the resource policy; a bus without any is open to its own account alone. */
  readonly statements: unknown[];
  /** By their names. */
  readonly rules: Map<string, EventRule>;
}

/** Which bus to make. */
export interface BusRequest {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly description?: string | undefined;
}

/** Where a name without an ARN leads. */
export interface BusPlace {
  readonly account: string;
  readonly region: string;
}

/** Event buses of all accounts and regions. */
export interface EventStore {
  /** Throws `ResourceAlreadyExistsException`. */
  putBus(request: BusRequest): EventBus;
  /** By name or ARN; every account has a bus `default` in every region. Throws `ResourceNotFoundException`. */
  bus(place: BusPlace, nameOrArn?: string): EventBus;
  buses(place: BusPlace): EventBus[];
  /** Makes or replaces a rule; the targets stay. Throws `InvalidEventPatternException`. */
  putRule(bus: EventBus, name: string, settings: RuleSettings): EventRule;
  /** Throws `ResourceNotFoundException`. */
  rule(bus: EventBus, name: string): EventRule;
  /** Makes or replaces a target. Throws `ValidationException`. */
  putTarget(rule: EventRule, target: Target): void;
}

/** Only state machines are targets here. */
const MACHINE = /^arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:[^:]+$/;
const BUS = /^arn:aws:events:([a-z0-9-]+):(\d{12}):event-bus\/(.+)$/;
const ROLE = /^arn:aws:iam::\d{12}:role\/.+$/;
/** Targets of a rule: quotas of EventBridge. */
const MOST_TARGETS = 5;

export function createEventStore(clock: Pick<Clock, 'now'>): EventStore {
  const buses = new Map<string, EventBus>();
  const make = ({ account, region, name, description }: BusRequest): EventBus => {
    const arn = `arn:aws:events:${region}:${account}:event-bus/${name}`;
    const created = clock.now();
    const bus: EventBus = { account, region, name, arn, description, created, statements: [], rules: new Map() };
    buses.set(arn, bus);
    return bus;
  };
  const find = (place: BusPlace, nameOrArn: string): EventBus | undefined => {
    const [, region = place.region, account = place.account, name = nameOrArn] = BUS.exec(nameOrArn) ?? [];
    const known = buses.get(`arn:aws:events:${region}:${account}:event-bus/${name}`);
    return known ?? (name === 'default' ? make({ account, region, name }) : undefined);
  };
  return {
    putBus(request) {
      if (find(request, request.name)) {
        throw new ServiceError('ResourceAlreadyExistsException', `Event bus ${request.name} already exists.`);
      }
      return make(request);
    },
    bus(place, nameOrArn = 'default') {
      const bus = find(place, nameOrArn);
      if (bus) return bus;
      throw notFound(`Event bus ${nameOrArn.replace(/^.*\//, '')} does not exist.`);
    },
    buses(place) {
      find(place, 'default');
      return [...buses.values()].filter(({ account, region }) => account === place.account && region === place.region);
    },
    putRule(bus, name, settings) {
      const matches = readPattern(settings.eventPattern);
      const path = bus.name === 'default' ? name : `${bus.name}/${name}`;
      const arn = `arn:aws:events:${bus.region}:${bus.account}:rule/${path}`;
      const targets = bus.rules.get(name)?.targets ?? new Map<string, Target>();
      const rule: EventRule = { ...settings, name, arn, bus, matches, targets };
      bus.rules.set(name, rule);
      return rule;
    },
    rule(bus, name) {
      const rule = bus.rules.get(name);
      if (rule) return rule;
      throw notFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
    },
    putTarget(rule, target) {
      if (!MACHINE.test(target.Arn)) {
        throw invalid(`Target ${target.Arn} is not supported by this emulator: only state machines are`);
      }
      if (!ROLE.test(target.RoleArn ?? '')) throw invalid(`RoleArn is required for target ${target.Arn}.`);
      checkTargetInput(target);
      if (!rule.targets.has(target.Id) && rule.targets.size >= MOST_TARGETS) {
        throw new ServiceError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      }
      rule.targets.set(target.Id, target);
    },
  };
}

const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);
const invalid = (message: string) => new ServiceError('ValidationException', message);
