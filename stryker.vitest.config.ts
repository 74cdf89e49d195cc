import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Small files first: a mutant that a plain example kills need not wait for thousands of random ones. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bytes = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return [...files].sort((one, other) => bytes(one) - bytes(other));
  }
}

/** The tests that judge the mutated files, and no others: a mutant runs those of them that reach it. */
export default defineConfig({
  test: {
    include: [
      'test/lambdas/dynamodb/raw/{attribute-spans,spans,spans-refusals,tokens}.test.ts',
      'test/lambdas/dynamodb/{choose-way,costs,decide,limits,segments,ways}.test.ts',
      'test/lambdas/dynamodb/{change-definition,change-steps,for-destination,policy-rewrite,rename}.test.ts',
      'test/lambdas/dynamodb/conditions.test.ts',
      'test/lib/local/authorizer/{evaluate,operators,patterns}.test.ts',
    ],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/mutation/setup.ts'],
    sequence: { sequencer: SmallFirst },
    // One worker for all files: to load fast-check and the SDK anew for each takes longer than the tests.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
