#!/bin/sh
# Judges the product with other people's clients: boto3 and the AWS CLI, in a Python environment of its own.
# Arguments go to pytest: sh test/clients/run.sh -k migrate
set -eu
clients=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$clients/../.." && pwd)
home="$root/.local/clients"

fail() {
  echo "npm run test:clients: $1" >&2
  exit 1
}

command -v python3 >/dev/null 2>&1 ||
  fail 'there is no python3 on the PATH; install Python 3.10 or newer (Debian: apt-get install python3 python3-venv)'
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
  fail "Python 3.10 or newer is needed, and python3 is $(python3 --version 2>&1)"

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

installed="$home/installed.txt"
if ! cmp -s "$clients/requirements.txt" "$installed" || ! "$python" -c 'import awscli, boto3, jsonschema, pytest' 2>/dev/null; then
  rm -f "$installed"
  "$python" -m pip --version >/dev/null 2>&1 ||
    fail 'python3 has neither a working venv module nor pip (Debian: apt-get install python3-venv)'
  "$python" -m pip install --quiet --disable-pip-version-check ${into:+--upgrade --target "$into"} \
    -r "$clients/requirements.txt" || fail 'pip could not install test/clients/requirements.txt'
  cp "$clients/requirements.txt" "$installed"
fi

cd "$root"
export PYTHONDONTWRITEBYTECODE=1
exec "$python" -m pytest -p no:cacheprovider --rootdir "$clients" --strict-markers --durations 8 -q "$@" "$clients"
