import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/core/${name}.ts`, `test/lambdas/core/${name}.test.ts`, rows);

/** Guards that every worker relies on. */
export const coreMutations: readonly Mutation[] = [
  ...of('artefacts', [
    {
      name: 'write-if-absent',
      search: '{ ifAbsent: true }',
      replace: '{}',
      test: 'a conditional write is refused where an object of that name is there',
    },
    {
      name: 'write-if-match',
      search: '{ ifMatch: condition.etag }',
      replace: '{}',
      test: 'a conditional write is refused where the object is not the one that was read',
    },
    {
      name: 'lost-answer-is-read-back',
      search: 'if (present && present.text === text) return',
      replace: 'if (present && false) return',
      test: 'a conditional write whose answer was lost is read back: its own content counts as written',
    },
    {
      name: 'foreign-content-is-not-own',
      search: 'if (present && present.text === text) return',
      replace: 'if (present) return',
      test: 'a conditional write of several at once has one winner',
    },
    {
      name: 'listing-goes-on',
      search: 'return { items: objects, next };',
      replace: 'return { items: objects, next: null };',
      test: 'list answers every page, in order, and nothing beside the prefix',
    },
  ]),
  ...of('each-of', [
    {
      name: 'parallel-work-is-bounded',
      search: 'Math.min(width, items.length)',
      replace: 'items.length',
      test: 'eachOf keeps the order of the items and runs no more than `width` at once',
    },
    {
      name: 'parallel-work-ends-after-an-error',
      search: '        next = items.length;',
      replace: '',
      test: 'eachOf begins nothing new after an error',
    },
    {
      name: 'parallel-work-throws',
      search: "for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;",
      replace: '',
      test: 'eachOf throws the first error after those under way have ended',
    },
  ]),
  ...of('journal', [
    {
      name: 'journal-is-append-only',
      search: 'await artefacts.write(key, full, { absent: true });',
      replace: 'await artefacts.write(key, full);',
      test: 'a journal refuses the entry of a worker that another one has overtaken, and keeps the other’s',
    },
    {
      name: 'journal-has-an-order',
      search: ".padStart(6, '0')",
      replace: '',
      test: 'a journal is one object an entry, numbered so that a listing has them in order',
    },
    {
      name: 'journal-sees-its-own-entries',
      search: 'entries.set(entry.asset, [...(entries.get(entry.asset) ?? []), full]);',
      replace: '',
      test: 'a journal shows an entry at once, and to whoever opens it later, over all runs',
    },
    {
      name: 'journal-entries-are-checked',
      search: 'if (parsed.success) return parsed.data;',
      replace: 'return JSON.parse(text) as JournalEntry;',
      test: 'a journal refuses an entry that was changed by hand',
    },
  ]),
  ...of('lock', [
    {
      name: 'lock-is-looked-at-again',
      search: 'if (at - known < lockKnownMilliseconds) return undefined;',
      replace: 'if (at >= known) return undefined;',
      test: 'watchLock ends a worker that was stopped for a while and has lost its lock',
    },
    {
      name: 'damaged-lock-is-not-free',
      search: 'if (parsed.success) return { lock: parsed.data, etag: artefact.etag };',
      replace: 'if (!parsed.success) return null; else return { lock: parsed.data, etag: artefact.etag };',
      test: 'readLock refuses a file of another shape: never is it free',
    },
    {
      name: 'lock-names-its-owner',
      search: 'if (found?.lock.execution === holder.promotionExecution) return found;',
      replace: 'if (found) return found;',
      test: 'assertLock ends a worker whose lock was taken over',
    },
    {
      name: 'join-is-conditional',
      search: 'childExecution] }, { etag });',
      replace: 'childExecution] });',
      test: 'joinLock reads again where somebody wrote in between',
    },
    {
      name: 'join-happens-once',
      search: 'if (lock.children.includes(childExecution)) return;',
      replace: '',
      test: 'joinLock adds the child once, and keeps the others',
    },
  ]),
  ...of('bundle', [
    {
      name: 'edited-bundle-is-kept',
      search: 'present.pointer.sha256 !== known) {',
      replace: 'false) {',
      test: 'writeBundleFile never overwrites a file that a person edited',
    },
    {
      name: 'edited-bundle-is-told',
      search: 'edited: artefact.pointer.sha256 !== file.sha256',
      replace: 'edited: false',
      test: 'readBundleFile takes an edited file that fits the schema, and says that it was edited',
    },
    {
      name: 'bundle-is-checked',
      search: "if (!parsed.success) throw schemaError(parsed.error, 'BundleInvalid', key, resolution);",
      replace: '',
      test: 'readBundleFile refuses an edited file that does not fit, at the pointer',
    },
    {
      name: 'bundle-of-the-source',
      search: 'if (manifest.source.environment !== source) {',
      replace: 'if (false) {',
      test: 'findManifest and requireManifest refuse a bundle of another source',
    },
    {
      name: 'bundle-of-this-format',
      search: 'z.literal(bundleSchemaVersion)',
      replace: 'z.number()',
      test: 'findManifest and requireManifest refuse a bundle of another version of the format',
    },
  ]),
  ...of('retry', [
    {
      name: 'wrong-shape-is-no-answer',
      search: 'if (wrong !== null) throw new ShapeError(wrong);',
      replace: '',
      test: 'attempt repeats an answer of a wrong shape, and takes the right one',
    },
    {
      name: 'server-error-is-transient',
      search: 'status >= 500',
      replace: 'status >= 600',
      test: 'attempt repeats after InternalServerError',
    },
    {
      name: 'cut-body-is-transient',
      search: "if (name === 'SyntaxError' || error instanceof ShapeError)",
      replace: 'if (error instanceof ShapeError)',
      test: 'attempt repeats after SyntaxError',
    },
    {
      name: 'final-errors-are-not-repeated',
      search: "(trouble !== 'throttled' && trouble !== 'transient')",
      replace: 'false',
      test: 'attempt does not repeat after ValidationException',
    },
    {
      name: 'wait-has-jitter',
      search: 'Math.random() * Math.min(capMilliseconds',
      replace: 'Math.min(capMilliseconds',
      test: 'pitfall 2: waits without jitter or bound spreads over the whole interval',
    },
    {
      name: 'wait-has-a-cap',
      search: 'Math.min(capMilliseconds, baseMilliseconds * 2 ** (tried - 1))',
      replace: '(baseMilliseconds * 2 ** (tried - 1))',
      test: 'pitfall 2: waits without jitter or bound waits between nothing and a bound that doubles up to the cap',
    },
  ]),
  ...mutationsOf('lambdas/core/retry.ts', 'test/lambdas/dynamodb/sdk-engine.test.ts', [
    {
      name: 'throttled-batch-is-repeated',
      search: "(trouble !== 'throttled' && trouble !== 'transient')",
      replace: "trouble !== 'transient'",
      test: 'pitfall 3: a call that is throttled as a whole by ProvisionedThroughputExceededException is repeated whole',
    },
  ]),
  ...of('accounts', [
    {
      name: 'external-id-is-sent',
      search: '    ExternalId: externalId,',
      replace: '',
      test: 'assume answers credentials of the role in the environment’s region',
    },
    {
      name: 'source-identity-is-sent',
      search: '    SourceIdentity: request.promotionId,',
      replace: '',
      test: 'assume answers credentials of the role in the environment’s region, with the promotion as source identity',
    },
    {
      name: 'session-is-narrowed',
      search: '...(request.sessionPolicy ? { Policy: JSON.stringify(request.sessionPolicy) } : {}),',
      replace: '',
      test: 'assume narrows the session where a policy is given',
    },
    {
      name: 'account-is-the-configured-one',
      search: 'if (account !== environment.account) {',
      replace: 'if (false) {',
      test: 'assume refuses a role that leads to another account than the configured one',
    },
    {
      name: 'session-is-shared',
      search: 'if (kept && !forceRefresh &&',
      replace: 'if (false && kept &&',
      test: 'pitfall 35: a session for every call, or one that has run out all calls use the session of the check',
    },
    {
      name: 'session-is-renewed',
      search: 'if (kept && !forceRefresh &&',
      replace: 'if (kept &&',
      test: 'pitfall 35: a session for every call, or one that has run out asked to forget a session',
    },
  ]),
  ...of('handler', [
    {
      name: 'worker-input-is-checked',
      search: 'if (!input.success) {',
      replace: 'if (false) {',
      test: 'defineHandler refuses an input that only a mistake in a state machine can make',
    },
    {
      name: 'message-is-short',
      search: 'error.message.slice(0, messageLimit)',
      replace: 'error.message',
      test: 'defineHandler keeps the message under what the cause of a child execution holds',
    },
  ]),
  ...of('problems', [
    {
      name: 'fields-that-there-are-are-listed',
      search: 'const fields = fieldsAt(path);',
      replace: 'const fields: string[] = [];',
      test: 'schemaError lists what there is at the place of an unknown key, where that is known',
    },
    {
      name: 'field-unknown-to-all-is-named',
      search: 'if (strange !== undefined)',
      replace: 'if (false)',
      test: 'schemaError names what no branch of a union knows before what one of them misses',
    },
    {
      name: 'unknown-field-is-named',
      search: "if (issue.code === 'unrecognized_keys') return issue.keys.map(unknown);",
      replace: '',
      test: 'schemaError points at each unknown key',
    },
  ]),
  ...of('json', [
    {
      name: 'equal-values-have-equal-text',
      search: '(a < b ? -1 : 1)).map(',
      replace: '0).map(',
      test: 'stableJson is the same text for the same value, whatever the order of members',
    },
  ]),
  ...of('names', [
    {
      name: 'role-names-have-the-qualifier',
      search: 'return qualifier ? `${name}-${qualifier}` : name;',
      replace: 'return name;',
      test: 'accessRoleName ends with the qualifier',
    },
  ]),
  ...mutationsOf('lambdas/core/issue-words.ts', 'test/lambdas/core/issue-words.test.ts', [
    {
      name: 'vowels-have-their-article',
      search: "/^[aeio]/.test(name) ? 'an' : 'a'",
      replace: "name === 'array' ? 'an' : 'a'",
      test: 'what would be right is said of a record',
    },
    {
      name: 'open-bounds-are-said',
      search: "issue.inclusive === false ? 'more than' : 'at least'",
      replace: "'at least'",
      test: 'what would be right is said of a number above zero',
    },
  ]),
];
