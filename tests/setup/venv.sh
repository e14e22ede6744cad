#!/bin/sh
# venv.sh DIR: make DIR a virtual environment of the first suitable Python, unless it is one.
#
# PYTHON names the interpreter to take. SYSTEM_PACKAGES=install lets root install on Debian and
# Ubuntu what the system lacks; otherwise it is only named.
set -u
dir=$1
unfinished=$dir/.unfinished

fail() {
  printf '%s\n' "$@" >&2
  exit 2
}

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }

find_python() {
  if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
  else
    set -- python3 python3.14 python3.13 python3.12 python3.11 python3.10 python
  fi
  for name; do
    if suits "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

may_install() {
  [ "${SYSTEM_PACKAGES:-}" = install ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

install() {
  echo "Installing with apt-get: $*"
  apt="env DEBIAN_FRONTEND=noninteractive apt-get -qq"
  { $apt install -y "$@" || { $apt update && $apt install -y "$@"; }; } </dev/null >/dev/null
}

# The standard way; or, for a Python without ensurepip, by the pip that it has.
create() {
  mkdir -p "$dir"
  touch "$unfinished"
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$dir"
  else
    "$python" -m pip --version >/dev/null 2>&1 &&
      "$python" -m venv --without-pip "$dir" &&
      "$python" -m pip --python "$dir" install --quiet pip
  fi && rm -f "$unfinished"
}

works() {
  [ ! -e "$unfinished" ] && suits "$dir/bin/python" &&
    "$dir/bin/python" -m pip --version >/dev/null 2>&1
}

works && exit 0

if ! python=$(find_python) && may_install; then
  install python3 python3-venv
  python=$(find_python)
fi
if [ -z "$python" ]; then
  fail "fairlead needs Python 3.10 or later; ${PYTHON:-python3} is missing or older." \
    "  Debian, Ubuntu: apt-get install python3 python3-venv" \
    "  elsewhere: install Python 3 and name it: make ... PYTHON=/path/to/python3"
fi

echo "Creating $dir with $python, $("$python" --version 2>&1)"
# An environment whose Python runs only lacks pip; anything else is in the way.
if [ -e "$unfinished" ] || ! suits "$dir/bin/python"; then
  rm -rf "$dir"
fi
if ! create && may_install; then
  install python3-venv
  create
fi
if ! works; then
  fail "$python cannot create a virtual environment with pip in it." \
    "  Debian, Ubuntu: apt-get install python3-venv" \
    "  elsewhere: install Python's venv and ensurepip modules, or name another Python:" \
    "  make ... PYTHON=/path/to/python3"
fi
