#!/bin/sh
# Starts Redis by the rules of the official image: options or a configuration file alone mean `redis-server` with them.
#
# Runs as root (then drops to `redis`) or directly as 999:999 with every capability dropped and a read-only root.
set -eu

case ${1:-} in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "${1:-}" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --init-groups -- "$0" "$@"
fi

# What the server writes is nobody else's, unless the owner of the container chose a mask.
if [ "$(umask)" = 0022 ]; then umask 0077; fi
exec "$@"
