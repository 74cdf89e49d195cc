#!/usr/bin/env bash
# Deploys the whole app with the CDK CLI into MiniStack, an emulator that others wrote, and promotes tables in it.
# What this lane carries and what it does not stands in docs/deploy-lane.md.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
lane='test:deploy'
home="$root/.local/deploy"
. "$root/test/support/python.sh"

[ -x "$root/node_modules/.bin/cdk" ] || fail 'the CDK CLI is not installed; run npm ci first'
need_pip
# The newest that installs: what it learns to carry is to be seen here first.
if ! "$python" -m pip install --quiet --disable-pip-version-check --upgrade ${into:+--target "$into"} \
  ministack boto3 2>"$home/pip.log"; then
  "$python" -c 'import boto3, ministack' 2>/dev/null ||
    fail "pip could not install ministack and boto3: $(tail -n 1 "$home/pip.log")"
  echo 'pip could not look for a newer version; going on with the installed one' >&2
fi

cd "$root"
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$here/lane.py" "$home"
