#!/usr/bin/env bash
# Starts RabbitMQ by the rules of the official image.
#
# Runs as root (then drops to `rabbitmq`) or directly as 999:999 with every capability dropped and a read-only root;
# /tmp and /var/log/rabbitmq must be writable. Only the second way lets health checks read the Erlang cookie.
set -euo pipefail

if [[ $1 == rabbitmq* ]] && [ "$(id -u)" = 0 ]; then
  if [ "$1" = rabbitmq-server ]; then
    find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
  fi
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups -- "$0" "$@"
fi

# Early versions of the official image turned these into a configuration. Whoever sets one expects TLS or a password
# that the server would not have, so it is better not to start.
withdrawn=(
  RABBITMQ_DEFAULT_{PASS,USER}_FILE
  RABBITMQ_{,MANAGEMENT_}SSL_{CACERTFILE,CERTFILE,DEPTH,FAIL_IF_NO_PEER_CERT,KEYFILE,VERIFY}
  RABBITMQ_VM_MEMORY_HIGH_WATERMARK
)
refused=0
for name in "${withdrawn[@]}"; do
  if [ -n "${!name:-}" ]; then
    printf 'error: %s is set but deprecated\n' "$name" >&2
    refused=1
  fi
done
if [ "$refused" = 1 ]; then
  printf 'error: deprecated environment variables detected. Use a configuration file: %s\n' \
    'https://www.rabbitmq.com/docs/configure' >&2
  exit 1
fi

exec "$@"
