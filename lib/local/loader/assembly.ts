import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { LoaderError } from './refusal.ts';

/** One CloudFormation stack of a cloud assembly. */
export interface Stack {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** The template as parsed JSON, not yet resolved. */
  readonly template: unknown;
}

/** A synthesized CDK app. */
export interface Assembly {
  readonly stacks: readonly Stack[];
  /** Absolute path of each file asset, by the object key under which a deployment would upload it. */
  readonly assets: ReadonlyMap<string, string>;
}

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .object({ templateFile: z.string().optional(), stackName: z.string().optional(), file: z.string().optional() })
        .optional(),
    }),
  ),
});

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
  dockerImages: z.record(z.string(), z.never()).optional(),
});

/** Artifacts that describe the app to tools and deploy nothing. */
const descriptive = new Set(['cdk:tree', 'cdk:feature-flag-report']);

/** Reads the cloud assembly (schema of `@aws-cdk/cloud-assembly-schema`) in a folder such as `cdk.out`. */
export function readAssembly(folder: string): Assembly {
  const readJson = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  for (const [id, artifact] of Object.entries(manifestSchema.parse(readJson('manifest.json')).artifacts)) {
    const { templateFile, stackName = id, file } = artifact.properties ?? {};
    if (artifact.type === 'aws:cloudformation:stack' && templateFile) {
      const [, account, region] = /^aws:\/\/(\d{12})\/([a-z0-9-]+)$/.exec(artifact.environment ?? '') ?? [];
      if (!account || !region) {
        throw new LoaderError(`stack ${id} has no account and region of its own: ${artifact.environment}`);
      }
      stacks.push({ name: stackName, account, region, template: readJson(templateFile) });
    } else if (artifact.type === 'cdk:asset-manifest' && file) {
      for (const { source, destinations } of Object.values(assetsSchema.parse(readJson(file)).files)) {
        for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(folder, source.path));
      }
    } else if (!descriptive.has(artifact.type)) {
      throw new LoaderError(`artifact ${id}: unknown artifact type ${artifact.type}`);
    }
  }
  return { stacks, assets };
}
