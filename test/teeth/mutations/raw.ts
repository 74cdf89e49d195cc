import { type Mutation, mutationsOf, type Row } from '../mutation.ts';

const of = (name: string, rows: readonly Row[], testName = name) =>
  mutationsOf(`lambdas/dynamodb/raw/${name}.ts`, `test/lambdas/dynamodb/raw/${testName}.test.ts`, rows);

/** Guards that the calls of all services share, shown by those of DynamoDB. */
const shared = (name: string, rows: readonly Row[]) =>
  mutationsOf(`lambdas/core/wire/${name}.ts`, 'test/lambdas/dynamodb/raw/connection.test.ts', rows);

/** Guards of the engine that moves items as bytes. */
export const rawMutations: readonly Mutation[] = [
  ...of('spans', [
    {
      name: 'raw-page-has-what-it-counts',
      search: '(list && list.length !== count)',
      replace: 'false',
      test: 'pageSpans refuses fewer items than counted',
    },
    {
      name: 'raw-answer-ends-at-its-end',
      search: "if (rest !== answer.length) throw misshapen(answer, rest, 'the end');",
      replace: '',
      test: 'pageSpans refuses something behind the end',
    },
    {
      name: 'raw-write-tells-its-rest',
      search: 'if (!told) throw',
      replace: 'if (false) throw',
      test: 'unprocessedSpans refuses no word of what is left',
    },
  ]),
  ...of(
    'tokens',
    [
      {
        name: 'raw-escaped-quote-is-no-end',
        search: 'if (inner === backslash) at++;',
        replace: '',
        test: 'pitfall 9: bytes that look like the structure do not mislead: an escaped quote',
      },
      {
        name: 'raw-backslashes-are-counted',
        search: 'if ((end - slash) % 2 === 1) return end + 1;',
        replace: 'return end + 1;',
        test: 'pitfall 9: bytes that look like the structure do not mislead in a string of 65 bytes',
      },
    ],
    'spans',
  ),
  ...of(
    'tokens',
    [
      {
        name: 'raw-names-have-escapes',
        search: 'if (byte === backslash) at++;',
        replace: '',
        test: 'pitfall 9: random pages, in pieces that end at random offsets are read as JSON.parse reads them',
      },
    ],
    'fuzz-pages',
  ),
  ...of(
    'tokens',
    [
      {
        name: 'raw-items-are-deep',
        search: 'depth++;',
        replace: 'if (depth < 60) depth++;',
        test: 'pitfall 8: types within types come through at depth 32',
      },
    ],
    'raw-engine',
  ),
  ...of(
    'bodies',
    [
      {
        name: 'raw-numbers-stay-texts',
        search: 'body.set(item, at);',
        replace: "body.set(Buffer.from(item.toString().replace(/(\\d{17})\\d/, '$10')), at);",
        test: 'pitfall 7: numbers keep every digit: 12345678901234567890123456789012345678',
      },
    ],
    'raw-engine',
  ),
  ...shared('signed-calls', [
    {
      name: 'raw-clock-follows-the-service',
      search: 'skew = found;',
      replace: '',
      test: 'pitfall 36: a clock that is wrong is set by the date of the answer InvalidSignatureException',
    },
    {
      name: 'raw-wrong-secret-is-no-clock',
      search: 'if (Math.abs(found - used) < toleratedSkew) return false;',
      replace: '',
      test: 'pitfall 36: a clock that is wrong is not looked for where the date is ours',
    },
    {
      name: 'raw-session-is-renewed-once',
      search: 'renewal ??= credentials({ forceRefresh: true })',
      replace: 'renewal = credentials({ forceRefresh: true })',
      test: 'a session that has run out is renewed once for all calls under way',
    },
  ]),
  ...of(
    'answer',
    [
      {
        name: 'raw-checksum-is-compared',
        search: 'if (String(told) !== String(found)) {',
        replace: 'if (false) {',
        test: 'the checksum of an answer makes a changed answer one that is asked for again',
      },
    ],
    'connection',
  ),
  ...shared('exchange', [
    {
      name: 'raw-pieces-come-in-order',
      search: 'chunk.copy(place, length)',
      replace: 'chunk.copy(place, 0)',
      test: 'pitfall 9: an answer that comes in pieces is put together, wherever it was cut',
    },
    {
      name: 'raw-silence-ends',
      search: 'connection.setTimeout(patience.idle, () => end(`a byte within ${patience.idle} ms`));',
      replace: '',
      test: 'a partner that fails by never answering, is left after the idle time',
    },
  ]),
  ...of('repeat', [
    {
      name: 'raw-waits-have-a-cap',
      search: 'Math.min(capMilliseconds, baseMilliseconds * 2 ** round)',
      replace: 'baseMilliseconds * 2 ** round',
      test: 'pitfall 2: waits between repetitions are drawn anew from none to a bound that doubles up to 5 s',
    },
    {
      name: 'raw-waits-end-with-the-time',
      search: 'await wait(Math.min(jitter(round), left));',
      replace: 'await wait(jitter(round));',
      test: 'pitfall 2: waits between repetitions never go past the time that there is',
    },
  ]),
  ...of('write', [
    {
      name: 'raw-unprocessed-is-sent-again',
      search: 'pending.push(left);',
      replace: '',
      test: 'pitfall 1: unprocessed items are written again until none is left',
    },
    {
      name: 'raw-throttled-call-is-repeated-outside',
      search: "if (classify(error) === 'throttled') return { throttled: error };",
      replace: '',
      test: 'pitfall 3: a call that is throttled as a whole by ThrottlingException is repeated',
    },
    {
      name: 'raw-bad-item-is-rejected-alone',
      search: 'pending.push(part.slice(half), part.slice(0, half));',
      replace: 'pending.push(part.slice(0, half));',
      test: 'pitfall 18: an item that an index refuses is rejected alone',
    },
    {
      name: 'raw-full-collection-is-rejected',
      search: '|ItemCollectionSizeLimitExceededException',
      replace: '',
      test: 'pitfall 19: an item that is too large, or whose collection is is rejected alone by ItemCollectionSizeLimitExceededException',
    },
    {
      name: 'raw-call-takes-what-a-limit-allows',
      search: 'rest.slice(0, estimate.affordable(rest.slice(0, pace.size), most))',
      replace: 'rest.slice(0, pace.size)',
      test: 'a write limiter keeps a call below what one call should take',
    },
  ]),
  ...of('bodies', [
    {
      name: 'raw-body-under-way-is-not-taken',
      search: 'spare.pop() ?? new ArrayBuffer(roomKept)',
      replace: '(spare[0] ??= new ArrayBuffer(roomKept))',
      test: 'writeBodies never takes the memory of a body that is under way, whatever is given back',
    },
  ]),
  ...of('write', [
    {
      name: 'raw-write-asks-first',
      search: 'if (permit) await permit;',
      replace: '',
      test: 'write asks before each call, and makes none where it may not',
    },
  ]),
  ...of(
    'write',
    [
      {
        name: 'raw-lost-body-is-not-reused',
        search: 'if (whole && attempts === 1)',
        replace: 'if (whole)',
        test: 'gives back a body that was sent once and carried out',
      },
    ],
    'write-reuse',
  ),
  ...of(
    'bodies',
    [
      {
        name: 'raw-bodies-are-bounded',
        search: '(batch.length > 0 && size + item.length > bytes)',
        replace: 'false',
        test: 'pitfall 20: bodies over 16 MB do not come about',
      },
    ],
    'write',
  ),
  ...of('throttles', [
    {
      name: 'raw-hot-range-slows-nobody-else',
      search: '!reasons.every((reason) => partitionReason.test(reason))',
      replace: 'true',
      test: 'countThrottles slows no other call down for TableWriteKeyRangeThroughputExceeded',
    },
  ]),
  ...of('gate', [
    {
      name: 'raw-bytes-under-way-are-bounded',
      search: '(bytesUnderway === 0 || bytesUnderway + bytes <= room)',
      replace: 'true',
      test: 'openGate lets no more bytes through than there is room for',
    },
  ]),
  ...of('read', [
    {
      name: 'raw-page-leads-onward',
      search: 'keyText(after) === keyText(found.next)',
      replace: 'false',
      test: 'page repeats a page that leads back to itself',
    },
  ]),
  ...of('keys', [
    {
      name: 'raw-equal-numbers-are-one-key',
      search: '{ N: canonicalNumber(String(value.N)) }',
      replace: 'value',
      test: 'distinctKeys has each key once',
    },
  ]),
];
