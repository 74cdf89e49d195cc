import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2], tests = name) =>
  mutationsOf(`lambdas/dynamodb/${name}.ts`, `test/lambdas/dynamodb/${tests}.test.ts`, rows);
const promotions = 'test/statemachines/replace.test.ts';

/** Guards of what is replaced or written over, and of the way back. */
export const replaceMutations: readonly Mutation[] = [
  ...of('replace', [
    {
      name: 'deletion-waits-for-the-backup',
      search: "if (status === 'making') return null;",
      replace: '',
      test: 'clearName deletes nothing as long as the backup is being made',
    },
    {
      name: 'lost-backup-is-no-backup',
      search: "return status === 'gone' ? null : backupArn;",
      replace: 'return backupArn;',
      test: 'clearName makes another backup where somebody has deleted the first',
    },
    {
      name: 'each-run-backs-up',
      search: "step === 'backup' && execution === promotionExecution",
      replace: "step === 'backup'",
      test: 'clearName makes another backup in another run',
    },
    {
      name: 'scaling-goes-with-its-table',
      search: 'if (autoscaling.length > 0) {',
      replace: 'if (false) {',
      test: 'clearName keeps the whole table in the first entry, and takes its scaling away with it',
    },
    {
      name: 'planned-table-alone-is-replaced',
      search: 'if (!isBegun && found.id !== planned.tableId) throw',
      replace: 'if (false) throw',
      test: 'clearName refuses a table that was made anew since the plan',
    },
    {
      name: 'protected-table-is-not-replaced',
      search: 'if (found.definition.table.DeletionProtectionEnabled) throw deletionProtected(as);',
      replace: '',
      test: 'clearName refuses a table that somebody has protected since the plan',
    },
    {
      name: 'global-table-is-not-replaced',
      search: "if (found.replicas.length > 0) throw changedSincePlan(as, 'has become a global table');",
      replace: '',
      test: 'clearName refuses a table that has become global since the plan',
    },
    {
      name: 'rollback-is-through-first',
      search: "if (lastOf(entries, ['delete', 'restore'])?.step === 'restore') throw rollbackUnfinished(as);",
      replace: '',
      test: 'clearName refuses a name whose rollback is not through',
    },
  ]),
  ...of(
    'backup',
    [
      {
        name: 'begun-backup-is-looked-for',
        search: 'if (known?.BackupArn) return known.BackupArn;',
        replace: '',
        test: 'pitfall 10: a replacement that dies at any call is gone on with by run-1',
      },
    ],
    'replace',
  ),
  ...of(
    'replacement',
    [
      {
        name: 'restore-closes-a-replacement',
        search: "step === 'restore' && phase === 'result') + 1",
        replace: "step === 'restore' && phase === 'refused') + 1",
        test: 'isBeingReplaced ends with a restore',
      },
    ],
    'replace',
  ),
  ...of('restore', [
    {
      name: 'backup-is-there-before-a-removal',
      search: "if (status !== 'available')",
      replace: 'if (false)',
      test: 'restoreReplaced leaves the new table where the backup is not there any more',
    },
    {
      name: 'restored-table-is-known-by-its-backup',
      search: '?.RestoreSummary?.SourceBackupArn === backupArn',
      replace: '?.RestoreSummary?.SourceBackupArn === null',
      test: 'restoreReplaced restores a table whose replacement had come no further than the deletion',
    },
  ]),
  ...of(
    'restored-settings',
    [
      {
        name: 'restored-table-has-its-tags',
        search: 'missingTags(wanted, found).length > 0',
        replace: 'false',
        test: 'restoreReplaced brings the old table back item by item and setting by setting',
      },
      {
        name: 'restored-table-has-its-settings',
        search: ', ...pendingSettings(wanted, found)];',
        replace: '];',
        test: 'restoreReplaced restores a table whose replacement had come no further than the deletion',
      },
    ],
    'restore',
  ),
  ...of(
    'remove-made',
    [
      {
        name: 'newer-table-is-left',
        search: "if (strange !== null) return { asset, outcome: 'left', reason: strange };",
        replace: '',
        test: 'pitfall 15: an older state over a newer one is not brought back',
      },
    ],
    'restore',
  ),
  ...of(
    'origin',
    [
      {
        name: 'rollback-knows-its-table-by-id',
        search: 'if (found.id === id) return null;',
        replace: 'return null;',
        test: 'rollback leaves a table of that name that somebody has made anew since',
      },
    ],
    'rollback',
  ),
  ...of('origin', [
    {
      name: 'table-brought-back-is-known-by-its-backup',
      search: "if (origin?.id === id && id !== '') return null;",
      replace: '',
      test: 'takes a table for one of an id by its own, or by that of the table that it was restored from',
    },
    {
      name: 'lost-backup-is-named',
      search: "if (errorCode(error) === 'BackupNotFoundException') return { backupArn, id: null };",
      replace: '',
      test: 'says which backup is lacking where it has gone',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/undo-items.ts', 'test/statemachines/rollback.test.ts', [
    {
      name: 'images-stand-under-the-id-of-before',
      search: 'const ids = origin?.id ? [origin.id, id] : [id];',
      replace: 'const ids = [id];',
      test: 'promotions one on the other, which are taken back in order come back to the items that were there',
    },
  ]),
  ...of('restore', [
    {
      name: 'each-run-notes-its-restore',
      search: 'const isNoted = restore?.execution === holder.promotionExecution;',
      replace: 'const isNoted = restore !== undefined;',
      test: 'restoreReplaced notes for itself what an earlier run had only begun',
    },
  ]),
  ...of(
    'remove-made',
    [
      {
        name: 'each-run-notes-its-removal',
        search: 'if (removalOf(journal.of(asset), begun)?.execution !== holder.promotionExecution) {',
        replace: 'if (!removalOf(journal.of(asset), begun)) {',
        test: 'a removal that an earlier run had only begun is noted by the run that asks for it',
      },
    ],
    'release-made',
  ),
  ...of('undo-apart', [
    {
      name: 'refused-table-ends-no-rollback',
      search: 'if (!isOfOneTable(error)) throw error;',
      replace: 'throw error;',
      test: 'apart lets Promotion.Permission end the part of one table',
    },
    {
      name: 'lost-lock-ends-a-rollback',
      search: " && error.name !== 'Promotion.Conflict'",
      replace: '',
      test: 'apart raises Promotion.Conflict',
    },
    {
      name: 'refused-step-has-changed-nothing',
      search: "await noteRefused(journal, asset, step, { outcome: 'failed', reason: reasonOf(error) });",
      replace: '{}',
      test: 'apart lets Promotion.Permission end the part of one table, which has changed nothing',
    },
  ]),
  ...of(
    'remove-made',
    [
      {
        name: 'refused-removal-is-begun-anew',
        search: " || removal.phase === 'refused'",
        replace: '',
        test: 'restoreReplaced looks for the backup again after a removal that was refused',
      },
    ],
    'restore',
  ),
  ...of('release-made', [
    {
      name: 'own-policy-is-taken-off',
      search: 'if (policy && isPutByUs(entries, policy)) {',
      replace: 'if (false) {',
      test: 'a resource policy that denies the removal is taken off where the promotion has put it on',
    },
    {
      name: 'policy-of-somebody-else-stays',
      search: "return sameJson(lastOf(entries, ['resourcePolicy'])?.after ?? null, [policyText(policy)]);",
      replace: 'return true;',
      test: 'a resource policy that denies the removal stays with the table where somebody has changed it since',
    },
    {
      name: 'policy-off-is-waited-for',
      search: ' < policyMilliseconds',
      replace: ' < 0',
      test: 'a resource policy that denies the removal is waited for where it still has its effect',
    },
  ]),
  ...of(
    'release-made',
    [
      {
        name: 'protection-of-somebody-else-stays',
        search: "last?.phase === 'result' && last.after === true",
        replace: 'true',
        test: 'restoreReplaced leaves a new table that somebody has protected since',
      },
    ],
    'restore',
  ),
  ...of('undo-selection', [
    {
      name: 'unselected-tables-are-not-rolled-back',
      search: 'return assets.filter((asset) => wanted.has(asset));',
      replace: 'return assets;',
      test: 'selectedAssets takes of another promotion what the input selects: a name',
    },
    {
      name: 'destination-name-is-the-one-that-was-given',
      search: 'if (wanted === promoted.get(table)?.as) continue;',
      replace: 'continue;',
      test: 'selectedAssets refuses another name that the promotion does not have',
    },
  ]),
  ...of('rollback', [
    {
      name: 'rollback-of-another-promotion-selects',
      search: 'await selectedAssets(surroundings, run, journal.assets)',
      replace: 'journal.assets',
      test: 'the rollback of another promotion takes back the tables that its input selects',
    },
  ]),
  ...of('undo-items', [
    {
      name: 'newer-items-are-left',
      search: 'mark !== null && image.marks.includes(mark)',
      replace: 'true',
      test: 'pitfall 15: an older state over a newer one is not replayed: items that somebody has changed',
    },
    {
      name: 'item-that-is-back-is-not-counted-as-left',
      search: 'if (mark === (image.before && writtenMark(image.before))) return',
      replace: 'if (false) return',
      test: 'pitfall 15: an older state over a newer one is not replayed by a second rollback',
    },
    {
      name: 'undo-holds-the-lock',
      search: 'await assertLock(surroundings.artefacts, holder);',
      replace: '',
      test: 'undoItems ends with a conflict when another run has taken the lock',
    },
    {
      name: 'undo-has-its-time',
      search: 'if (slices > 0 && surroundings.remaining() < sliceMilliseconds) return progress;',
      replace: '',
      test: 'undoItems works in slices as long as the worker has time',
    },
  ]),
  ...of('image-index', [
    {
      name: 'newest-foreign-state-counts',
      search: 'inOrder.findLast(',
      replace: 'inOrder.find(',
      test: 'pitfall 15: an older image over a newer one is not replayed',
    },
    {
      name: 'own-items-are-not-gone-back-to',
      search: 'before === null || !marks.includes(before)',
      replace: 'true',
      test: 'indexImages goes back past what the promotion itself had put there',
    },
  ]),
  ...of('before-images', [
    {
      name: 'noted-images-are-not-written-over',
      search: 'await keeping.artefacts.write(key, await sealed(keeping, promotionId, key, left), { absent: true });',
      replace: 'await keeping.artefacts.write(key, await sealed(keeping, promotionId, key, left));',
      test: 'pitfall 10: a page that is written again after its worker was killed keeps the first image of each key',
    },
    {
      name: 'only-what-was-noted-counts-as-written-before',
      search: 'items().filter((item) => noted.has(markOf(item))).length',
      replace: 'items().length',
      test: 'countNoted counts what was noted for this page as it is, in any edition of its file',
    },
    {
      name: 'foreign-items-in-between-are-noted',
      search: "${before ? writtenMark(before) : ''} ",
      replace: '',
      test: 'pitfall 10: a page that is written again after its worker was killed notes what somebody else',
    },
    {
      name: 'images-keep-every-attribute',
      search: 'sealer.seal(JSON.stringify(before), place)',
      replace: 'sealer.seal(JSON.stringify(Object.assign({}, before)), place)',
      test: 'pitfall 8: values of every kind come back as they were, also of an attribute that is named __proto__',
    },
  ]),
  ...of('ownership', [
    {
      name: 'undone-table-is-not-complete',
      search: "some(({ step }) => step === 'undo')) return { state: 'undone' };",
      replace: "some(({ step }) => step === 'none')) return { state: 'undone' };",
      test: 'ownership after a rollback is undone, finished or not',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/finalize.ts', promotions, [
    {
      name: 'replaced-table-gets-its-settings',
      search: "planned.action === 'create' || planned.action === 'replace'",
      replace: "planned.action === 'create'",
      test: 'a destination table that is replaced is backed up first, and then is as the source is',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/decide.ts', promotions, [
    {
      name: 'begun-replacement-is-no-create',
      search: 'const isGoingOn = isBeingReplaced(journal.of(as), found);',
      replace: 'const isGoingOn = isBeingReplaced([], found);',
      test: 'a replacement that is stopped when the old table has gone is gone on with as one',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/copy.ts', promotions, [
    {
      name: 'merge-notes-what-it-writes-over',
      search: 'const isKnown = await keepBeforeImages(surroundings, run.promotionId, group, page, images);',
      replace: 'const isKnown = true;',
      test: 'pitfall 10: a worker that dies between an image and its write forgets nothing of what was there when it is killed at request 9',
    },
    {
      name: 'left-over-worker-sees-a-lost-lock',
      search: 'openTables(surroundings, run, group, watchLock(surroundings.artefacts, holder))',
      replace: 'openTables(surroundings, run, group, () => undefined)',
      test: 'pitfall 42: a worker that goes on after its execution was stopped writes nothing any more when a rollback',
    },
    {
      name: 'what-a-killed-worker-merged-counts-as-written',
      search: 'const noted = isKnown && equal.length > 0',
      replace: 'const noted = !isKnown && equal.length > 0',
      test: 'pitfall 10: a worker that dies between an image and its write counts as written what the one that was killed had written',
    },
  ]),
];
