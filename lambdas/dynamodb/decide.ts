import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Finding, PlanAction } from '../core/contracts.ts';
import type { Environments } from '../core/environments.ts';
import type { Journal } from '../core/journal.ts';
import { attempt, named } from '../core/retry.ts';
import type { BundledTable } from './bundle.ts';
import { changeFindings } from './change-definition.ts';
import { type Choice, chooseWay, wayOf } from './choose-way.ts';
import type { TableWays } from './costs-markdown.ts';
import { type Difference, differences, schemaDifferences } from './definition.ts';
import type { ForDestination } from './for-destination.ts';
import { ownership } from './ownership.ts';
import type { conflictCodes, PlanAsset } from './plan-file.ts';
import { keyConflicts, replicaVerdict } from './preflight.ts';
import type { TableState } from './read-table.ts';
import { isBeingReplaced } from './replacement.ts';
import type { Run } from './run.ts';
import type { TableClients } from './table-clients.ts';
import { isImportBegun } from './transfer/stage.ts';
import { type CopiedTable, waysOf } from './ways.ts';

/** What is to become of one table, and what that costs where items are copied. */
export interface Decision {
  readonly asset: PlanAsset;
  readonly findings: readonly Finding[];
  readonly ways: TableWays | null;
}

/** What a decision is made from. */
export interface Considered {
  readonly run: Run;
  readonly environments: Environments;
  readonly table: BundledTable;
  readonly wanted: ForDestination;
  readonly found: TableState | null;
  readonly journal: Journal;
}

/** A verdict before the way of the items is chosen. */
interface Verdict {
  readonly action: PlanAction;
  readonly reason: string;
  /** Of a conflict; where nothing is said, the table that is there is in the way. */
  readonly conflict?: (typeof conflictCodes)[number];
  /** What to do about a conflict, where that is not what its code says. */
  readonly resolution?: string;
  readonly differences?: readonly Difference[];
  readonly findings?: readonly Finding[];
}

/** What to do about a conflict of this code. */
const resolutions: Readonly<Record<(typeof conflictCodes)[number], string>> = {
  TableExists: 'remove the table, name another, or choose existing adopt, merge or replace',
  TableNotCreatable: 'remove the cause, give the key in kmsKeys, or leave the setting out by settings.exclude',
  EngineImpossible: 'choose engine auto or raw, or remove what stands in the way',
};

/** Actions that copy items. */
const copying: readonly PlanAction[] = ['create', 'replace', 'adopt', 'update'];

/** Decides what an import would do with one table, and how its items would travel. */
export async function decide(destination: TableClients, considered: Considered): Promise<Decision> {
  const { run, table, wanted } = considered;
  const verdict = await judge(destination, considered);
  const copied = copiedTable(considered, verdict.action);
  const ways = copying.includes(verdict.action) ? waysOf(copied, run.request) : null;
  // What an import has begun, no copy may mix with: it goes on or is taken back first.
  const goesOn = considered.found && verdict.action === 'create' && isImportBegun(considered.journal.of(table.as));
  const begun: Choice = { engine: 'exportImport', reason: 'its import has begun and goes on' };
  const choice = ways && (goesOn ? begun : chooseWay(copied, run.request, ways));
  const refused = choice?.refused;
  const { content: definition, sha256, statistics } = table.file;
  const asset: PlanAsset = {
    asset: table.table,
    destination: table.as,
    ...conclusion(verdict, refused),
    engine: choice?.engine ?? null,
    ...(considered.found ? { tableId: considered.found.id } : {}),
    bundleSha256: sha256,
    items: statistics.items ?? 0,
    bytes: statistics.bytes ?? 0,
    atLeast: statistics.atLeast ?? 0,
    differences: [...(verdict.differences ?? [])],
  };
  const made = verdict.action === 'create' || verdict.action === 'replace';
  return {
    asset,
    findings: [
      ...(made ? wanted.findings : []),
      ...(ways ? changeFindings(run.request, definition) : []),
      ...(choice?.engine === 'exportImport' ? limitsFinding(run.request, table.table) : []),
      ...(verdict.findings ?? []),
    ],
    ways: ways && {
      destination: table.as,
      ways,
      chosen: choice && wayOf(choice),
      reason: refused ?? choice?.reason ?? '',
      atLeast: (statistics.atLeast ?? 0) > 0,
    },
  };
}

/** A table that could be imported, but not by the engine that was asked for, is a conflict too. */
function conclusion(
  { action, reason, conflict = 'TableExists', resolution }: Verdict,
  refused: string | undefined,
): Pick<PlanAsset, 'action' | 'reason' | 'conflict' | 'resolution'> {
  if (refused !== undefined) {
    return {
      action: 'conflict',
      reason: refused,
      conflict: 'EngineImpossible',
      resolution: resolutions.EngineImpossible,
    };
  }
  if (action !== 'conflict') return { action, reason };
  return { action, reason, conflict, resolution: resolution ?? resolutions[conflict] };
}

/** A conflict with a table that is there. */
function inTheWay(reason: string, resolution: string, differences: readonly Difference[] = []): Verdict {
  return { action: 'conflict', reason, resolution, differences };
}

