#!/usr/bin/env bash
# Deploys the whole app with the CDK CLI into MiniStack, an emulator that others wrote, and promotes tables in it.
# What this lane carries and what it does not stands in docs/deploy-lane.md.
set -euo pipefail
lane=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$lane/../.." && pwd)
home="$root/.local/deploy"

fail() {
  echo "npm run test:deploy: $1" >&2
  exit 1
}

command -v python3 >/dev/null 2>&1 ||
  fail 'there is no python3 on the PATH; install Python 3.10 or newer (Debian: apt-get install python3 python3-venv)'
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
  fail "Python 3.10 or newer is needed, and python3 is $(python3 --version 2>&1)"
[ -x "$root/node_modules/.bin/cdk" ] || fail 'the CDK CLI is not installed; run npm ci first'

# Debian keeps the venv module's pip in a package of its own; without it the packages go into a plain folder.
mkdir -p "$home"
if [ ! -x "$home/venv/bin/python" ] && ! python3 -m venv "$home/venv" >"$home/venv.log" 2>&1; then
  rm -rf "$home/venv"
fi
if [ -x "$home/venv/bin/python" ]; then
  python="$home/venv/bin/python"
  into=''
else
  python=python3
  into="$home/packages"
  export PYTHONPATH="$into"
fi
"$python" -m pip --version >/dev/null 2>&1 ||
  fail 'python3 has neither a working venv module nor pip (Debian: apt-get install python3-venv)'
# The newest that installs: what it learns to carry is to be seen here first.
if ! "$python" -m pip install --quiet --disable-pip-version-check --upgrade ${into:+--target "$into"} \
  ministack boto3 2>"$home/pip.log"; then
  "$python" -c 'import boto3, ministack' 2>/dev/null ||
    fail "pip could not install ministack and boto3: $(tail -n 1 "$home/pip.log")"
  echo 'pip could not look for a newer version; going on with the installed one' >&2
fi

cd "$root"
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$lane/lane.py" "$home"
