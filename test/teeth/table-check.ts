import type { Mutation } from './mutation.ts';

/** Files by their path from the root; undefined for one that is not there. */
export type Read = (path: string) => string | undefined;

/** What is wrong with the table itself, before anything is run: one line each. */
export function tableProblems(mutations: readonly Mutation[], testFiles: readonly string[], read: Read): string[] {
  const names = mutations.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...repeated.map((name) => `two mutations are called "${name}"`),
    ...mutations.flatMap((mutation) => placeProblems(mutation, read)),
    ...testFiles.flatMap((path) => pitfallProblems(path, read(path) ?? '', mutations)),
  ];
}

function placeProblems({ name, file, search, replace, testFile }: Mutation, read: Read): string[] {
  const found = (read(file) ?? '').split(search).length - 1;
  return [
    ...(found === 1 ? [] : [`${name}: its search text stands ${found} times in ${file}: ${search}`]),
    ...(read(testFile) === undefined ? [`${name}: there is no ${testFile}`] : []),
    ...(search === replace || search.includes('\n') ? [`${name}: it does not change one line`] : []),
  ];
}

/** Each `describe` of a pitfall claims that the trap would be noticed: at least one mutation has to prove it. */
function pitfallProblems(path: string, text: string, mutations: readonly Mutation[]): string[] {
  const titles = [...text.matchAll(/describe\(\s*(['"`])(pitfall .*?)\1/g)].map(([, , title]) => title ?? '');
  const proved = (title: string) =>
    mutations.some(({ testFile, test }) => testFile === path && test.includes(`${title} `));
  return titles.filter((title) => !proved(title)).map((title) => `${path}: no mutation proves "${title}"`);
}
