#!/usr/bin/env bash
# Starts RabbitMQ by the rules of the official image: secrets in files named by variables are refused, not ignored.
set -Eeuo pipefail

refused=()
for name in RABBITMQ_DEFAULT_PASS_FILE RABBITMQ_DEFAULT_USER_FILE RABBITMQ_MANAGEMENT_SSL_CACERTFILE \
  RABBITMQ_SSL_CACERTFILE RABBITMQ_VM_MEMORY_HIGH_WATERMARK; do
  if [ -n "${!name:-}" ]; then refused+=("$name"); fi
done
if [ "${#refused[@]}" -gt 0 ]; then
  printf 'error: %s is set but deprecated: use a configuration file instead\n' "${refused[@]}" >&2
  exit 1
fi

if [ "${1:-}" = rabbitmq-server ] && [ "$(id -u)" = 0 ]; then
  find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq:rabbitmq '{}' +
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups -- "$0" "$@"
fi
exec "$@"
