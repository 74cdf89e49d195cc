import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, environmentsPath, readEnvironments } from '../../../lib/cloud/configuration.ts';
import { temporaryDirectory } from './fixture.ts';

const example = () => JSON.parse(readFileSync('environments.example.json', 'utf8'));

function read(content: unknown) {
  const path = join(temporaryDirectory(), 'environments.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readEnvironments(path);
}

describe('environmentsPath', () => {
  it('prefers the path that was asked for, then environments.json, then the example', () => {
    const root = temporaryDirectory();
    expect(environmentsPath(root)).toBe(join(root, 'environments.example.json'));
    writeFileSync(join(root, 'environments.json'), '{}');
    expect(environmentsPath(root)).toBe(join(root, 'environments.json'));
    expect(environmentsPath(root, 'config/eu.json')).toBe(join(process.cwd(), 'config/eu.json'));
  });

  it('refuses a context value that is no path', () => {
    expect(() => environmentsPath('.', true)).toThrow('context key environments is true: give the path of a file');
  });
});

describe('readEnvironments', () => {
  it('reads the example of the repository and fills in the sides', () => {
    const { environments } = readEnvironments('environments.example.json');
    expect(Object.keys(environments)).toEqual(['dev', 'prod', 'staging']);
    expect(environments.dev?.sides).toEqual(['source', 'destination']);
  });

  it('names pointer, value and rule of every fault', () => {
    const content = example();
    content.environments.dev.account = '12';
    content.environments.prod.region = 'nowhere';
    expect(() => read(content)).toThrow(/#\/environments\/dev\/account: "12", but an account id has twelve digits\n/);
    expect(() => read(content)).toThrow(/#\/environments\/prod\/region: "nowhere", but a region looks like us-east-1$/);
  });

  it('names a missing field', () => {
    const { externalId: _, ...content } = example();
    expect(() => read(content)).toThrow(/environments\.json#\/externalId: missing, but /);
  });

  it('names an unknown field and those that are known there', () => {
    const content = example();
    content.environments.dev.regoin = 'us-east-1';
    expect(() => read(content)).toThrow(
      /#\/environments\/dev\/regoin: unknown field, known are account, region, sides, sourceChange$/,
    );
    expect(() => read({ ...example(), extra: 1 })).toThrow(/#\/extra: unknown field, known are tooling, externalId, /);
  });

  it('escapes a slash in a pointer', () => {
    expect(() => read({ ...example(), 'a/b': 1 })).toThrow(/#\/a~1b: unknown field/);
  });

  it('names an environment whose name is not legal', () => {
    const content = example();
    content.environments.Dev = content.environments.dev;
    expect(() => read(content)).toThrow(/#\/environments\/Dev: an environment name is lower case$/);
  });

  it('tells a missing file and broken JSON apart', () => {
    const directory = temporaryDirectory();
    expect(() => readEnvironments(join(directory, 'none.json'))).toThrow(/none\.json does not exist: copy/);
    expect(() => read('{"tooling": ')).toThrow(/environments\.json is not JSON: /);
    expect(() => read('{"tooling": ')).toThrow(ConfigurationError);
  });
});
