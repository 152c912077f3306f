#!/bin/sh
# Starts HAProxy by the rules of the official image: always as a master with workers (-W), always in the foreground (-db).
set -eu

case ${1:-} in
  -*) set -- haproxy "$@" ;;
esac

if [ "${1:-}" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
