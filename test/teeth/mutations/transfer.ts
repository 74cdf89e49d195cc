import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, test: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/dynamodb/transfer/${name}.ts`, `test/lambdas/dynamodb/transfer/${test}.test.ts`, rows);

/** Guards of tables that travel by export and import. */
export const transferMutations: readonly Mutation[] = [
  ...of('stage', 'stage', [
    {
      name: 'failed-import-takes-a-new-export',
      search: 'recent.slice(failed + 1)',
      replace: 'recent.slice(0)',
      test: 'stageOf where the table of a failed import was removed',
    },
    {
      name: 'finished-table-is-made-anew',
      search: "isComplete(entry) || entry.step === 'remove'",
      replace: "entry.step === 'remove'",
      test: 'stageOf where a finished table has gone',
    },
    {
      name: 'attempts-have-tokens-of-their-own',
      search: 'owner.as, step, attempt]',
      replace: 'owner.as, step]',
      test: 'nextToken is the same for a repetition, and another for the next attempt',
    },
  ]),
  ...of('export', 'export', [
    {
      name: 'export-needs-the-role',
      search: 'if (!surroundings.environments.environments[environment]?.sourceChange) {',
      replace: 'if (false) {',
      test: 'the beginning of an export is refused without the role, with nothing noted',
    },
    {
      name: 'export-is-encrypted-with-our-key',
      search: 'S3SseKmsKeyId: surroundings.bucketKeyArn,',
      replace: '',
      test: 'is noted before the call, and asks for Ion in our bucket under its key',
    },
    {
      name: 'own-export-is-looked-for',
      search: 'const own = await findExport(client, sourceOf(transfer), token);',
      replace: 'const own = null;',
      test: 'pitfall 17: an export whose moment or token is over is taken up by its ARN',
    },
    {
      name: 'exports-have-pages',
      search: 'next: page.NextToken ?? null',
      replace: 'next: null',
      test: 'pitfall 17: an export whose moment or token is over is taken up by its ARN',
    },
    {
      name: 'refused-export-is-noted',
      search: "if (!isRetried(known)) await note(transfer, 'export', 'refused', { token, code: known.detail.code });",
      replace: '',
      test: 'pitfall 17: an export whose moment or token is over is not made by chance of another moment',
    },
    {
      name: 'unknown-export-ends-the-run',
      search: "if (errorCode(error) !== 'ExportNotFoundException') throw named",
      replace: 'throw named',
      test: 'pitfall 17: an export whose moment or token is over ends the run where the service does not know it',
    },
  ]),
  ...of('manifest', 'manifest', [
    {
      name: 'damage-is-looked-at-again',
      search: 'done < looks && isDamage(found)',
      replace: 'done < 1 && isDamage(found)',
      test: 'an object of an export that is cut on its way is read again: data/0.ion.gz',
    },
    {
      name: 'manifests-fit-their-checksums',
      search: 'if (md5 === checksum.text.trim()) return found.text;',
      replace: 'return found.text;',
      test: 'pitfall 28: an export that is not whole is refused with another list',
    },
    {
      name: 'export-counts-agree',
      search: 'if (sum !== itemCount || (',
      replace: 'if ((',
      test: 'pitfall 28: an export that is not whole is refused where its counts do not agree',
    },
    {
      name: 'data-files-are-there',
      search: 'if (etag === undefined) return damaged(',
      replace: 'if (etag === undefined) continue;\n    if (false) return damaged(',
      test: 'pitfall 28: an export that is not whole is known without its bytes to lack a file',
    },
    {
      name: 'data-files-are-those-of-the-export',
      search: 'if (etag !== bare(file.etag)) return',
      replace: 'if (false) return',
      test: 'pitfall 28: an export that is not whole is refused with a data file written again',
    },
    {
      name: 'no-other-data-files',
      search: 'return foreign === undefined ? null :',
      replace: 'return true ? null :',
      test: 'pitfall 28: an export that is not whole is refused with a data file of others',
    },
    {
      name: 'data-files-have-their-bytes',
      search: 'return md5 === file.md5Checksum ? null :',
      replace: 'return true ? null :',
      test: 'pitfall 28: an export that is not whole is refused with other bytes in a data file',
    },
  ]),
  ...of('import', 'import', [
    {
      name: 'import-errors-are-no-success',
      search: ' && ErrorCount === 0',
      replace: '',
      test: 'pitfall 29: an import that did not bring everything is not done when it has errors',
    },
    {
      name: 'import-counts-agree',
      search: ' && ImportedItemCount === items',
      replace: '',
      test: 'pitfall 29: an import that did not bring everything is not done when it has fewer items',
    },
    {
      name: 'own-import-is-looked-for',
      search: 'if (!(await adoptOwn(transfer, load))) await callImport',
      replace: 'await callImport',
      test: 'the beginning of an import whose answer was lost is taken up by its token',
    },
  ]),
  ...of('finish', 'import', [
    {
      name: 'only-the-import-s-table-is-removed',
      search: 'if (description?.TableId === id) {',
      replace: 'if (description) {',
      test: 'pitfall 29: an import that did not bring everything has no table removed that is not its own',
    },
    {
      name: 'partial-table-is-removed',
      search: 'await attempt(() => destination.send(new DeleteTableCommand({ TableName })))',
      replace: 'await Promise.resolve()',
      test: 'pitfall 29: an import that did not bring everything is not done when it failed',
    },
    {
      name: 'imported-table-is-tagged',
      search: 'Tags: createdTags(wanted, source)',
      replace: 'Tags: wanted.tags',
      test: 'an import that was begun has its table tagged and is noted with the items',
    },
    {
      name: 'warm-throughput-follows-the-import',
      search: 'if (read <= foundRead && write <= foundWrite) return null;',
      replace: 'return null;',
      test: 'an import that was begun has its table warmed up first',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/ownership.ts', 'test/lambdas/dynamodb/ownership.test.ts', [
    {
      name: 'import-is-known-without-a-tag',
      search: 'const tagged = imported || found',
      replace: 'const tagged = found',
      test: 'ownership is begun where an import was asked for',
    },
  ]),
  ...mutationsOf('lib/cloud/transfer-access.ts', 'test/lib/cloud/transfer-access.test.ts', [
    {
      name: 'reads-of-exports-keep-to-s3',
      search: "statement({ sid: 'DecryptExports', actions: ['kms:Decrypt'], ...ofKey })",
      replace: "statement({ sid: 'DecryptExports', actions: ['kms:Decrypt'], resources: ['*'] })",
      test: 'allowTransfers lets the one role write and the others read exports, through S3 alone',
    },
  ]),
  ...mutationsOf('lambdas/core/environments.ts', 'test/lib/cloud/transfer-access.test.ts', [
    {
      name: 'source-change-is-asked-for',
      search: "return sourceChange ? [...sides, 'source-change'] : sides;",
      replace: "return [...sides, 'source-change'];",
      test: 'the role that exports exists only in accounts of environments that say so',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/verify-findings.ts', 'test/statemachines/transfer.test.ts', [
    {
      name: 'change-since-an-export-is-told',
      search: 'if (exportedAt !== null) {',
      replace: 'if (false) {',
      test: 'pitfall 14: a source that is written after its export is told with the moment of the export',
      within: 'pitfall 14: a source that is written after its export',
    },
  ]),
];
