#!/usr/bin/env bash
# Starts Postgres by the rules of the official image: first start on an empty directory initialises it.
#
# Runs as root (then drops to `postgres`) or directly as 999:999 with every capability dropped and a read-only root;
# /var/run/postgresql and /tmp must be writable. A failed initialisation script leaves a directory that the next start
# takes for an initialised one, exactly as the official image does: remove the volume after such a failure.
set -Eeuo pipefail

fail() {
  printf 'docker-entrypoint: %s\n' "$1" >&2
  exit 1
}

# setting NAME DEFAULT: exports NAME from itself, from the file named by NAME_FILE, or from DEFAULT.
setting() {
  local name=$1 file_name=$1_FILE value=$2
  if [ -n "${!name:-}" ] && [ -n "${!file_name:-}" ]; then
    fail "both $name and $file_name are set (but are exclusive). Keep one of them."
  fi
  if [ -n "${!name:-}" ]; then
    value=${!name}
  elif [ -n "${!file_name:-}" ]; then
    [ -r "${!file_name}" ] || fail "$file_name: ${!file_name} cannot be read by uid $(id -u)."
    value=$(<"${!file_name}")
  fi
  export "$name=$value"
  unset "$file_name"
}

read_settings() {
  setting POSTGRES_PASSWORD ''
  setting POSTGRES_USER postgres
  setting POSTGRES_DB "$POSTGRES_USER"
  setting POSTGRES_INITDB_ARGS ''
  export POSTGRES_HOST_AUTH_METHOD=${POSTGRES_HOST_AUTH_METHOD:-}
}

# As root only the owners can be put right; as any other user this makes what it may and leaves the rest to initdb.
prepare_directories() {
  mkdir -p "$PGDATA" /var/run/postgresql
  chmod 0700 "$PGDATA" 2>/dev/null || true         # not ours to change: Postgres itself says so when it matters
  chmod 3775 /var/run/postgresql 2>/dev/null || true # a tmpfs given by the engine may belong to root with mode 1777
  if [ "$(id -u)" = 0 ]; then
    find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
  fi
}

require_password() {
  [ -n "$POSTGRES_PASSWORD" ] || [ "$POSTGRES_HOST_AUTH_METHOD" = trust ] ||
    fail "the database is uninitialised and POSTGRES_PASSWORD is not set. Set POSTGRES_PASSWORD or \
POSTGRES_PASSWORD_FILE to a value that is not empty (POSTGRES_HOST_AUTH_METHOD=trust allows every connection)."
}

initialise_directory() {
  # The arguments are a command line by contract ("--data-checksums --locale=C"), quotes included. The password goes
  # through a pipe that lives as long as this command: never a file, never an argument.
  eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") \
    ${POSTGRES_INITDB_WALDIR:+"--waldir=$POSTGRES_INITDB_WALDIR"} '"$POSTGRES_INITDB_ARGS"
  local method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ "$method" = trust ]; then
    printf '# warning: trust lets anyone in who reaches the port\n' >>"$PGDATA/pg_hba.conf"
  fi
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# The first server listens on its socket only, so that a TCP readiness check cannot pass during initialisation.
# `trust` on the socket is in the pg_hba.conf that initdb wrote. Arguments: the server's own, quoted again because
# pg_ctl takes them as one command line.
start_socket_server() {
  local options="-c listen_addresses='' -p 5432"
  if [ "$#" -gt 0 ]; then options+=$(printf ' %q' "$@"); fi
  PGUSER=$POSTGRES_USER pg_ctl --pgdata="$PGDATA" --wait start --options="$options"
}

stop_socket_server() { pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop; }

run_sql() {
  PGHOST=/var/run/postgresql PGHOSTADDR='' psql --set=ON_ERROR_STOP=1 --no-password --no-psqlrc --username="$POSTGRES_USER" "$@"
}

create_database() {
  [ "$POSTGRES_DB" = postgres ] && return
  # psql quotes the name itself (:"name"), so any name is safe.
  printf 'CREATE DATABASE :"name";\n' | run_sql --dbname=postgres --set=name="$POSTGRES_DB"
}

run_initialisation_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh)
        printf 'docker-entrypoint: running %s\n' "$script"
        # By contract an executable script is run and any other is read into this shell.
        # shellcheck source=/dev/null
        if [ -x "$script" ]; then "$script"; else . "$script"; fi
        ;;
      *.sql) run_sql --dbname="$POSTGRES_DB" --file="$script" ;;
      *.sql.gz) gunzip --stdout "$script" | run_sql --dbname="$POSTGRES_DB" ;;
      *.sql.xz) xzcat "$script" | run_sql --dbname="$POSTGRES_DB" ;;
      *.sql.zst) zstd --decompress --stdout "$script" | run_sql --dbname="$POSTGRES_DB" ;;
      '/docker-entrypoint-initdb.d/*') ;; # the folder is empty
      *) printf 'docker-entrypoint: ignoring %s\n' "$script" ;;
    esac
  done
}

first_start() {
  require_password
  initialise_directory
  start_socket_server "$@"
  create_database
  run_initialisation_scripts
  stop_socket_server
  printf '\ndocker-entrypoint: initialisation complete; ready for start up.\n\n'
}

wants_information_only() {
  local argument
  for argument in "$@"; do
    case $argument in '-?' | --help | --describe-config | -V | --version) return 0 ;; esac
  done
  return 1
}

if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
if [ "$1" = postgres ] && ! wants_information_only "$@"; then
  read_settings
  prepare_directories
  if [ "$(id -u)" = 0 ]; then
    # Secrets were read as root, so files of mode 0400 owned by root work; the variables travel with the process.
    exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
  fi
  if [ -s "$PGDATA/PG_VERSION" ]; then
    printf 'docker-entrypoint: the data directory is initialised; nothing to set up.\n'
  else
    first_start "${@:2}"
  fi
fi
# The server has no use for them, and its children would show them.
unset POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS POSTGRES_HOST_AUTH_METHOD
exec "$@"
