#!/bin/bash
# Brings the database up to date, or ends the shell it runs in: the container's command sources this file.
#
# In a container only the real environment is asked for the provider, as in the official image: a DATABASE_PROVIDER that
# stands in the .env file alone is not seen here. The two commands rewrite files of the image, as there.

if [ "${DOCKER_ENV:-}" != "true" ] && [ -f .env ]; then
  set -a
  # shellcheck source=/dev/null
  . ./.env
  set +a
fi

case "${DATABASE_PROVIDER:-}" in
  postgresql) ;;
  *)
    echo "Error: Database provider ${DATABASE_PROVIDER:-} invalid." >&2
    exit 1
    ;;
esac

echo "Deploying migrations for $DATABASE_PROVIDER"
if ! npm run --silent db:deploy; then
  echo "Migration failed" >&2
  exit 1
fi
echo "Migration succeeded"
if ! npm run --silent db:generate; then
  echo "Prisma generate failed" >&2
  exit 1
fi
echo "Prisma generate succeeded"
