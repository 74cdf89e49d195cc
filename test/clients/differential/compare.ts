import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadCatalogue } from '../../../lib/local/authorizer/catalogue.ts';
import { evaluate } from '../../../lib/local/authorizer/evaluate.ts';
import { parsePolicy } from '../../../lib/local/authorizer/policy.ts';
import { ACCOUNT, type Case, caseGenerator, ROLE, SESSION } from './generate.ts';

/**
 * Judges our policy evaluator by another one. `iam-simulate` is licensed under the AGPL, so it never becomes a dependency:
 * it is installed into a folder for temporary files and used there alone.
 *
 *   node --import tsx test/clients/differential/compare.ts [--cases 5000] [--seed 1]
 */
const PACKAGE = '@cloud-copilot/iam-simulate';
const VERSION = '0.1.173';

interface Simulator {
  runSimulation(
    simulation: object,
    options: object,
  ): Promise<{ resultType: string; overallResult?: string; errors?: unknown }>;
}

async function simulator(): Promise<Simulator> {
  const folder = join(tmpdir(), `promoter-iam-simulate-${VERSION}`);
  const entry = join(folder, 'node_modules', PACKAGE, 'dist/esm/index.js');
  if (!existsSync(entry)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', '--silent'];
    execFileSync('npm', ['install', ...flags, `${PACKAGE}@${VERSION}`], { cwd: folder, stdio: ['ignore', 2, 2] });
  }
  return (await import(pathToFileURL(entry).href)) as Simulator;
}

function ours(one: Case): string {
  const place = one.action.startsWith('sts:') ? 'trust' : 'resource';
  const request = {
    principal: { account: ACCOUNT, arn: SESSION, roleArn: ROLE, type: 'role' },
    action: one.action,
    resource: one.resource,
    resourceAccount: one.resourceAccount,
    context: new Map(Object.entries(one.context).map(([key, value]) => [key.toLowerCase(), [value].flat()])),
  } as const;
  const { allowed, reason } = evaluate(request, {
    identity: one.identity.map((policy, index) => parsePolicy(policy, 'identity', `identity ${index}`)),
    boundary: one.boundary && parsePolicy(one.boundary, 'identity', 'boundary'),
    session: one.session && parsePolicy(one.session, 'identity', 'session'),
    resource: one.resourcePolicy && parsePolicy(one.resourcePolicy, place, 'resource'),
    resourceMustAllow: /^(sts|kms):/.test(one.action),
  });
  if (allowed) return 'Allowed';
  return reason.startsWith('with an explicit deny') ? 'ExplicitlyDenied' : 'ImplicitlyDenied';
}

async function theirs({ runSimulation }: Simulator, one: Case): Promise<string | { error: unknown }> {
  const answer = await runSimulation(
    {
      request: {
        principal: SESSION,
        action: one.action,
        resource: { resource: one.resource, accountId: one.resourceAccount },
        contextVariables: one.context,
      },
      identityPolicies: one.identity.map((policy, index) => ({ name: `identity ${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(one.boundary && { permissionBoundaryPolicies: [{ name: 'boundary', policy: one.boundary }] }),
      ...(one.session && { sessionPolicy: one.session }),
      ...(one.resourcePolicy && { resourcePolicy: one.resourcePolicy }),
    },
    {},
  );
  return answer.overallResult ?? { error: answer.errors ?? answer.resultType };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { cases: { type: 'string', default: '5000' }, seed: { type: 'string', default: '1' } },
  });
  const judge = await simulator();
  const next = caseGenerator(Number(values.seed), await loadCatalogue());
  const verdicts: Record<string, number> = {};
  const refused: unknown[] = [];
  let compared = 0;
  let disagreements = 0;
  while (compared < Number(values.cases)) {
    const one = next();
    const expected = await theirs(judge, one);
    if (typeof expected !== 'string') {
      refused.push({ one, ...expected });
      if (refused.length > 1000) break;
      continue;
    }
    compared += 1;
    verdicts[expected] = (verdicts[expected] ?? 0) + 1;
    const actual = ours(one);
    if (actual === expected) continue;
    disagreements += 1;
    if (disagreements <= 5) console.log(JSON.stringify({ expected, actual, ...one }, null, 1));
  }
  console.log(
    `seed ${values.seed}: ${JSON.stringify(verdicts)}, ${refused.length} cases that iam-simulate does not take`,
  );
  if (refused[0]) console.log('the first of them:', JSON.stringify(refused[0]));
  console.log(`${compared} cases, ${disagreements} disagreements`);
  return disagreements === 0 && compared > 0 ? 0 : 1;
}

process.exitCode = await main();
