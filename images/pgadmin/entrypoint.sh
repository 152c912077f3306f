#!/usr/bin/env bash
# Starts pgAdmin by the rules of the official image: the first start on an empty /var/lib/pgadmin makes its user and
# registers servers; later ones only replace the servers, and only when asked to.
#
# Runs as 5050 with every capability dropped and a read-only root: /tmp and /var/lib/pgadmin must be writable then, and
# PGADMIN_CUSTOM_CONFIG_DISTRO_FILE must name a file in one of them.
set -euo pipefail

data=/var/lib/pgadmin
python=/venv/bin/python3
servers=${PGADMIN_SERVER_JSON_FILE:-/pgadmin4/servers.json}
export CONFIG_DISTRO_FILE_PATH=${PGADMIN_CUSTOM_CONFIG_DISTRO_FILE:-/pgadmin4/config_distro.py}

fail() {
  printf 'entrypoint: %s\n' "$1" >&2
  exit 1
}

# Every PGADMIN_CONFIG_NAME is a setting NAME, its value Python.
write_settings() {
  local name
  {
    printf "CA_FILE = '/etc/ssl/certs/ca-certificates.crt'\nLOG_FILE = '/dev/null'\n"
    for name in $(compgen -e PGADMIN_CONFIG_); do
      printf '%s = %s\n' "${name#PGADMIN_CONFIG_}" "${!name}"
    done
  } >"$CONFIG_DISTRO_FILE_PATH"
}

login_password() {
  if [ -n "${PGADMIN_DEFAULT_PASSWORD:-}" ] && [ -n "${PGADMIN_DEFAULT_PASSWORD_FILE:-}" ]; then
    fail 'both PGADMIN_DEFAULT_PASSWORD and PGADMIN_DEFAULT_PASSWORD_FILE are set (but are exclusive). Keep one.'
  fi
  if [ -n "${PGADMIN_DEFAULT_PASSWORD_FILE:-}" ]; then
    [ -r "$PGADMIN_DEFAULT_PASSWORD_FILE" ] ||
      fail "PGADMIN_DEFAULT_PASSWORD_FILE: $PGADMIN_DEFAULT_PASSWORD_FILE cannot be read by uid $(id -u)."
    cat "$PGADMIN_DEFAULT_PASSWORD_FILE"
  else
    printf %s "${PGADMIN_DEFAULT_PASSWORD:-}"
  fi
}

# The password is in the environment of this one short process, never in the server's.
make_user() {
  local password
  password=$(login_password)
  if [ -z "${PGADMIN_DEFAULT_EMAIL:-}" ] || [ -z "$password" ]; then
    fail 'an empty /var/lib/pgadmin needs PGADMIN_DEFAULT_EMAIL and PGADMIN_DEFAULT_PASSWORD or ..._PASSWORD_FILE.'
  fi
  PGADMIN_SETUP_EMAIL=$PGADMIN_DEFAULT_EMAIL PGADMIN_SETUP_PASSWORD=$password "$python" run_pgadmin.py
}

register_servers() {
  if [ -f "$servers" ]; then
    "$python" setup.py load-servers "$servers" --user "$PGADMIN_DEFAULT_EMAIL" "$@"
  fi
}

copy_passwords() {
  if [ -f "${PGPASS_FILE:-}" ]; then
    local storage=$data/storage/${PGADMIN_DEFAULT_EMAIL//@/_}
    mkdir -p "$storage"
    install --mode 0600 "$PGPASS_FILE" "$storage/.pgpass"
  fi
}

[ -z "${PGADMIN_CONFIG_CONFIG_DATABASE_URI:-}${PGADMIN_CONFIG_CONFIG_DATABASE_URI_FILE:-}${PGADMIN_ENABLE_TLS:-}" ] ||
  fail 'this local equivalent has neither an external configuration database nor TLS; use the official image.'

cd /pgadmin4
[ -s "$CONFIG_DISTRO_FILE_PATH" ] || write_settings
if [ ! -f "$data/pgadmin4.db" ]; then
  make_user
  register_servers
  copy_passwords
elif [ "${PGADMIN_REPLACE_SERVERS_ON_STARTUP:-}" = True ]; then
  register_servers --replace
fi
unset PGADMIN_DEFAULT_PASSWORD

# One worker, because sessions are kept in it.
exec /venv/bin/gunicorn --workers 1 --threads "${GUNICORN_THREADS:-25}" --timeout 86400 \
  --limit-request-line "${GUNICORN_LIMIT_REQUEST_LINE:-8190}" --access-logfile "${GUNICORN_ACCESS_LOGFILE:--}" \
  --bind "${PGADMIN_LISTEN_ADDRESS:-[::]}:${PGADMIN_LISTEN_PORT:-80}" run_pgadmin:app
