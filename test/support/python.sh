# shellcheck shell=sh
# Sourced by the lanes whose judges are Python programs: they have set `lane` (for messages) and `home` (for packages).
# Leaves in `python` an interpreter that can be given packages, and in `into` the folder for them where it has no
# environment of its own.

fail() {
  echo "npm run $lane: $1" >&2
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

need_pip() {
  "$python" -m pip --version >/dev/null 2>&1 ||
    fail 'python3 has neither a working venv module nor pip (Debian: apt-get install python3-venv)'
}
