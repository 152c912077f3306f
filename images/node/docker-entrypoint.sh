#!/bin/sh
# Entry rule of the official image: an option, or a word that is no command and no executable, is meant for node.
set -eu

case "${1:-}" in
  -*) set -- node "$@" ;;
  *)
    if [ -n "${1:-}" ] && [ -z "$(command -v "$1" 2>/dev/null)" ]; then
      set -- node "$@"
    fi
    ;;
esac

exec "$@"
