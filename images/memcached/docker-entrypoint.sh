#!/bin/sh
# Starts memcached by the rule of the official image: options alone mean `memcached` with them.
set -eu

case ${1:-} in
  -*) set -- memcached "$@" ;;
esac
exec "$@"
