#!/bin/sh
# Finds a Python that can run the set-up program and hands over to it: scripts/setup.sh [all|python|rest|toolchain|engine|images]
#
# On Debian and Ubuntu, root gets a missing Python installed; everybody else gets one instruction.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
recent='import sys; sys.exit(sys.version_info < (3, 11))' # pyproject.toml: requires-python

find_python() {
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$recent" 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

if ! python=$(find_python); then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "python         no Python 3.11 or newer -> installing Debian's python3 (the set-up program needs one)"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends python3 python3-venv >/dev/null
  fi
  if ! python=$(find_python); then
    echo "error: no Python 3.11 or newer was found (looked for python3 and python3.11 to python3.14 on PATH)." >&2
    echo "       The set-up program and everything after it is written for 3.11, so nothing was changed." >&2
    echo "       Install one, e.g. 'sudo apt-get install python3 python3-venv' or 'brew install python', and repeat." >&2
    exit 1
  fi
fi

exec "$python" "$root/scripts/setup" "$@"
