"""What may be set in pgAdmin, besides what this product sets itself.

The names are environment variables; of `PGADMIN_CONFIG_NAME` the image makes a line `NAME = value` of a Python file.
Only whole numbers, `True` and `False` may be values (`stacks.values.PythonLiteral`), so a setting runs no code.

Source: `web/config.py` and `pkg/docker/entrypoint.sh` of https://github.com/pgadmin-org/pgadmin4
"""

from collections.abc import Mapping
from typing import Final

from components.base.image_contract import ImageContract
from components.base.setting_kinds import Kind, by_name, number, words

_BEGINNING: Final = "PGADMIN_CONFIG_"

FREE: Final = frozenset(
    _BEGINNING + name
    for name in (
        # How long a login and a connection last
        *("CHECK_SESSION_FILES_INTERVAL", "MAX_LOGIN_ATTEMPTS", "MAX_SESSION_IDLE_TIME", "MFA_ENABLED"),
        *("MFA_FORCE_REGISTRATION", "OVERRIDE_USER_INACTIVITY_TIMEOUT", "PASSWORD_LENGTH_MIN"),
        *("SERVER_HEARTBEAT_TIMEOUT", "SESSION_EXPIRATION_TIME", "USER_INACTIVITY_TIMEOUT"),
        # What is shown and kept
        *("ALLOW_SAVE_PASSWORD", "DATA_RESULT_ROWS_PER_PAGE", "MAX_QUERY_HIST_STORED", "MAX_SERVER_TAGS_ALLOWED"),
        *("CHECK_SUPPORTED_BROWSER", "ON_DEMAND_LOG_COUNT", "SEND_FILE_MAX_AGE_DEFAULT"),
        # The server
        *("COMPRESS_LEVEL", "COMPRESS_MIN_SIZE", "CONFIG_DATABASE_CONNECTION_MAX_OVERFLOW"),
        *("CONFIG_DATABASE_CONNECTION_POOL_SIZE", "CONSOLE_LOG_LEVEL", "JSON_LOGGER", "LOG_AUTHENTICATED_USER"),
        *("SQLITE_TIMEOUT",),
    )
)
"""Names that may be set in `pgadmin.settings`."""

_BROWSER: Final = "protects the browser that is logged in"
_DATA: Final = "its own data are on its volume, where the next start looks for them"
_DOOR: Final = "it listens where its published port and its health check find it"
_LLM: Final = "questions and schemas would leave for a service on the internet, to which it has no way"
_LOGIN: Final = "its login is pgadmin.email with pgadmin.password"
_MAIL: Final = "it has no way to a mail server"
_PRODUCT: Final = "this product sets it"
_PROXY: Final = "no proxy is in front of it"
_SERVERS: Final = "the servers and their passwords are those of this system"
_SHELL: Final = "whoever is logged in could run programs in its container"
_TEXT: Final = "its value is text or a list, and only whole numbers, True and False can be written here"

_TEXTS: Final = (
    *("ALLOW_SPECIAL_EMAIL_DOMAINS", "APP_VERSION_EXTN", "APP_VERSION_PARAM", "COMPRESS_MIMETYPES"),
    *("CONSOLE_LOG_FORMAT", "CONSOLE_LOG_FORMAT_JSON", "DEFAULT_GEOMETRY_VIEWER_PROVIDER", "HELP_PATH", "LANGUAGES"),
    *("LOGIN_ATTEMPT_FIELDS", "LOGIN_BANNER", "MFA_EMAIL_SUBJECT", "MFA_SUPPORTED_METHODS", "MODULE_BLACKLIST"),
    *("NODE_BLACKLIST", "SESSION_DIGEST_METHOD", "SESSION_SKIP_PATHS", "SHARED_STORAGE"),
)

