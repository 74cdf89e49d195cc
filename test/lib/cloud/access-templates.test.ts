import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeAccessTemplates } from '../../../lib/cloud/access-templates.ts';
import { environmentsWith, smallApp, temporaryDirectory } from './fixture.ts';

const environments = environmentsWith();
const write = () => writeAccessTemplates(smallApp(temporaryDirectory(), { environments }).synth(), environments);
const contentOf = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('writeAccessTemplates', () => {
  it('writes one file an account', () => {
    expect(write().map((path) => basename(path))).toEqual(['222222222222.template.json', '333333333333.template.json']);
  });

  it('writes templates that need no parameter, asset or bootstrapped account', () => {
    for (const path of write()) {
      const content = contentOf(path);
      expect(Object.keys(content).sort()).toEqual(['Description', 'Resources']);
      expect(readFileSync(path, 'utf8')).not.toMatch(/cdk-hnb659fds|BootstrapVersion|aws:cdk/);
    }
  });

  it('writes templates that refer only to their own resources', () => {
    for (const path of write()) {
      const content = contentOf(path);
      const references = [...readFileSync(path, 'utf8').matchAll(/"Ref": "(\w+)"/g)].map(([, id]) => id);
      expect(references.length).toBeGreaterThan(0);
      expect(Object.keys(content.Resources)).toEqual(expect.arrayContaining(references));
    }
  });

  it('stays below the 51 200 bytes that CloudFormation takes without a bucket', () => {
    for (const path of write()) expect(readFileSync(path).length).toBeLessThan(51_200);
  });
});
