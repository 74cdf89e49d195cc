import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lambdas/core/wire/${name}.ts`, `test/lambdas/core/wire/${name}.test.ts`, rows);

/** Guards of the calls that workers sign and send themselves, without the SDK. */
export const wireMutations: readonly Mutation[] = [
  ...of('signer', [
    {
      name: 'day-key-belongs-to-its-secret',
      search: 'derived?.secret === secret && derived.day === day',
      replace: 'derived?.day === day',
      test: 'createSigner derives the key anew for another secret and another day',
    },
    {
      name: 'day-key-belongs-to-its-day',
      search: 'derived?.secret === secret && derived.day === day',
      replace: 'derived?.secret === secret',
      test: 'createSigner derives the key anew for another secret and another day',
    },
    {
      name: 's3-paths-are-encoded-once',
      search: 'isS3 ? path : encodePath(path)',
      replace: 'encodePath(path)',
      test: 'createSigner signs for s3 as the SDK does, whatever is sent',
    },
    {
      name: 'query-is-signed-in-order',
      search: '(one < other ? -1 : 1)',
      replace: '0',
      test: 'createSigner signs for sts as the SDK does, whatever is sent',
    },
    {
      name: 'headers-are-ordered-anew',
      search: 'if (given.length !== known.given.length || given.some((name, at) => name !== known.given[at])) {',
      replace: 'if (known.given.length === 0) {',
      test: 'createSigner signs for dynamodb as the SDK does, whatever is sent',
    },
    {
      name: 'token-is-signed',
      search: "if (keys.sessionToken) added['x-amz-security-token'] = keys.sessionToken;",
      replace: '',
      test: 'createSigner signs for dynamodb as the SDK does, whatever is sent',
    },
  ]),
  ...of('xml', [
    {
      name: 'cut-document-is-none',
      search: 'if (open.length > 1 || document.children.length !== 1 || !root) {',
      replace: 'if (!root) {',
      test: 'readXml refuses two documents',
    },
    {
      name: 'tags-do-not-cross',
      search: 'if (open.length === 1 || top.name !== localName(name))',
      replace: 'if (open.length === 1)',
      test: 'readXml refuses elements that cross',
    },
    {
      name: 'text-beside-elements-is-damage',
      search: "if (text.trim() !== '') throw",
      replace: 'if (false) throw',
      test: 'readXml refuses text beside elements',
    },
  ]),
  ...of('exchange', [
    {
      name: 'silence-has-an-end',
      search: 'connection.setTimeout(patience.idle, () => end(`a byte within ${patience.idle} ms`));',
      replace: '',
      test: 'an exchange does not wait for ever for the first byte',
    },
    {
      name: 'dripping-has-an-end',
      search: 'call.destroy(new TimeoutError(`an answer within ${patience.total} ms`, endpoint));',
      replace: '',
      test: 'an exchange does not wait for ever for the last byte',
    },
    {
      name: 'cut-answer-is-an-error',
      search: "          response.on('error', fail);",
      replace: "          response.on('error', () => resolve({ status: 200, body: Buffer.alloc(0), headers: {} }));",
      test: 'an exchange fails where an answer ends before its length',
    },
    {
      name: 'answers-are-bounded',
      search: 'if (told > largestAnswer) {',
      replace: 'if (false) {',
      test: 'an exchange takes no answer that is larger than any',
    },
    {
      name: 'pieces-go-where-they-belong',
      search: 'chunk.copy(place, length);',
      replace: 'chunk.copy(place, 0);',
      test: 'an exchange puts a long answer together that comes in pieces',
    },
  ]),
  ...of('pool', [
    {
      name: 'connections-are-kept',
      search: '      free.push(connection);',
      replace: '      connection.destroy();',
      test: 'a pool of connections sends one call after the other over one connection, and asks for it to be kept',
    },
    {
      name: 'connections-are-bounded',
      search: '} else if (all.size < most) {',
      replace: '} else if (most > 0) {',
      test: 'a pool of connections opens as many as it may, and lets calls beyond wait in their order',
    },
    {
      name: 'ended-connection-is-not-used',
      search: 'while (last && !last.writable) last = free.pop();',
      replace: '',
      test: 'a pool of connections does not use one that is about to end',
    },
    {
      name: 'broken-connection-makes-room',
      search: '      if (next) addRequest(next);',
      replace: '',
      test: 'a pool of connections gives a call that waits a new connection when the one before it broke',
    },
    {
      name: 'closed-pool-fails-what-waits',
      search: 'for (const request of waiting.splice(0)) refuse(request, endpoint);',
      replace: '',
      test: 'a pool of connections fails what is under way, what waits and what comes after it was closed',
    },
    {
      name: 'closed-pool-opens-nothing',
      search: 'if (closed) return refuse(request, endpoint);',
      replace: '',
      test: 'a pool of connections fails what is under way, what waits and what comes after it was closed',
    },
    {
      name: 'certificate-is-of-the-host',
      search: "isAddress ? '' : host",
      replace: "isAddress ? '' : 'elsewhere'",
      test: 'a pool of secured connections tells its host by name, and takes the session up again on the next connection',
    },
    {
      name: 'session-is-taken-up-again',
      search: ', _agentKey: host',
      replace: '',
      test: 'a pool of secured connections tells its host by name, and takes the session up again on the next connection',
    },
  ]),
  ...of('mac', [
    {
      name: 'mac-of-a-long-text',
      search: 'if (block + text.length > inner.length)',
      replace: 'if (false)',
      test: 'createMac answers as node:crypto does, for one text after the other, short and long',
    },
    {
      name: 'mac-of-a-short-text-after-a-long-one',
      search: 'inner.subarray(0, end)',
      replace: 'inner',
      test: 'createMac answers as node:crypto does, for one text after the other, short and long',
    },
  ]),
  ...mutationsOf('lambdas/core/wire/pool.ts', 'test/lambdas/core/wire/exchange.test.ts', [
    {
      name: 'silence-of-a-kept-connection-has-an-end',
      search: 'connection.unref();',
      replace: 'connection.setTimeout(0);',
      test: 'an exchange does not wait for ever on a connection that was kept',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/sdk-names.ts', 'test/lambdas/dynamodb/sdk-names.test.ts', [
    {
      name: 'values-are-not-disguised',
      search: '(colon ? `"${map(name)}"${colon}` : whole)',
      replace: '`"${map(name)}"${colon ?? \'\'}`',
      test: 'names that the SDK would lose are no values',
    },
    {
      name: 'disguised-names-stay-apart',
      search: ' || name.startsWith(mark)',
      replace: '',
      test: 'names that the SDK would lose are disguised and come back: the mark of a disguise',
    },
  ]),
  ...mutationsOf('lambdas/core/json-text.ts', 'test/lambdas/core/json-text.test.ts', [
    {
      name: 'escaped-names-are-read-one-by-one',
      search: "text.includes('\\\\') && hasEscapedName(text)",
      replace: 'false',
      test: 'jsonOf keeps escaped names where JSON.parse takes them for others',
    },
    {
      name: 'escaped-names-are-found-within',
      search: "if (colon && content?.includes('\\\\')) return true;",
      replace: "return Boolean(colon && content?.includes('\\\\'));",
      test: 'jsonOf keeps escaped names where JSON.parse takes them for others',
    },
  ]),
  ...of('signed-calls', [
    {
      name: 'clock-is-set-right',
      search: '    skew = found;',
      replace: '',
      test: 'pitfall 36: a clock that is wrong is set by the date of an answer with RequestTimeTooSkewed, for later calls',
    },
    {
      name: 'wrong-secret-is-no-wrong-clock',
      search: 'if (Math.abs(found - used) < toleratedSkew) return false;',
      replace: '',
      test: 'pitfall 36: a clock that is wrong is not the trouble where the dates agree',
    },
    {
      name: 'clock-is-not-set-for-ever',
      search: 'adjusted < clockTries &&',
      replace: 'adjusted < 50 &&',
      test: 'pitfall 36: a clock that is wrong is set three times at most',
    },
    {
      name: 'session-is-renewed-once-for-all',
      search: 'if (present.accessKeyId !== refused.accessKeyId) return;',
      replace: '',
      test: 'a session that the service calls expired is renewed, once for all calls under way',
    },
    {
      name: 'renewed-session-may-be-refused',
      search: "classify(error) === 'expired' && !renewed",
      replace: "classify(error) === 'expired' && session.keys",
      test: 'a session that the service calls expired that is refused again is thrown',
    },
  ]),
  ...of('s3', [
    {
      name: 'object-is-what-was-written',
      search: '    if (found !== told) throw',
      replace: '    if (false) throw',
      test: 'an answer is no answer with another crc32, to a read',
    },
    {
      name: 'object-has-an-etag',
      search: "if (typeof etag !== 'string' || etag === '') throw",
      replace: 'if (false) throw',
      test: 'an answer is no answer without an ETag: empty, or a page of HTML, to a read',
    },
    {
      name: 'listing-has-all-it-counts',
      search: 'count !== null && Number(count) === objects.length &&',
      replace: '',
      test: 'an answer is no answer with fewer objects than it counts, to a listing',
    },
    {
      name: 'truncated-listing-has-a-way-on',
      search: 'if (!whole || (truncated && !next)) throw',
      replace: 'if (!whole) throw',
      test: 'an answer is no answer truncated without a way on, to a listing',
    },
    {
      name: 'written-object-is-checked-by-the-service',
      search: "'x-amz-checksum-crc32': base64Crc32(body),",
      replace: '',
      test: 'put and get let the service check what arrived',
    },
    {
      name: 'dotted-bucket-has-no-host',
      search: "return name.includes('.')",
      replace: 'return false',
      test: 'bucketAddress of my.artefacts in eu-west-1 is https://s3.eu-west-1.amazonaws.com/my.artefacts',
    },
  ]),
  ...of('sts', [
    {
      name: 'session-is-whole',
      search: 'found.secretAccessKey && found.sessionToken && !Number.isNaN(expiration.getTime())',
      replace: 'found.secretAccessKey',
      test: 'assumeRole takes no answer that is without a token',
    },
    {
      name: 'account-is-asked-with-its-keys',
      search: "await ask(callsOf(keys), 'GetCallerIdentity', {})",
      replace: "await ask(ownCalls, 'GetCallerIdentity', {})",
      test: 'accountOf asks with the keys that it is about',
    },
  ]),
  ...mutationsOf('lambdas/core/accounts.ts', 'test/lambdas/core/accounts.test.ts', [
    {
      name: 'renewal-is-shared',
      search: 'renewals.get(place) ?? renew()',
      replace: 'renew()',
      test: 'pitfall 35: a session for every call, or one that has run out calls that ask for a new session at once share one',
    },
    {
      name: 'failed-renewal-is-forgotten',
      search: '.finally(() => renewals.delete(place))',
      replace: '',
      test: 'pitfall 35: a session for every call, or one that has run out a session that could not be had is asked for anew',
    },
  ]),
  ...mutationsOf('lambdas/core/handler.ts', 'test/lambdas/core/handler.test.ts', [
    {
      name: 'missing-variable-is-named',
      search: '  if (value) return value;',
      replace: "  return value ?? '';",
      test: 'defineHandler refuses a function that lacks a variable, by name',
    },
  ]),
];
