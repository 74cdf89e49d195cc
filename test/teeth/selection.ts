import type { Mutation } from './mutation.ts';

/** What the command line and the environment ask for. */
export interface Wish {
  readonly only: readonly string[];
  /** 0 to 9, or null for all. */
  readonly tenth: number | null;
}

/**
 * Reads `--only name` (may be repeated) and `--tenth n`. Where neither is given and `CI` is set, the tenth goes by the
 * day of the year, so that ten days see every mutation. Throws for anything else.
 */
export function readWish(args: readonly string[], environment: { CI?: string | undefined }, today: Date): Wish {
  const only: string[] = [];
  let tenth: number | null = null;
  for (let at = 0; at < args.length; at += 2) {
    const [option, value] = [args[at], args[at + 1]];
    if (option === '--only' && value) only.push(value);
    else if (option === '--tenth' && /^\d+$/.test(value ?? '')) tenth = Number(value) % 10;
    else throw new Error(`"${args.slice(at).join(' ')}" is not understood; use --only <name> or --tenth <number>`);
  }
  if (only.length > 0 || tenth !== null || !environment.CI) return { only, tenth };
  return { only, tenth: dayOfYear(today) % 10 };
}

/** The mutations that a wish means. Throws for a name that none has. */
export function selected(mutations: readonly Mutation[], { only, tenth }: Wish): Mutation[] {
  const unknown = only.filter((name) => !mutations.some((mutation) => mutation.name === name));
  if (unknown.length > 0) throw new Error(`there is no mutation "${unknown.join('", "')}"`);
  if (only.length > 0) return mutations.filter(({ name }) => only.includes(name));
  return mutations.filter((_, index) => tenth === null || index % 10 === tenth);
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);
}
