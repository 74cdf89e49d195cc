import { type Mutation, mutationsOf } from '../mutation.ts';

/** Guards of what keeps items in the artefact bucket from being read, moved or changed. */
export const sealMutations: readonly Mutation[] = [
  ...mutationsOf('lambdas/core/sealing.ts', 'test/lambdas/core/sealing.test.ts', [
    {
      name: 'place-is-authenticated',
      search: '  return Buffer.from(place);',
      replace: '  return Buffer.alloc(0 * place.length);',
      test: 'a sealed text does not open at another place',
    },
    {
      name: 'tag-is-checked',
      search: '    decipher.final();',
      replace: '    if (bytes.length === 0) decipher.final();',
      test: 'a sealed text does not open when a single bit of it was changed, or it was cut',
    },
    {
      name: 'nonce-is-new',
      search: 'const nonce = randomBytes(nonceBytes);',
      replace: 'const nonce = Buffer.alloc(nonceBytes);',
      test: 'a sealed text is another one each time',
    },
    {
      name: 'data-key-has-an-end',
      search: 'Date.now() - kept.since < life.milliseconds && ',
      replace: '',
      test: 'a data key is used for an hour',
    },
    {
      name: 'texts-of-a-data-key-are-counted',
      search: '          kept.texts += 1;',
      replace: '',
      test: 'a data key is used for so many texts',
    },
    {
      name: 'failed-data-key-is-forgotten',
      search: '      if (store.get(place) === fresh) store.set(place, { ...fresh, since: Number.NEGATIVE_INFINITY });',
      replace: '',
      test: 'a data key is asked for again after a failure, and throttling is waited for',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/before-images.ts', 'test/lambdas/dynamodb/before-images.test.ts', [
    {
      name: 'images-are-sealed',
      search: 'sealer.seal(JSON.stringify(before), place)',
      replace: "Buffer.from(JSON.stringify(before)).toString('base64')",
      test: 'before-images do not lie readable in the bucket',
    },
    {
      name: 'image-belongs-to-its-line',
      search: 'return JSON.stringify([file, canonicalWireItem(key), written, at]);',
      replace: 'return JSON.stringify([file]);',
      test: 'before-images open in their own lines only',
    },
    {
      name: 'image-belongs-to-its-file',
      search: 'return JSON.stringify([file, canonicalWireItem(key), written, at]);',
      replace: 'return JSON.stringify([canonicalWireItem(key), written, at]);',
      test: 'before-images open in their own file only',
    },
  ]),
  ...mutationsOf('lambdas/dynamodb/undo-items.ts', 'test/lambdas/dynamodb/undo-items.test.ts', [
    {
      name: 'refused-item-is-listed-by-key',
      search: 'key: wireKeyOf(parseItem(item), names) }));',
      replace: 'key: parseItem(item) }));',
      test: 'undoItems lists what the table refuses by its key alone',
    },
  ]),
  ...mutationsOf('lambdas/core/wire/kms.ts', 'test/lambdas/core/wire/kms.test.ts', [
    {
      name: 'data-key-is-whole',
      search: 'if (plaintext.length === dataKeyBytes) return plaintext;',
      replace: 'if (plaintext.length > 0) return plaintext;',
      test: 'generateDataKey takes no answer that is of 128 bits',
    },
  ]),
  ...mutationsOf('lib/local/emulators/kms/data-keys.ts', 'test/lib/local/emulators/kms/kms.test.ts', [
    {
      name: 'ciphertext-belongs-to-its-context',
      search: 'return Buffer.from(JSON.stringify([arn, pairs]));',
      replace: 'return Buffer.from(JSON.stringify([arn, pairs.length > 9]));',
      test: 'data keys are refused in another context, under another key, and when their ciphertext was changed',
    },
    {
      name: 'disabled-key-is-not-used',
      search: 'if (key.enabled) return key;',
      replace: 'return key;',
      test: 'data keys are refused while their key is disabled',
    },
  ]),
  ...mutationsOf('lib/local/authorizer/operations-kms.ts', 'test/lib/local/authorizer/operations-kms.test.ts', [
    {
      name: 'use-has-its-context',
      search: '`kms:EncryptionContext:${name}`',
      replace: '`kms:EncryptionContext:any`',
      test: 'the use of a key is told apart by its encryption context',
    },
  ]),
];
