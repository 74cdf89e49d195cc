import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { App } from 'aws-cdk-lib';
import { writeAccessTemplates } from '../lib/cloud/access-templates.ts';
import { buildWorkers } from '../lib/cloud/bundles.ts';
import { ConfigurationError, environmentsPath, readEnvironments } from '../lib/cloud/configuration.ts';
import { program } from '../lib/cloud/program.ts';
import { addStacks } from '../lib/cloud/stacks.ts';

const root = join(import.meta.dirname, '..');
// Inside a synthesis of its own, so that two at once do not build over each other.
const bundles = join(process.env.CDK_OUTDIR ?? join(root, 'dist'), 'workers');
const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };

async function main(): Promise<void> {
  // Started by the CDK CLI, its context wins over this one; started by node alone, the result is the same.
  // No synthesis at exit: after an error it would leave an assembly without stacks.
  const app = new App({
    context,
    outdir: process.env.CDK_OUTDIR ?? join(root, 'cdk.out'),
    analyticsReporting: false,
    autoSynth: false,
  });
  const path = environmentsPath(root, app.node.tryGetContext('environments'));
  // Nobody should deploy the example's accounts without having been told.
  process.stderr.write(`environments: ${relative(root, path)}\n`);
  const environments = readEnvironments(path);
  await buildWorkers({ root, outputDirectory: bundles, workers: program.workers, environments });
  addStacks(app, {
    program,
    environments,
    bundles,
    readDefinition: (file) => readFileSync(join(root, file), 'utf8'),
  });
  writeAccessTemplates(app.synth(), environments);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