REFUSED: Final[Mapping[str, str]] = {
    **{_BEGINNING + name: _TEXT for name in _TEXTS},
    "CONFIG_DISTRO_FILE_PATH": _PRODUCT,
    "PGPASS_FILE": _SERVERS,
    "PGADMIN_CONFIG_ALLOW_SAVE_TUNNEL_PASSWORD": "databases are reached inside the system, through no tunnel",
    "PGADMIN_CONFIG_AUTO_DISCOVER_SERVERS": _SERVERS,
    "PGADMIN_CONFIG_CA_FILE": _PRODUCT,
    "PGADMIN_CONFIG_CHECK_EMAIL_DELIVERABILITY": _MAIL,
    "PGADMIN_CONFIG_CONFIG_DATABASE_URI": _DATA,
    "PGADMIN_CONFIG_DATA_DIR": _DATA,
    "PGADMIN_CONFIG_DEBUG": "tracebacks show what is in its memory",
    "PGADMIN_CONFIG_DEFAULT_BINARY_PATHS": _SHELL,
    "PGADMIN_CONFIG_DESKTOP_USER": _LOGIN,
    "PGADMIN_CONFIG_ENABLE_BINARY_PATH_BROWSING": _SHELL,
    "PGADMIN_CONFIG_ENABLE_PSQL": _SHELL,
    "PGADMIN_CONFIG_ENABLE_SERVER_PASS_EXEC_CMD": _SHELL,
    "PGADMIN_CONFIG_FIXED_BINARY_PATHS": _SHELL,
    "PGADMIN_CONFIG_GLOBALLY_DELIVERABLE": _MAIL,
    "PGADMIN_CONFIG_LOG_FILE": "the log goes to standard output, which is where 'make logs' finds it",
    "PGADMIN_CONFIG_MAX_LLM_TOOL_ITERATIONS": _LLM,
    "PGADMIN_CONFIG_PG_DEFAULT_DRIVER": _PRODUCT,
    "PGADMIN_CONFIG_SERVER_MODE": "off would ask nobody for a password",
    "PGADMIN_CONFIG_SHOW_GRAVATAR_IMAGE": "a hash of the login would be sent to a service on the internet",
    "PGADMIN_CONFIG_SQLALCHEMY_TRACK_MODIFICATIONS": _PRODUCT,
    "PGADMIN_CONFIG_SQLITE_PATH": _DATA,
    "PGADMIN_CONFIG_STORAGE_DIR": _DATA,
    "PGADMIN_CONFIG_SUPPORT_SSH_TUNNEL": "databases are reached inside the system, through no tunnel",
    "PGADMIN_CONFIG_TEST_SQLITE_PATH": _DATA,
    "PGADMIN_CONFIG_THREADED_MODE": _PRODUCT,
    "PGADMIN_CONFIG_USE_OS_SECRET_STORAGE": _PRODUCT,
    "PGADMIN_CONFIG_WEB_SERVER": _PRODUCT,
    "PYTHONPYCACHEPREFIX": _PRODUCT,
    "SCRIPT_NAME": _PROXY,
}
"""Names that must not be set there, and why."""

