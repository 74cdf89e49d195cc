import type { Stack } from './assembly.ts';
import { type Identity, identities } from './identities.ts';
import { noValue, resolve, type Scope } from './intrinsics.ts';
import { refuse } from './refusal.ts';

/** A resource of a template with everything resolved. */
export interface Resource {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  readonly logicalId: string;
  readonly type: string;
  /** What `Ref` answers. */
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A resolved stack; outputs by their logical id. */
export interface ResolvedStack {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

interface Declaration {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const sections = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Rules', 'Resources', 'Outputs'];
const resourceKeys = ['Type', 'Properties', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata'];

/** Resolves a stack's template; refuses by name every section, resource type and intrinsic function that is not known. */
export function resolveStack(stack: Stack): ResolvedStack {
  const { name, account, region } = stack;
  const template = record(stack.template);
  onlyKeys(template, sections, name, 'section');
  // CDK's own rule compares the bootstrap version of the account, which a local account has none of.
  onlyKeys(record(template.Rules), ['CheckBootstrapVersion'], `${name}.Rules`, 'rule');
  const declarations = record(template.Resources) as Declarations;
  const scope = scopeOf(stack, declarations, record(template.Parameters));

  const resources = Object.entries(declarations).map(([logicalId, declaration]): Resource => {
    const path = `${name}.Resources.${logicalId}`;
    onlyKeys(record(declaration), resourceKeys, path, 'resource attribute');
    const { ref: physicalId, attributes } = scope.identify(logicalId) ?? refuse(path, 'no such resource');
    const properties = record(resolve(declaration.Properties ?? {}, scope, `${path}.Properties`));
    return { stack: name, account, region, logicalId, type: declaration.Type, physicalId, attributes, properties };
  });
  const outputs = Object.entries(record(template.Outputs)).map(
    ([id, output]) => [id, resolve(record(output).Value, scope, `${name}.Outputs.${id}`)] as const,
  );
  return { resources, outputs: Object.fromEntries(outputs) };
}

type Declarations = Readonly<Record<string, Declaration>>;

interface TemplateScope extends Scope {
  /** Undefined when the template has no such resource. */
  identify(logicalId: string): Identity | undefined;
}

/** Identities are found when first asked for, because a name may be made of other resources' names. */
function scopeOf(
  stack: Stack,
  declarations: Declarations,
  parameters: Readonly<Record<string, unknown>>,
): TemplateScope {
  const pseudo = pseudoParameters(stack);
  const known = new Map<string, Identity | 'in progress'>();
  const scope: TemplateScope = {
    reference: (name) => pseudo[name] ?? parameterDefault(parameters, name, stack) ?? scope.identify(name)?.ref,
    attribute: (logicalId, name) => scope.identify(logicalId)?.attributes[name],
    identify(logicalId) {
      const path = `${stack.name}.Resources.${logicalId}`;
      const found = known.get(logicalId);
      if (found === 'in progress') refuse(path, 'its name depends on itself');
      if (found) return found;
      const declaration = Object.hasOwn(declarations, logicalId) ? declarations[logicalId] : undefined;
      if (!declaration) return undefined;
      const identity = Object.hasOwn(identities, declaration.Type) ? identities[declaration.Type] : undefined;
      if (!identity) refuse(path, `unknown resource type ${declaration.Type}`);
      known.set(logicalId, 'in progress');
      const { name, account, region } = stack;
      const property = (key: string) => {
        const value = resolve(declaration.Properties?.[key], scope, `${path}.Properties.${key}`);
        return value === undefined || value === noValue ? undefined : String(value);
      };
      const made = identity({ stack: name, account, region, logicalId, property });
      known.set(logicalId, made);
      return made;
    },
  };
  return scope;
}

function pseudoParameters({ name, account, region }: Stack): Readonly<Record<string, unknown>> {
  return {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': name,
    'AWS::NoValue': noValue,
  };
}

function parameterDefault(parameters: Readonly<Record<string, unknown>>, name: string, stack: Stack): unknown {
  if (!Object.hasOwn(parameters, name)) return undefined;
  return record(parameters[name]).Default ?? refuse(`${stack.name}.Parameters.${name}`, 'a parameter needs a default');
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function onlyKeys(value: object, known: readonly string[], path: string, what: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown) refuse(path, `unknown ${what} ${unknown}`);
}
