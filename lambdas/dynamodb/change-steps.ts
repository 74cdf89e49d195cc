import type { TransformStep } from './contracts.ts';
import type { WireItem, WireValue } from './engine.ts';
import { attributeOf, canonicalWireItem, withAttribute } from './wire-item.ts';

/** The item after all steps, or the name of an attribute that a rename would have written over. */
export type Transformed = { readonly item: WireItem } | { readonly taken: string };

/** Carries out the steps in order; a step whose attribute the item lacks changes nothing. */
export function transformItem(item: WireItem, steps: readonly TransformStep[]): Transformed {
  let current = item;
  for (const step of steps) {
    const next = applyStep(current, step);
    if (next === null && 'renameAttribute' in step) return { taken: step.renameAttribute[1] };
    current = next ?? current;
  }
  return { item: current };
}

/** Null where a rename would write over an attribute that the item has already. */
function applyStep(item: WireItem, step: TransformStep): WireItem | null {
  if ('renameAttribute' in step) {
    const [from, to] = step.renameAttribute;
    if (!Object.hasOwn(item, from)) return item;
    if (Object.hasOwn(item, to)) return null;
    return Object.fromEntries(Object.entries(item).map(([name, value]) => [name === from ? to : name, value]));
  }
  if ('dropAttribute' in step) {
    return Object.fromEntries(Object.entries(item).filter(([name]) => name !== step.dropAttribute));
  }
  if ('setAttribute' in step) return withAttribute(item, step.setAttribute[0], step.setAttribute[1]);
  const [name, from, to] = step.replacePrefix;
  const text = textOf(attributeOf(item, name));
  return text?.startsWith(from) ? withAttribute(item, name, { S: to + text.slice(from.length) }) : item;
}

/**
 * All keys that the steps make this key: those of source items that could have become the item under it. Steps leave
 * the attributes of a key in place (see `assertChange`), so only renames and prefixes are undone.
 */
export function keysBefore(key: WireItem, steps: readonly TransformStep[]): WireItem[] {
  let candidates = [key];
  for (const step of [...steps].reverse()) {
    const undone = candidates.flatMap((candidate) =>
      undoStep(candidate, step).filter((before) => becomes(before, step, candidate)),
    );
    candidates = [...new Map(undone.map((before) => [canonicalWireItem(before), before])).values()];
  }
  return candidates;
}

/**
 * True for a source key that has a prefix already which a step makes of another one. A step changes two different keys
 * to two different ones, so of two keys that become one, one is changed into what the other is already: of several
 * source items that get one key, all but one at most are contested.
 */
export function isContested(sourceKey: WireItem, steps: readonly TransformStep[]): boolean {
  let key = sourceKey;
  for (const step of steps) {
    if (!('renameAttribute' in step || 'replacePrefix' in step)) continue;
    const next = applyStep(key, step) ?? key;
    if ('replacePrefix' in step && next === key) {
      const [name, , to] = step.replacePrefix;
      if (textOf(attributeOf(key, name))?.startsWith(to)) return true;
    }
    key = next;
  }
  return false;
}

function undoStep(key: WireItem, step: TransformStep): WireItem[] {
  if ('renameAttribute' in step) {
    const [from, to] = step.renameAttribute;
    return [Object.fromEntries(Object.entries(key).map(([name, value]) => [name === to ? from : name, value]))];
  }
  if (!('replacePrefix' in step)) return [key];
  const [name, from, to] = step.replacePrefix;
  const text = textOf(attributeOf(key, name));
  return text?.startsWith(to) ? [key, withAttribute(key, name, { S: from + text.slice(to.length) })] : [key];
}

function becomes(before: WireItem, step: TransformStep, after: WireItem): boolean {
  // Other steps concern attributes outside of keys.
  if (!('renameAttribute' in step || 'replacePrefix' in step)) return true;
  const next = applyStep(before, step);
  return next !== null && canonicalWireItem(next) === canonicalWireItem(after);
}

function textOf(value: WireValue | undefined): string | null {
  return typeof value?.S === 'string' ? value.S : null;
}

/** What an attribute is called after the steps. */
export function nameAfter(name: string, steps: readonly TransformStep[]): string {
  return steps.reduce(
    (current, step) =>
      'renameAttribute' in step && step.renameAttribute[0] === current ? step.renameAttribute[1] : current,
    name,
  );
}

/** The steps that replace a prefix of one of these attributes, under the name that it has by then. */
export function prefixStepsOf(names: readonly string[], steps: readonly TransformStep[]): number[] {
  return steps.flatMap((step, index) => {
    const current = names.map((name) => nameAfter(name, steps.slice(0, index)));
    return 'replacePrefix' in step && current.includes(step.replacePrefix[0]) ? [index] : [];
  });
}
