#!/bin/sh
# The workers under the Node that Lambda runs them with (`NODEJS_24_X` of lib/cloud/worker-function.ts): their tests, and
# a promotion from end to end. Development and the other lanes take the Node that is installed. Needs the npm registry.
# Arguments go to vitest: sh test/runtime/run.sh test/lambdas/core
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
version=24.21.0
home="$root/.local/runtime"
package="node-$(node -p 'process.platform + "-" + process.arch')"

# The package of one platform holds the binary and runs no script; beside the project's own, so that `npm run` is not led astray.
if [ "$("$home/node_modules/$package/bin/node" --version 2>/dev/null)" != "v$version" ]; then
  mkdir -p "$home"
  npm install --prefix "$home" --no-save --no-audit --no-fund --silent "$package@$version" || {
    echo "npm run test:runtime: npm could not install $package@$version" >&2
    exit 1
  }
fi
PATH="$home/node_modules/$package/bin:$PATH"
export PATH

cd "$root"
echo "Node $(node --version)"
node node_modules/vitest/vitest.mjs run "${@:-test/lambdas}"
exec node --import tsx bin/local.ts demo
