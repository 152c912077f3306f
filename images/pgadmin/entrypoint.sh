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

# Every PGADMIN_CONFIG_NAME is a setting NAME, its value Python; true and false may be written small.
write_settings() {
  local name value
  {
    printf "CA_FILE = '/etc/ssl/certs/ca-certificates.crt'\nLOG_FILE = '/dev/null'\n"
    for name in $(env | grep '^PGADMIN_CONFIG_' | cut -d = -f 1); do
      value=${!name}
      case ${value,,} in
        true) value=True ;;
        false) value=False ;;
      esac
      printf '%s = %s\n' "${name#PGADMIN_CONFIG_}" "$value"
    done
  } >"$CONFIG_DISTRO_FILE_PATH"
}

# Without file capabilities, which no-new-privileges takes away, it falls back to another port than 80 by itself.
listen_port() {
  local bounding
  bounding=$(awk '/^CapBnd:/ { print $2 }' /proc/self/status)
  if grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status || [ $((0x$bounding & 0x400)) -eq 0 ]; then
    echo 8080
  else
    echo 80
  fi
}

# A process of its own, as in the official image: an address that it refuses could never log in.
check_email() {
  "$python" -c 'import sys
sys.path.append("pgadmin/utils")
from validation_utils import validate_email
sys.exit(0 if validate_email(sys.argv[1]) else 1)' "$PGADMIN_DEFAULT_EMAIL" ||
    fail "PGADMIN_DEFAULT_EMAIL: $PGADMIN_DEFAULT_EMAIL is no address pgAdmin accepts, so nobody could log in."
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
  check_email
  PGADMIN_SETUP_EMAIL=$PGADMIN_DEFAULT_EMAIL PGADMIN_SETUP_PASSWORD=$password "$python" run_pgadmin.py
}

register_servers() {
  if [ -f "$servers" ]; then
    "$python" setup.py load-servers "$servers" --user "$PGADMIN_DEFAULT_EMAIL" "$@"
  fi
}

copy_passwords() {
  if [ -f "${PGPASS_FILE:-}" ]; then
    local storage
    # shellcheck disable=SC2001 # the official script's own step, which needs sed
    storage=$data/storage/$(echo "$PGADMIN_DEFAULT_EMAIL" | sed s/@/_/g)
    mkdir -p "$storage"
    cp "$PGPASS_FILE" "$storage/.pgpass"
    chmod 600 "$storage/.pgpass"
  fi
}

[ -z "${PGADMIN_CONFIG_CONFIG_DATABASE_URI:-}${PGADMIN_CONFIG_CONFIG_DATABASE_URI_FILE:-}${PGADMIN_ENABLE_TLS:-}" ] ||
  fail 'this local equivalent has neither an external configuration database nor TLS; use the official image.'

cd /pgadmin4
if [ ! -e "$CONFIG_DISTRO_FILE_PATH" ] || [ "$(wc -m "$CONFIG_DISTRO_FILE_PATH" | awk '{ print $1 }')" = 0 ]; then
  write_settings
fi
if [ ! -f "$data/pgadmin4.db" ]; then
  make_user
  register_servers
  copy_passwords
elif [ "${PGADMIN_REPLACE_SERVERS_ON_STARTUP:-}" = True ]; then
  register_servers --replace
fi
unset PGADMIN_DEFAULT_PASSWORD

timeout=$("$python" -c 'import config; print(config.SESSION_EXPIRATION_TIME * 24 * 60 * 60)')
# One worker, because sessions are kept in it.
exec "$python" /venv/bin/gunicorn -c gunicorn_config.py --workers 1 --threads "${GUNICORN_THREADS:-25}" \
  --timeout "$timeout" --limit-request-line "${GUNICORN_LIMIT_REQUEST_LINE:-8190}" \
  --limit-request-fields "${GUNICORN_LIMIT_REQUEST_FIELDS:-100}" \
  --limit-request-field_size "${GUNICORN_LIMIT_REQUEST_FIELD_SIZE:-8190}" \
  --access-logfile "${GUNICORN_ACCESS_LOGFILE:--}" \
  --bind "${PGADMIN_LISTEN_ADDRESS:-[::]}:${PGADMIN_LISTEN_PORT:-$(listen_port)}" run_pgadmin:app
