import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import type { Artefacts } from '../../../../lambdas/core/artefacts.ts';
import { environmentsSchema } from '../../../../lambdas/core/environments.ts';
import { type JournalEntry, openJournal } from '../../../../lambdas/core/journal.ts';
import { sha256, stableJson } from '../../../../lambdas/core/json.ts';
import type { TableDefinition } from '../../../../lambdas/dynamodb/definition.ts';
import type { Transfer } from '../../../../lambdas/dynamodb/transfer/transfer.ts';
import { environments, executionArn, makeDefinition, makeTables } from '../../../support/factories.ts';
import {
  type ScriptedAnswer,
  type ScriptedCall,
  type ScriptedDynamoDb,
  startScriptedDynamoDb,
} from '../../../support/scripted-dynamodb.ts';

export const source = 'arn:aws:dynamodb:us-east-1:222222222222:table/DEV-orders';
export const target = 'arn:aws:dynamodb:us-east-1:333333333333:table/PROD-orders';
export const exportArn = `${source}/export/01700000000000-0a1b2c3d`;
export const importArn = `${target}/import/01700000000000-0a1b2c3d`;
export const prefix = 'promotions/p-1/dynamodb/import/transfer/PROD-orders';
export const folder = `${prefix}/AWSDynamoDB/01700000000000-0a1b2c3d/`;
export const keyArn = 'arn:aws:kms:us-east-1:111111111111:key/of-the-bucket';

/** A bucket in memory. */
export interface Memory {
  readonly objects: Map<string, { readonly body: Buffer; readonly etag: string }>;
  readonly artefacts: Artefacts;
}

export function memory(): Memory {
  const objects: Memory['objects'] = new Map();
  const pointer = (key: string, text: string) => ({ bucket: 'artefacts', key, sha256: sha256(text) });
  return {
    objects,
    artefacts: {
      async read(key) {
        const found = objects.get(key);
        const text = found?.body.toString() ?? '';
        return found ? { text, pointer: pointer(key, text), etag: found.etag } : null;
      },
      bytes: async (key) => objects.get(key)?.body ?? null,
      async write(key, content) {
        const text = typeof content === 'string' ? content : stableJson(content);
        const etag = `"${sha256(text)}"`;
        objects.set(key, { body: Buffer.from(text), etag });
        return { ...pointer(key, text), etag };
      },
      listed: async (start) => [...objects].flatMap(([key, { etag }]) => (key.startsWith(start) ? { key, etag } : [])),
      list: async (start) => [...objects.keys()].filter((key) => key.startsWith(start)),
    },
  };
}

/** What can be spoilt in {@link writeExport}. */
export interface Spoilt {
  readonly counts?: readonly number[];
  readonly items?: number;
  readonly bytes?: number;
  readonly exportArn?: string;
  /** Put before the keys in the manifests. @default - the whole prefix */
  readonly keysFrom?: string;
}

export const md5 = (body: Buffer | string) => createHash('md5').update(body).digest('base64');

/** Writes what an export leaves: two data files, the manifests and their checksums. */
export function writeExport({ objects }: Memory, spoilt: Spoilt = {}): void {
  const put = (key: string, body: Buffer, etag = `"${md5(body)}"`) => objects.set(key, { body, etag });
  const { counts = [3, 2], keysFrom = folder } = spoilt;
  const lines = counts.map((itemCount, index) => {
    const body = Buffer.from([0x1f, 0x8b, 0xff, index]);
    put(`${folder}data/${index}.ion.gz`, body, `"etag-${index}-1"`);
    return {
      itemCount,
      md5Checksum: md5(body),
      etag: `etag-${index}-1`,
      dataFileS3Key: `${keysFrom}data/${index}.ion.gz`,
    };
  });
  const files = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const summary = JSON.stringify({
    exportArn: spoilt.exportArn ?? exportArn,
    tableArn: source,
    itemCount: spoilt.items ?? 5,
    billedSizeBytes: spoilt.bytes ?? 500,
    outputFormat: 'ION',
  });
  for (const [name, text] of [
    ['manifest-files', files],
    ['manifest-summary', summary],
  ] as const) {
    put(`${folder}${name}.json`, Buffer.from(text));
    put(`${folder}${name}.md5`, Buffer.from(md5(text)));
  }
  put(`${folder}_started`, Buffer.alloc(0));
}

