import { refuse } from './refusal.ts';

/** What the intrinsic functions of one template refer to. */
export interface Scope {
  /** Value of `Ref`: a parameter, a pseudo parameter or a resource; undefined when there is none of that name. */
  reference(name: string): unknown;
  /** Value of `Fn::GetAtt`; undefined when the resource or its attribute is unknown. */
  attribute(logicalId: string, attribute: string): unknown;
}

/** The value of `AWS::NoValue`: the property or list element is left out. */
export const noValue = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope, path: string) => unknown;

/** The closed list of intrinsic functions. */
const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, path) => reference(text(argument, path), scope, path),
  'Fn::GetAtt': (argument, scope, path) => {
    const parts = typeof argument === 'string' ? argument.split(/\.(.*)/s) : list(argument, path);
    return attribute(text(parts[0], path), text(resolve(parts[1], scope, path), path), scope, path);
  },
  'Fn::Join': (argument, scope, path) => {
    const [separator, parts] = list(argument, path);
    return list(resolve(parts, scope, path), path)
      .map((part) => text(part, path))
      .join(text(separator, path));
  },
  'Fn::Sub': (argument, scope, path) => {
    const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument, path);
    const own = (resolve(variables, scope, path) ?? {}) as Readonly<Record<string, unknown>>;
    return text(template, path).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return text(own[name], path);
      const [logicalId = '', attributeName] = name.split(/\.(.*)/s);
      return text(
        attributeName ? attribute(logicalId, attributeName, scope, path) : reference(name, scope, path),
        path,
      );
    });
  },
  'Fn::Select': (argument, scope, path) => {
    const [index, values] = list(argument, path);
    const chosen = list(resolve(values, scope, path), path)[Number(resolve(index, scope, path))];
    return chosen === undefined ? refuse(path, `Fn::Select finds no element ${String(index)}`) : chosen;
  },
  'Fn::Split': (argument, scope, path) => {
    const [separator, value] = list(argument, path);
    return text(resolve(value, scope, path), path).split(text(separator, path));
  },
};

/**
 * Replaces every intrinsic function in a value of a template. `path` says where it stands, for messages.
 * @throws LoaderError for an intrinsic function, a name or an attribute outside the closed lists.
 */
export function resolve(value: unknown, scope: Scope, path: string): unknown {
  if (Array.isArray(value)) {
    return value.map((element, index) => resolve(element, scope, `${path}[${index}]`)).filter((e) => e !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const special = entries.find(([key]) => key === 'Ref' || key.startsWith('Fn::'));
  if (!special) {
    const resolved = entries.map(([key, member]) => [key, resolve(member, scope, `${path}.${key}`)] as const);
    return Object.fromEntries(resolved.filter(([, member]) => member !== noValue));
  }
  const [name, argument] = special;
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (!intrinsic) refuse(path, `unknown intrinsic function ${name}`);
  if (entries.length > 1) refuse(path, `${name} stands beside other keys`);
  return intrinsic(argument, scope, path);
}

function reference(name: string, scope: Scope, path: string): unknown {
  return scope.reference(name) ?? refuse(path, `Ref to ${name}, which is neither a parameter nor a resource`);
}

function attribute(logicalId: string, name: string, scope: Scope, path: string): unknown {
  return scope.attribute(logicalId, name) ?? refuse(path, `unknown attribute ${logicalId}.${name}`);
}

function list(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(path, `a list is needed, not ${JSON.stringify(value)}`);
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return refuse(path, `a text is needed, not ${typeof value === 'symbol' ? String(value) : JSON.stringify(value)}`);
}