PREFIXES: Final[Mapping[str, str]] = {
    "GUNICORN_": _PRODUCT,
    "PGADMIN_CONFIG_ALLOWED_HOSTS": _DOOR,
    "PGADMIN_CONFIG_ALLOWED_LLM_": _LLM,
    "PGADMIN_CONFIG_ANTHROPIC_": _LLM,
    "PGADMIN_CONFIG_AUTHENTICATION_": _LOGIN,
    "PGADMIN_CONFIG_AZURE_": "it has no way out",
    "PGADMIN_CONFIG_CONTENT_": _BROWSER,
    "PGADMIN_CONFIG_COOKIE_": _BROWSER,
    "PGADMIN_CONFIG_CROSS_": _BROWSER,
    "PGADMIN_CONFIG_DEFAULT_LLM": _LLM,
    "PGADMIN_CONFIG_DEFAULT_SERVER": _DOOR,
    "PGADMIN_CONFIG_DOCKER_": _LLM,
    "PGADMIN_CONFIG_ENHANCED_": _BROWSER,
    "PGADMIN_CONFIG_FILE_LOG_": "the log goes to standard output, which is where 'make logs' finds it",
    "PGADMIN_CONFIG_KERBEROS_": _LOGIN,
    "PGADMIN_CONFIG_KRB_": _LOGIN,
    "PGADMIN_CONFIG_LDAP_": _LOGIN,
    "PGADMIN_CONFIG_LLM_": _LLM,
    "PGADMIN_CONFIG_LOG_ROTATION_": "the log goes to standard output, and the engine rotates it",
    "PGADMIN_CONFIG_MAIL_": _MAIL,
    "PGADMIN_CONFIG_MASTER_": "passwords come from a file of this system, and nobody could type one at its start",
    "PGADMIN_CONFIG_OAUTH2_": _LOGIN,
    "PGADMIN_CONFIG_OLLAMA_": _LLM,
    "PGADMIN_CONFIG_OPENAI_": _LLM,
    "PGADMIN_CONFIG_PROXY_": _PROXY,
    "PGADMIN_CONFIG_SECURITY_": _LOGIN,
    "PGADMIN_CONFIG_SESSION_COOKIE_": _BROWSER,
    "PGADMIN_CONFIG_SESSION_DB_": _DATA,
    "PGADMIN_CONFIG_STRICT_": "it speaks plain HTTP, to the loopback of the host",
    "PGADMIN_CONFIG_UPGRADE_": "versions are in components/images.lock, and it has no way out to look for others",
    "PGADMIN_CONFIG_WEBSERVER_": _LOGIN,
    "PGADMIN_CONFIG_WTF_": _BROWSER,
    "PGADMIN_CONFIG_X_": _BROWSER,
    "PGADMIN_CUSTOM_": _PRODUCT,
    "PGADMIN_DEFAULT_": _LOGIN,
    "PGADMIN_DISABLE_": _MAIL,
    "PGADMIN_ENABLE_": _DOOR,
    "PGADMIN_LISTEN_": _DOOR,
    "PGADMIN_REPLACE_": _SERVERS,
    "PGADMIN_SERVER_": _SERVERS,
}
"""Beginnings of names of which the same is true."""


def _named(*names: str) -> tuple[str, ...]:
    return tuple(_BEGINNING + name for name in names)


KINDS: Final[Mapping[str, Kind]] = by_name(
    (
        words("True", "False"),
        _named(
            *("ALLOW_SAVE_PASSWORD", "CHECK_SUPPORTED_BROWSER", "JSON_LOGGER", "LOG_AUTHENTICATED_USER", "MFA_ENABLED"),
            *("MFA_FORCE_REGISTRATION", "OVERRIDE_USER_INACTIVITY_TIMEOUT"),
        ),
    ),
    (number(0, 9), _named("COMPRESS_LEVEL")),
    (
        number(0, 999_999_999),
        _named(
            *("CHECK_SESSION_FILES_INTERVAL", "COMPRESS_MIN_SIZE", "CONFIG_DATABASE_CONNECTION_MAX_OVERFLOW"),
            *("CONFIG_DATABASE_CONNECTION_POOL_SIZE", "CONSOLE_LOG_LEVEL", "DATA_RESULT_ROWS_PER_PAGE"),
            *("MAX_LOGIN_ATTEMPTS", "MAX_QUERY_HIST_STORED", "MAX_SERVER_TAGS_ALLOWED", "MAX_SESSION_IDLE_TIME"),
            *("ON_DEMAND_LOG_COUNT", "PASSWORD_LENGTH_MIN", "SEND_FILE_MAX_AGE_DEFAULT", "SERVER_HEARTBEAT_TIMEOUT"),
            *("SESSION_EXPIRATION_TIME", "SQLITE_TIMEOUT", "USER_INACTIVITY_TIMEOUT"),
        ),
    ),
)
"""What the free ones take, as far as this is not text."""

CONTRACT: Final = ImageContract(
    free=FREE,
    image="pgAdmin",
    kinds=KINDS,
    listed="https://www.pgadmin.org/docs/pgadmin4/latest/config_py.html",
    misread="It would be taken for something else, or not start.",
    prefixes=PREFIXES,
    refused=REFUSED,
    unknown="reads no such variable, so it would change nothing",
)