/** A transfer of `DEV-orders` to `PROD-orders` against a scripted DynamoDB, whose calls stand between the entries. */
export interface TestTransfer {
  readonly transfer: Transfer;
  readonly bucket: Memory;
  /** Steps of the journal and calls of the service in the order in which they came: `export intent`, `ImportTable` … */
  readonly events: readonly string[];
  entries(): readonly JournalEntry[];
}

let dynamodb: ScriptedDynamoDb | undefined;

/** Starts the scripted service that all transfers of a test file call. */
export async function startService(): Promise<ScriptedDynamoDb> {
  dynamodb = await startScriptedDynamoDb();
  vi.stubEnv('AWS_ENDPOINT_URL', dynamodb.endpoint);
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return dynamodb;
}

export async function stopService(): Promise<void> {
  vi.unstubAllEnvs();
  await dynamodb?.close();
}

/** What the service answers, by operation; a list is answered one after the other, its last element for ever. */
export type Answers = Readonly<Record<string, ScriptedAnswer | readonly ScriptedAnswer[]>>;

export async function startTransfer(
  answers: Answers,
  options: {
    readonly sourceChange?: boolean;
    readonly wanted?: TableDefinition;
    readonly entries?: readonly object[];
  } = {},
): Promise<TestTransfer> {
  const { sourceChange = true, wanted = makeDefinition(), entries = [] } = options;
  const events: string[] = [];
  const asked = new Map<string, number>();
  dynamodb?.script(({ operation }: ScriptedCall) => {
    events.push(operation);
    const count = asked.get(operation) ?? 0;
    asked.set(operation, count + 1);
    const list = [answers[operation] ?? { status: 400, body: { __type: 'x#NotScripted', message: operation } }].flat();
    return list[Math.min(count, list.length - 1)] as ScriptedAnswer;
  });
  const bucket = memory();
  const owner = { promotionId: 'p-1', kind: 'dynamodb', execution: executionArn('run-1') } as const;
  const real = await openJournal(bucket.artefacts, owner);
  for (const entry of entries) await real.append({ asset: 'PROD-orders', ...entry } as JournalEntry);
  const journal: typeof real = {
    of: real.of,
    assets: real.assets,
    async append(entry) {
      events.push(`${entry.step} ${entry.phase}`);
      await real.append(entry);
    },
  };
  const { dev, prod } = environments.environments;
  const expiration = new Date(Date.now() + 3_600_000);
  const keys = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token', expiration };
  return {
    bucket,
    events,
    entries: () => real.of('PROD-orders'),
    transfer: {
      surroundings: {
        environments: environmentsSchema.parse({
          ...environments,
          environments: { dev: { ...dev, sourceChange }, prod },
        }),
        artefacts: bucket.artefacts,
        bucket: 'artefacts',
        bucketKeyArn: keyArn,
        sts: { assumeRole: async () => keys, accountOf: async () => '222222222222', close: () => undefined },
      },
      run: {
        promotionId: 'p-1',
        source: 'dev',
        destination: 'prod',
        bundle: 'p-1',
        mode: 'migrate',
        request: makeTables(),
      },
      journal,
      destination: dynamodb?.client as Transfer['destination'],
      planned: { asset: 'DEV-orders', destination: 'PROD-orders' },
      wanted,
    },
  };
}

/** Entries of a journal as tests begin with them. */
export const begun = {
  exportIntent: { step: 'export', phase: 'intent', before: null, after: { token: 'token-1' } },
  exported: { step: 'export', phase: 'result', after: { token: 'token-1', arn: exportArn } },
  createIntent: {
    step: 'create',
    phase: 'intent',
    before: null,
    after: { token: 'token-2', export: exportArn, items: 5 },
  },
  created: {
    step: 'create',
    phase: 'result',
    after: { token: 'token-2', export: exportArn, items: 5, id: 'id-1', arn: target, import: importArn },
  },
  loaded: { step: 'import', phase: 'result', after: { id: 'id-1', items: { read: 5, written: 5 } } },
  failed: { step: 'import', phase: 'refused', after: { code: 'ImportFailed', message: 'it failed' } },
  removed: { step: 'create', phase: 'refused', after: { code: 'ImportFailed' } },
} as const;

/** The client token that an entry holds. */
export function tokenOf(entry: JournalEntry | undefined): string {
  return (entry?.after as { token?: string } | undefined)?.token ?? '';
}
