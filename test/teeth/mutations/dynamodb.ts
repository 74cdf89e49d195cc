import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/dynamodb/${name}.ts`, `test/lambdas/dynamodb/${name}.test.ts`, rows);

/** Guards of the way that items take: calls, values, walks, rounds, segments. */
export const dynamodbMutations: readonly Mutation[] = [
  ...of('copy', [
    {
      name: 'indexes-make-pages-smaller',
      search: 'writeUnits / (1 + indexes)',
      replace: 'writeUnits',
      test: 'pageLimit keeps all pages under way to a second’s worth of units, indexes included',
    },
  ]),
  ...of('sdk-engine', [
    {
      name: 'unprocessed-items-are-written',
      search: 'const unprocessed = answer.UnprocessedItems?.[table] ?? [];',
      replace: 'const unprocessed: WriteRequest[] = answer.UnprocessedItems?.none ?? [];',
      test: 'pitfall 1: unprocessed items are written again until none is left',
    },
    {
      name: 'sdk-call-takes-what-a-limit-allows',
      search: 'options.writeLimiter?.unitsPerCall ?? Number.POSITIVE_INFINITY',
      replace: 'Number.POSITIVE_INFINITY',
      test: 'a write limiter keeps each call below what one call should take, by what items took before',
    },
    {
      name: 'unprocessed-items-are-written-alone',
      search: 'left.slice(0, texts.length) : left;',
      replace: 'left.slice(0, texts.length) : batch;',
      test: 'pitfall 1: unprocessed items are asked for again alone, not with what was taken',
    },
    {
      name: 'spoiling-item-is-found',
      search: 'if (!isRefusal(error)) throw named(',
      replace: 'if (error) throw named(',
      test: 'pitfall 18: one item that spoils its batch is rejected alone with the reason, the 24 others are written',
    },
    {
      name: 'write-answer-has-its-shape',
      search: 'UnprocessedItems ? null :',
      replace: 'UnprocessedItems || true ? null :',
      test: 'an answer that is not the operation’s to a write, an empty body',
    },
    {
      name: 'page-has-its-items',
      search: 'if (Count === undefined || (!countOnly && Items?.length !== Count))',
      replace: 'if (false)',
      test: 'an answer that is not the operation’s to a scan, an empty body',
    },
    {
      name: 'page-has-all-its-items',
      search: 'if (Count === undefined || (!countOnly && Items?.length !== Count))',
      replace: 'if (!Items)',
      test: 'an answer that is not the operation’s to a scan, fewer items than it counts',
    },
    {
      name: 'page-leads-on',
      search: 'return stuck ?',
      replace: 'return stuck && false ?',
      test: 'an answer that is not the operation’s to a scan, a page that leads back to itself',
    },
    {
      name: 'read-answer-has-its-rest',
      search: 'Responses && UnprocessedKeys ? null :',
      replace: 'Responses ? null :',
      test: 'an answer that is not the operation’s to a read, no list of what is left',
    },
    {
      name: 'unprocessed-keys-are-read',
      search: 'left = answer.UnprocessedKeys?.[table]?.Keys ?? [];',
      replace: 'left = [];',
      test: 'read reads keys that were left unprocessed again until none is left',
    },
    {
      name: 'throttled-call-is-repeated',
      search: 'if (!isRefusal(error)) throw named(error, `writing items to ${table}`);',
      replace: "if (!isRefusal(error)) throw new Error('gone');",
      test: 'pitfall 3: a call that is throttled as a whole that stays so is Promotion.Throttled, which the state machine repeats',
    },
    {
      name: 'empty-page-is-not-the-end',
      search: 'next: answer.LastEvaluatedKey ? toWire',
      replace: 'next: answer.Count && answer.LastEvaluatedKey ? toWire',
      test: 'pitfall 5: an empty page that is not the end has a place to go on',
    },
    {
      name: 'batch-has-25-items',
      search: 'last.length === writesPerBatch || ',
      replace: '',
      test: 'write writes every item once, 25 at most a call',
    },
    {
      name: 'batch-has-8-mebibytes',
      search: ' || bytes + item.length > bytesPerBatch',
      replace: '',
      test: 'pitfall 20: bodies over 16 MB batches are closed at 8 MiB, counted as they are sent',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/item-calls.ts', 'test/lambdas/dynamodb/sdk-engine.test.ts', [
    {
      name: 'unprocessed-items-are-not-given-up',
      search: 'if (remaining() <= 0) {',
      replace: 'if (remaining() <= 0 || round > 50) {',
      test: 'pitfall 1: unprocessed items are asked for again many times, never given up on a count of tries',
    },
  ]),
  ...of('wire', [
    {
      name: 'answer-has-its-checksum',
      search: 'assertChecksum(answer, body);',
      replace: '',
      test: 'the checksum of an answer turns any other into one that is asked for again',
    },
    {
      name: 'names-are-disguised',
      search: 'hideNames(body)',
      replace: 'body',
      test: 'an attribute that is called __proto__ comes back from a scan',
    },
    {
      name: 'escaped-names-are-disguised',
      search: 'hideNames(body)',
      replace: 'body',
      test: 'an attribute whose name has an escape comes back from a scan as it is where JSON.parse takes it for another',
    },
    {
      name: 'expired-session-is-assumed-again',
      search: 'await client.config.credentials({ forceRefresh: true });',
      replace: '',
      test: 'a session that has run out is assumed once more although its expiration lies ahead',
    },
  ]),
  ...of('attributes', [
    {
      name: 'numbers-have-one-form',
      search: "const significant = digits.replace(/0+$/, '');",
      replace: 'const significant = digits;',
      test: 'pitfall 7: numbers of 38 digits are one number however they are written',
    },
    {
      name: 'numbers-are-not-rounded',
      search: '.exec(text.trim())',
      replace: '.exec(String(Number(text)))',
      test: 'pitfall 7: numbers of 38 digits differ where only the 38th digit differs',
    },
    {
      name: 'binary-sets-are-decoded',
      search: "if ('BS' in value) return { BS: (value.BS as unknown[]).map(bytes) };",
      replace: '',
      test: 'pitfall 8: nested binaries, sets and empty values toJson and fromJson give back any item',
    },
    {
      name: 'buffers-are-encoded',
      search: 'const own = (this as Record<string, unknown>)[name];',
      replace: 'const own = value;',
      test: 'pitfall 8: nested binaries, sets and empty values encode binaries at any depth, a Buffer too',
    },
    {
      name: 'sets-have-no-order',
      search: 'JSON.stringify([...value.SS].sort())',
      replace: 'JSON.stringify(value.SS)',
      test: 'pitfall 37: comparing what has no order the order of a set does not count, that of a list does',
    },
    {
      name: 'lists-have-an-order',
      search: "value.L.map(canonicalValue).join(',')",
      replace: "value.L.map(canonicalValue).sort().join(',')",
      test: 'pitfall 37: comparing what has no order the order of a set does not count, that of a list does',
    },
    {
      name: 'attributes-have-no-order',
      search: 'Object.keys(item).sort();',
      replace: 'Object.keys(item);',
      test: 'pitfall 37: comparing what has no order the order of attributes does not count, at any depth',
    },
    {
      name: 'bytes-are-not-characters',
      search: 'return Buffer.byteLength(JSON.stringify(item, base64));',
      replace: 'return JSON.stringify(item, base64).length;',
      test: 'pitfall 20: bodies that grow in JSON counts bytes, not characters',
    },
  ]),
  ...of('walk', [
    {
      name: 'checkpoint-is-behind-the-work',
      search: 'const outcome = await open[0];',
      replace: 'position.after = ahead.after; const outcome = await open[0];',
      test: 'pitfall 10: a checkpoint ahead of the work never is: whatever page the worker dies at',
    },
    {
      name: 'position-is-the-lowest-open-page',
      search: 'const outcome = await open[0];',
      replace: 'const outcome = await open.at(-1);',
      test: 'pitfall 11: pages that end in another order than they were read in move the position only when the lowest',
    },
    {
      name: 'errors-of-a-page-are-thrown',
      search: "if ('error' in outcome) throw outcome.error;",
      replace: "if ('error' in outcome) { open.shift(); continue; }",
      test: 'pitfall 16: an error of the destination that nobody hears moves no checkpoint, is thrown',
    },
    {
      name: 'worker-waits-for-what-is-under-way',
      search: 'await Promise.all(open);',
      replace: '',
      test: 'walk ends only when all that was under way has ended, also after an error',
    },
    {
      name: 'stop-flag-ends-the-walk',
      search: "if (await keeping.isStopped()) state.ended ??= 'stopped';",
      replace: '',
      test: 'pitfall 42: a worker that goes on after its execution was stopped ends at a checkpoint when the stop flag is up',
    },
    {
      name: 'counts-go-with-the-position',
      search: '        add(checkpoint, position, outcome.result);',
      replace: '',
      test: 'pitfall 10: a checkpoint ahead of the work never is: whatever page the worker dies at',
    },
    {
      name: 'walk-ends-in-time',
      search: "if (keeping.remaining() <= 0) state.ended ??= 'overtime';",
      replace: '',
      test: 'pitfall 13: the end of a worker’s time is seen before a page is begun, and the checkpoint is written',
    },
    {
      name: 'walk-begins-under-the-lock',
      search: 'await assertLock(keeping.artefacts, keeping.holder);',
      replace: '',
      test: 'pitfall 42: a worker that goes on after its execution was stopped does not begin where the lock names another',
    },
    {
      name: 'checkpoint-is-under-the-lock',
      search: 'await assertLock(artefacts, holder);',
      replace: '',
      test: 'pitfall 42: a worker that goes on after its execution was stopped ends at the next checkpoint',
    },
    {
      name: 'progress-clears-a-failure',
      search: 'delete checkpoint.failure;',
      replace: '',
      test: 'walk forgets an earlier failure at the next progress',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/checkpoint.ts', 'test/lambdas/dynamodb/rounds.test.ts', [
    {
      name: 'throttling-is-not-final',
      search: 'name !== undefined && !isRetried({ name })',
      replace: 'name !== undefined',
      test: 'checkpoints that failed with Promotion.Throttled are final: false',
    },
    {
      name: 'checkpoint-belongs-to-one-table',
      search: "${tableId || 'table'}-",
      replace: '',
      test: 'checkpoints of different tables, totals and segments have keys of their own',
    },
  ]),
  ...of('rounds', [
    {
      name: 'segments-are-frozen',
      search: 'if (all.get(as)?.tableId === tableId) continue;',
      replace: '',
      test: 'pitfall 12: going on with another number of segments never happens',
    },
    {
      name: 'freezing-is-conditional',
      search: 'write(key, wanted, present ? { etag: present.etag } : { absent: true });',
      replace: 'write(key, wanted);',
      test: 'pitfall 12: going on with another number of segments two workers that freeze at once do not overwrite',
    },
    {
      name: 'copied-groups-are-left-out',
      search: 'const left = groups.filter((_, index) => !checkpoints[index]?.done);',
      replace: 'const left = groups;',
      test: 'a round leaves out what an earlier run has copied',
    },
    {
      name: 'silent-children-are-seen',
      search: 'const left = groups.filter((_, index) => !checkpoints[index]?.done &&',
      replace: 'const left = groups.filter((_, index) => checkpoints[index]?.failure &&',
      test: 'pitfall 39: failed children that nobody sees what is not done is the next round',
    },
    {
      name: 'final-failures-are-not-repeated',
      search: ' && !isFinal(checkpoints[index]?.failure)',
      replace: '',
      test: 'pitfall 39: failed children that nobody sees what failed for good is not tried again',
    },
    {
      name: 'rounds-are-bounded',
      search: 'round >= laterRounds ? [] : left',
      replace: 'left',
      test: 'pitfall 39: failed children that nobody sees there are four rounds in all',
    },
  ]),
  ...of('merge', [
    {
      name: 'positions-are-those-of-settled-pages',
      search: 'const released = release();',
      replace: 'Object.assign(safe, ahead); const released = release();',
      test: 'pitfall 38: segments of two tables that hold other keys, or in another order are compared exactly',
    },
    {
      name: 'what-finds-no-equal-is-settled',
      search: 'if (ahead === null || full) await settleWindow(unequal, unwritable);',
      replace: 'if (full) await settleWindow(unequal, unwritable);',
      test: 'openMerge counts what is missing, extra and different, and looks up only that',
    },
    {
      name: 'differences-are-seen',
      search: '!sources.same(mine, theirs)) unequal.push(own);',
      replace: 'false) unequal.push(own);',
      test: 'openMerge counts what is missing, extra and different, and looks up only that',
    },
    {
      name: 'window-is-bounded',
      search: 'const full = window.source.size + window.destination.size > windowEntries || bytes > windowBytes;',
      replace: 'const full = window.source.size > 1e9;',
      test: 'pitfall 38: segments of two tables that hold other keys, or in another order are looked up by key',
    },
  ]),
  ...of('mismatches', [
    {
      name: 'mismatches-are-read-once-more',
      search: 'const mismatches = await judged(comparison, entries);',
      replace: 'const mismatches = entries.length > 0 ? first : [];',
      test: 'pitfall 43: a comparison right after a write reads both sides once more',
    },
    {
      name: 'collisions-are-not-repaired',
      search: 'wanted && !collides && ',
      replace: 'wanted && ',
      test: 'a repair leaves a key that two source items would have',
    },
  ]),
  ...of('segment-worker', [
    {
      name: 'stop-flag-is-raised',
      search: 'if (isFinal(failure)) await raiseStop(',
      replace: 'if (false) await raiseStop(',
      test: 'pitfall 41: an error that every child would meet ends the other groups of that table without a page',
    },
    {
      name: 'stop-flag-is-for-final-errors',
      search: 'if (isFinal(failure)) await raiseStop(',
      replace: 'await raiseStop(',
      test: 'pitfall 41: an error that every child would meet is not an error that may pass',
    },
    {
      name: 'stop-flag-is-the-table’s',
      search: '${group.as}.json`',
      replace: 'all.json`',
      test: 'pitfall 41: an error that every child would meet leaves other tables alone',
    },
  ]),
  ...of('segments', [
    {
      name: 'asked-for-segments-are-kept',
      search: "if (requested !== 'auto') return requested;",
      replace: "if (requested !== 'auto') return Math.min(requested, 16);",
      test: 'pitfall 6: more segments than items keeps the number of segments that was asked for',
    },
    {
      name: 'segments-are-in-one-group',
      search: 'first + turn * children',
      replace: 'first + turn',
      test: 'groupSegments puts every segment of any total into exactly one group',
    },
  ]),
];
