#!/bin/sh
# Starts MinIO by the rule of the official image: a command other than `minio` is one of its subcommands.
#
# Runs as root or as any other uid that owns /data, with every capability dropped and a read-only root.
set -eu

if [ "${1:-minio}" != minio ]; then
  set -- minio "$@"
fi
exec "$@"
