import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Statement } from '../../lambdas/manifest.ts';

/** Values of placeholders such as `Region`; with several values a resource is repeated for each. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

/** Letters only: IAM's own policy variables (`${aws:PrincipalTag/…}`) have a colon and stay as they are. */
const placeholder = /\$\{([A-Za-z]+)\}/;

/**
 * Every reading of a text with its placeholders replaced, in the order of the values.
 * @throws Error when a placeholder has no entry in `values`
 */
export function expand(text: string, values: Placeholders): readonly string[] {
  const [whole, name] = placeholder.exec(text) ?? [];
  if (whole === undefined || name === undefined) return [text];
  const replacements = values[name];
  if (replacements === undefined) {
    throw new Error(`${text}: nothing stands for ${whole}, known are ${Object.keys(values).sort().join(', ')}`);
  }
  return [
    ...new Set(
      replacements.flatMap((value) =>
        expand(
          text.replace(whole, () => value),
          values,
        ),
      ),
    ),
  ];
}

/** A statement of the manifest as the stacks use it: an Allow with its placeholders replaced. */
export function renderStatement(statement: Statement, values: Placeholders): PolicyStatement {
  return new PolicyStatement({
    sid: statement.sid,
    effect: Effect.ALLOW,
    actions: [...statement.actions],
    resources: statement.resources.flatMap((resource) => expand(resource, values)),
    conditions: renderConditions(statement.conditions, values),
  });
}

function renderConditions(conditions: Statement['conditions'], values: Placeholders) {
  if (conditions === undefined) return undefined;
  const render = (value: string | readonly string[]) => [value].flat().flatMap((item) => expand(item, values));
  return Object.fromEntries(
    Object.entries(conditions).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, single(render(value))])),
    ]),
  );
}

function single(values: string[]): string | string[] {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}