async function judge({ dynamodb, describeKey }: TableClients, considered: Considered): Promise<Verdict> {
  const { run, table, wanted, found, journal } = considered;
  const { as, file } = table;
  const { existing } = run.request;
  // Without an entry that fits, the definition has the source's key, which nobody here may ask for.
  const obstacles = async () =>
    wanted.conflicts.length > 0 ? wanted.conflicts : await keyConflicts(wanted.definition, describeKey);
  const isGoingOn = isBeingReplaced(journal.of(as), found);
  if (!found || isGoingOn) {
    const reasons = await obstacles();
    if (reasons.length > 0) return { action: 'conflict', reason: reasons.join('; '), conflict: 'TableNotCreatable' };
    return isGoingOn
      ? { action: 'replace', reason: 'this promotion has begun to replace it and goes on' }
      : { action: 'create', reason: 'the destination has no such table' };
  }

  const own = ownership(journal, as, found, wanted.definition);
  if (own.state === 'complete') {
    const drift = differences(wanted.definition, found.definition);
    return own.bundleSha256 === file.sha256
      ? { action: 'unchanged', reason: 'this promotion has done it', differences: drift }
      : inTheWay(
          'this promotion made it from another definition',
          'put the definition back, or use another promotionId',
          drift,
        );
  }
  if (own.state === 'undone') {
    return inTheWay('this promotion was rolled back in it', 'use another promotionId');
  }
  if (own.state === 'begun') return { action: own.action, reason: 'this promotion has begun it and goes on' };

  if (existing === 'fail') return { action: 'conflict', reason: 'the table exists and existing is "fail"' };
  const replicas = replicaVerdict(existing, found);
  if (replicas.conflict !== null) return inTheWay(replicas.conflict, 'name another table, or choose existing merge');
  if (!found.active) return inTheWay(`the table is ${found.status}`, 'wait until it is active, then start again');
  const all = differences(wanted.definition, found.definition);
  if (existing === 'replace') {
    const isProtected = found.definition.table.DeletionProtectionEnabled;
    const protection = isProtected
      ? ['the table is protected against deletion; take the protection off, or merge']
      : [];
    const others = await obstacles();
    const reason = [...protection, ...others].join('; ');
    if (reason === '') {
      return { action: 'replace', reason: 'the table is backed up, deleted and made anew', differences: all };
    }
    if (others.length > 0) return { action: 'conflict', reason, conflict: 'TableNotCreatable', differences: all };
    return inTheWay(reason, 'take the protection off, or choose existing merge', all);
  }
  const schema = schemaDifferences(wanted.definition, found.definition);
  if (schema.length > 0) {
    return inTheWay('the table has other keys or indexes', 'name another table, or choose existing replace', schema);
  }
  const findings = [...settingsFinding(as, all), ...replicas.findings];
  if (existing === 'merge') {
    const reason = run.request.onlyIfAbsent
      ? 'items whose key it lacks are written, others are left'
      : 'items that differ are written, others are left';
    return { action: 'update', reason, findings };
  }
  return (await isEmpty(dynamodb, as))
    ? { action: 'adopt', reason: 'the table is empty and has the same keys and indexes', findings }
    : inTheWay(
        'the table has items and existing is "adopt"',
        'remove them, name another table, or choose existing merge or replace',
      );
}

/** Parts of both tables that a verification reads. */
const verifiedPart = { full: 1, sample: 0.01, count: 1, none: 0 } as const;

function copiedTable({ run, environments, table, wanted, found }: Considered, action: PlanAction): CopiedTable {
  const { content: source, statistics } = table.file;
  const origin = environments.environments[run.source];
  return {
    items: statistics.items ?? 0,
    bytes: statistics.bytes ?? 0,
    source: source.table,
    destination: wanted.definition.table,
    // A table that is replaced is there now and will not be when the items come.
    exists: found !== null && action !== 'replace',
    replicas: found?.replicas.length ?? 0,
    recoverable: source.pointInTimeRecovery !== null,
    sourceRegion: origin?.region ?? '',
    destinationRegion: environments.environments[run.destination]?.region ?? '',
    verified: verifiedPart[run.request.verify],
    hindrances: [
      ...(origin?.sourceChange ? [] : [`environment "${run.source}" has no source-change role (sourceChange is off)`]),
      ...(action === 'replace' ? ['a table that replaces another is written'] : []),
    ],
  };
}

function settingsFinding(as: string, found: readonly Difference[]): Finding[] {
  if (found.length === 0) return [];
  const list = found.map(({ path, wanted, found }) => `${path} (source ${wanted}, here ${found})`).join(', ');
  return [{ code: 'SettingsKept', asset: as, message: `${as} keeps its own settings: ${list}` }];
}

/** The service copies at its own pace; only the comparison after it keeps the limits. */
function limitsFinding({ limits = {} }: Run['request'], asset: string): Finding[] {
  if (limits.readUnits === undefined && limits.writeUnits === undefined) return [];
  return [{ code: 'LimitsNotKept', asset, message: `limits do not hold for the export and import of ${asset}` }];
}

/** One strongly consistent read: the item count of the description may be six hours old. */
async function isEmpty(client: DynamoDBClient, table: string): Promise<boolean> {
  const page = await attempt(
    () => client.send(new ScanCommand({ TableName: table, Limit: 1, ConsistentRead: true, Select: 'COUNT' })),
    { check: ({ Count }) => (Count === undefined ? `dynamodb answered no count of ${table}` : null) },
  ).catch((error: unknown) => {
    throw named(error, `looking whether ${table} is empty`);
  });
  return page.Count === 0 && !page.LastEvaluatedKey;
}
