import { type Mutation, mutationsOf } from '../mutation.ts';

const of = (name: string, rows: Parameters<typeof mutationsOf>[2]) =>
  mutationsOf(`lib/local/${name}.ts`, `test/lib/local/${name}.test.ts`, rows);

/** Guards of the local host: what it refuses as AWS does. */
export const gatewayMutations: readonly Mutation[] = [
  ...of('gateway/signature', [
    {
      name: 'signature-is-verified',
      search:
        "if (!timingSafeEqual(Buffer.from(expected), Buffer.from(authorization.signature))) throw new Refusal('mismatch');",
      replace: '',
      test: 'a request to dynamodb is refused when its body was changed',
    },
    {
      name: 'session-runs-out',
      search: "if (session.expiration.getTime() <= now) throw new Refusal('expired');",
      replace: '',
      test: 'the wire codes of dynamodb are its own',
    },
    {
      name: 'date-is-checked',
      search: 'if (Math.abs(now - at) <= allowed) return;',
      replace: 'return;',
      test: 'the date of a request 6 minutes off is refused by sts',
    },
    {
      name: 'scope-has-the-date',
      search: 'if (scope.date !== dateTime.slice(0, 8)) {',
      replace: 'if (false) {',
      test: 'the date of a request must be the day of the credential scope',
    },
    {
      name: 'headers-are-signed',
      search: 'if (mustBeSigned && !signedHeaders.includes(name)) {',
      replace: 'if (false) {',
      test: 'a request to s3 is refused when a header was slipped in',
    },
  ]),
  ...mutationsOf('lib/local/gateway/signature.ts', 'test/lib/local/gateway/gateway.test.ts', [
    {
      name: 'content-hash-is-checked',
      search: 'if (stated.toLowerCase() !== computed) {',
      replace: 'if (false) {',
      test: 'startGateway checks the content hash of S3 for root, too',
    },
  ]),
  ...of('gateway/call-record', [
    {
      name: 'calls-have-the-documented-form',
      search: "query === 'units' ? [...members, 'units'] : members",
      replace: "[...members, 'units']",
      test: 'GET /_local/calls has the same members for every call unless it is asked for more',
    },
    {
      name: 'units-are-of-all-tables',
      search: 'sum + CapacityUnits, 0)',
      replace: 'CapacityUnits, 0)',
      test: 'unitsTold is the sum over all tables of a batch',
    },
  ]),
  ...of('gateway/credentials', [
    {
      name: 'root-key-has-twelve-digits',
      search: '/^\\d{12}$/',
      replace: '/^\\d+$/',
      test: 'isRootKey is true for twelve digits only',
    },
  ]),
  ...of('gateway/payload', [
    {
      name: 'chunks-are-verified',
      search: "if (signature !== expected) throw new Refusal('mismatch');",
      replace: '',
      test: 'decodeChunked refuses a chunk of which one byte is another',
    },
    {
      name: 'announced-trailer-is-there',
      search: 'if (!(name.trim().toLowerCase() in trailers)) {',
      replace: 'if (false) {',
      test: 'decodeChunked refuses a body without the announced trailer',
    },
  ]),
  ...mutationsOf('lib/local/member-check.ts', 'test/lib/local/members.test.ts', [
    {
      name: 'unknown-members-are-refused',
      search: 'if (!Object.hasOwn(members, name))',
      replace: 'if (false)',
      test: 'checkMembers refuses {"Name":"abc","Other":1}',
    },
    {
      name: 'required-members-are-missed',
      search: 'else if (member.required) broken.push(missing(place));',
      replace: '',
      test: 'checkMembers refuses {"Name":"abc","Tags":[{}]}',
    },
  ]),
  ...mutationsOf('lib/local/authorizer/evaluate.ts', 'test/lib/local/emulators/sts/trust.test.ts', [
    {
      name: 'trust-may-be-denied',
      search: "if (statement.effect === 'Deny') return { allow: null, deny: deciding, naming: null };",
      replace: "if (statement.effect === 'Deny') continue;",
      test: 'isTrusted is false when a statement denies',
    },
    {
      name: 'trust-needs-every-condition',
      search: 'conditions.every((condition)',
      replace: 'conditions.some((condition)',
      test: 'isTrusted needs every condition and every action',
    },
  ]),
  ...of('emulators/sts/trust', [
    {
      name: 'trust-needs-every-action',
      search: 'return actions.every((action) => {',
      replace: 'return actions.some((action) => {',
      test: 'isTrusted needs every condition and every action',
    },
  ]),
  ...mutationsOf('lib/local/emulators/s3/conditions.ts', 'test/lib/local/emulators/s3/objects.test.ts', [
    {
      name: 's3-creates-an-object-once',
      search: "if (current) throw preconditionFailed('If-None-Match');",
      replace: '',
      test: 'conditional writes create an object once with If-None-Match: *',
    },
    {
      name: 's3-replaces-the-present-object',
      search: "if (!etagMatches(expected, current.etag)) throw preconditionFailed('If-Match');",
      replace: '',
      test: 'conditional writes replace an object only with its present tag',
    },
  ]),
  ...mutationsOf('lib/local/emulators/dynamodb/engine/keys.ts', 'test/lib/local/emulators/dynamodb/items.test.ts', [
    {
      name: 'index-keys-are-checked',
      search: 'return checkIndexKeys(item, table) ?? checkDepth(item);',
      replace: 'return checkDepth(item);',
      test: 'pitfall 18: index keys refuse the whole batch for one item',
    },
  ]),
  ...mutationsOf(
    'lib/local/emulators/dynamodb/engine/index-entries.ts',
    'test/lib/local/emulators/dynamodb/items.test.ts',
    [
      {
        name: 'index-entries-are-kept-apart',
        search: ' + database.createKey(item, table);',
        replace: ';',
        test: 'pitfall 18: index keys tell apart thousands of items with one index key',
      },
    ],
  ),
  ...mutationsOf('lib/local/emulators/dynamodb/index.ts', 'test/lib/local/emulators/dynamodb/tables.test.ts', [
    {
      name: 'statistics-are-refreshed',
      search: 'if (measures) table.measures = measures;',
      replace: '',
      test: 'pitfall 30: statistics stay at zero after writes until they are refreshed',
    },
  ]),
  ...mutationsOf(
    'lib/local/emulators/dynamodb/engine/filter.ts',
    'test/lib/local/emulators/dynamodb/engine/filter.test.ts',
    [
      {
        name: 'emulated-filters-take-absent-for-unequal',
        search: 'return left !== undefined && right !== undefined && areEqual(left, right);',
        replace: 'return left === right || (left !== undefined && right !== undefined && areEqual(left, right));',
        test: 'what is absent makes gone <> lost true',
      },
    ],
  ),
  ...mutationsOf(
    'lib/local/emulators/dynamodb/engine/segments.ts',
    'test/lib/local/emulators/dynamodb/engine/segments.test.ts',
    [
      {
        name: 'emulated-segments-cover-the-table',
        search: 'return first < next ?',
        replace: 'return first + 1 < next ?',
        test: 'foldSegment',
      },
    ],
  ),
];
