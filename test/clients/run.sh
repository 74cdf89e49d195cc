#!/bin/sh
# Judges the product with other people's clients: boto3 and the AWS CLI, in a Python environment of its own.
# Arguments go to pytest: sh test/clients/run.sh -k migrate
set -eu
clients=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$clients/../.." && pwd)
home="$root/.local/clients"

lane='test:clients'
. "$root/test/support/python.sh"

installed="$home/installed.txt"
if ! cmp -s "$clients/requirements.txt" "$installed" || ! "$python" -c 'import awscli, boto3, jsonschema, pytest' 2>/dev/null; then
  rm -f "$installed"
  need_pip
  "$python" -m pip install --quiet --disable-pip-version-check ${into:+--upgrade --target "$into"} \
    -r "$clients/requirements.txt" || fail 'pip could not install test/clients/requirements.txt'
  cp "$clients/requirements.txt" "$installed"
fi

cd "$root"
export PYTHONDONTWRITEBYTECODE=1
exec "$python" -m pytest -p no:cacheprovider --rootdir "$clients" --strict-markers --durations 8 -q "$@" "$clients"
