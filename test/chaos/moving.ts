import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import type { Ended, Item, TestWorld } from '../support/world.ts';
import { failureOf, isMismatch, type Outcome, runToEnd } from './runs.ts';
import { keyOf, type Scenario, wantedOf } from './scenario.ts';
import type { SeedTable } from './tables.ts';
import type { History, Writer } from './writer.ts';

/** A promotion of a source that somebody went on writing to. */
export interface Moved {
  readonly tables: readonly SeedTable[];
  readonly scenario: Scenario;
  readonly input: { readonly promotionId: string; readonly kinds: { readonly dynamodb: object } };
  /** Stopped. */
  readonly writer: Writer;
}

/** What a run of a source that moves may end with: well, or with mismatches and the finding that tells why. */
export function isMovedEnd(ended: Ended): boolean {
  return ended.status === 'SUCCEEDED' || isMismatch(ended);
}

/**
 * What is wrong after the last run of such a promotion. Whoever was not touched must be there as it was; what was
 * touched, in one of the versions that it had meanwhile. Then, the writer being gone, both sides must become equal.
 */
export async function movedDifferences(
  world: TestWorld,
  moved: Moved,
  outcome: Extract<Outcome, { kind: 'ended' }>,
  deadline: number,
): Promise<string[]> {
  const { tables, scenario, writer } = moved;
  const { last } = outcome;
  if (!isMovedEnd(last)) return [failureOf(last) ?? ''];
  const found = await Promise.all(
    tables.map(async (table) => {
      const present = await world.scan(world.prod, table.copy);
      return versionDifferences(table, scenario, present, writer.histories.get(table.name) ?? new Map());
    }),
  );
  const problems = [...found.flat(), ...(await findingProblems(world, moved, last))];
  return problems.length > 0 ? problems : await equalised(world, moved, deadline);
}

/** Items of the destination that never were so at the source while the promotion ran. */
export function versionDifferences(
  { copy, definition, items, before = [] }: SeedTable,
  { wanted }: Pick<Scenario, 'wanted'>,
  present: readonly Item[],
  history: History,
): string[] {
  const textOf = keyOf(definition);
  const byKey = (all: readonly Item[]) => new Map(all.map((item) => [textOf(item), item]));
  const [source, remnants, actual] = [byKey(items), byKey(before), byKey(present)];
  const text = (item: Item | null | undefined) => (item ? canonicalItem(item) : 'absent');
  return [...new Set([...source.keys(), ...remnants.keys(), ...history.keys(), ...actual.keys()])].flatMap((key) => {
    const versions = history.get(key) ?? [source.get(key) ?? null];
    // A merge leaves what it finds under a key that the source lacks.
    const allowed = versions.map((item) => (item && wanted(item)) ?? remnants.get(key) ?? null).map(text);
    if (allowed.includes(text(actual.get(key)))) return [];
    const kind = history.has(key) ? `touched (${versions.length} versions)` : 'untouched';
    return [`${copy}: ${kind} item ${key} is ${text(actual.get(key))}, not ${allowed.slice(0, 3).join(' or ')}`];
  });
}

async function findingProblems(world: TestWorld, { input, writer }: Moved, last: Ended): Promise<string[]> {
  if (last.status === 'SUCCEEDED') return [];
  const touched = [...writer.histories.values()].some((history) => history.size > 0);
  if (!touched) return [`nothing was touched, but: ${failureOf(last)}`];
  const report = JSON.parse(await world.read(`promotions/${input.promotionId}/report.json`)) as Report;
  const { assets, findings } = report.kinds.dynamodb;
  const told = new Set(findings.filter(({ code }) => code === 'SourceChanged').map(({ asset }) => asset));
  return assets
    .filter(({ asset, verified }) => verified === false && !told.has(asset))
    .map(({ asset, items }) => `${asset} differs (${JSON.stringify(items)}) without the finding SourceChanged`);
}

interface Report {
  readonly kinds: {
    readonly dynamodb: {
      readonly assets: readonly { readonly asset: string; readonly verified: boolean | null; readonly items: object }[];
      readonly findings: readonly { readonly code: string; readonly asset?: string }[];
    };
  };
}

/** Repairs and answers what is unequal after that; what was deleted at the source must be told as extra, and left. */
async function equalised(world: TestWorld, { tables, scenario, input }: Moved, deadline: number): Promise<string[]> {
  const dynamodb = { ...input.kinds.dynamodb, repair: true };
  const repair = { ...input, mode: 'verify', kinds: { dynamodb } };
  const surplusIsWrong = scenario.existing !== 'merge';
  const onlySurplus = (ended: Ended) => surplusIsWrong && isMismatch(ended);
  const outcome = await runToEnd(world, repair, deadline, onlySurplus);
  if (outcome.kind === 'hung') return ['the repair hung'];
  const { last } = outcome;
  const items = last.result?.kinds?.dynamodb?.items;
  let surplus = 0;
  const problems: string[] = [];
  for (const table of tables) {
    const textOf = keyOf(table.definition);
    const source = wantedOf(scenario, await world.scan(world.dev, table.name));
    const present = new Map((await world.scan(world.prod, table.copy)).map((item) => [textOf(item), item]));
    const unequal = source.filter((item) => canonicalItem(present.get(textOf(item)) ?? {}) !== canonicalItem(item));
    surplus += present.size - new Set(source.map(textOf)).size;
    if (unequal.length > 0) problems.push(`${table.copy}: ${unequal.length} items are unequal after a repair`);
  }
  const told = JSON.stringify({ missing: items?.missing, different: items?.different, extra: items?.extra });
  if (told !== JSON.stringify({ missing: 0, different: 0, extra: surplus })) {
    problems.push(`a repair told ${told}, but ${surplus} items are extra`);
  }
  const isWell = surplus > 0 && surplusIsWrong ? isMismatch(last) : last.status === 'SUCCEEDED';
  return isWell
    ? problems
    : [...problems, `the repair: ${last.status} ${failureOf(last) ?? `with ${surplus} extra items`}`];
}
