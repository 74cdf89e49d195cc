import type { Secret } from './store.ts';

/** One filter of ListSecrets: any of the values, each a prefix, with `!` in front its negation. */
export interface SecretFilter {
  readonly Key: string;
  readonly Values: readonly string[];
}

/** Whether a secret fulfils every filter. Names compare with case, all other fields without. */
export function matchesFilters(secret: Secret, filters: readonly SecretFilter[]): boolean {
  return filters.every(({ Key, Values }) => Values.some((value) => matches(secret, Key, value)));
}

function matches(secret: Secret, key: string, value: string): boolean {
  if (value.startsWith('!')) return !matches(secret, key, value.slice(1));
  const isName = key === 'name';
  const wanted = isName ? value : value.toLowerCase();
  return fieldsOf(secret, key).some((field) => (isName ? field : field.toLowerCase()).startsWith(wanted));
}

function fieldsOf(secret: Secret, key: string): string[] {
  const description = secret.description ?? '';
  if (key === 'name') return [secret.name];
  if (key === 'description') return [description];
  if (key === 'tag-key') return [...secret.tags.keys()];
  if (key === 'tag-value') return [...secret.tags.values()];
  return [secret.name, description, ...secret.tags.keys(), ...secret.tags.values()].flatMap((text) =>
    text.split(/[ /_=.@-]+/),
  );
}
