"""Every setting of Evolution API, written out.

The image ships a settings file whose values fill whatever is left unset, among them a public example key, so nothing
may be left unset. One file drives the real image and its local equivalent.

Source: https://doc.evolution-api.com and the image's own example file, v2.3.7.
"""

from typing import Final

import pulumi

from components.base.connections import PostgresConnection

ENVIRONMENT: Final = {
    # Both would ask the internet for newer versions at every start: 10 s lost where there is no way out (measured).
    "CHECKPOINT_DISABLE": "1",
    "npm_config_update_notifier": "false",
    # Read by the start script from the container's own environment, before any file.
    "DATABASE_PROVIDER": "postgresql",
    "DOCKER_ENV": "true",
    # Local time would be sent with a false Z in every webhook.
    "TZ": "UTC",
}
"""The container's environment: nothing secret, only what is read nowhere else."""

DATABASE_SCHEMA: Final = "evolution_api"
DATABASE_CONNECTIONS: Final = 10

FIXED: Final = {
    "AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES": "false",
    "CACHE_LOCAL_ENABLED": "true",
    "CACHE_REDIS_ENABLED": "false",
    "CONFIG_SESSION_PHONE_CLIENT": "zapstack",
    "CONFIG_SESSION_PHONE_NAME": "Chrome",
    "CORS_CREDENTIALS": "true",
    "CORS_METHODS": "GET,POST,PUT,DELETE",
    "CORS_ORIGIN": "*",
    "DATABASE_DELETE_MESSAGE": "true",
    "DATABASE_PROVIDER": "postgresql",
    # Off unless the text is "true": without them instances and messages would not survive a restart.
    "DATABASE_SAVE_DATA_CHATS": "true",
    "DATABASE_SAVE_DATA_CONTACTS": "true",
    "DATABASE_SAVE_DATA_HISTORIC": "true",
    "DATABASE_SAVE_DATA_INSTANCE": "true",
    "DATABASE_SAVE_DATA_LABELS": "true",
    "DATABASE_SAVE_DATA_NEW_MESSAGE": "true",
    "DATABASE_SAVE_IS_ON_WHATSAPP": "true",
    "DATABASE_SAVE_IS_ON_WHATSAPP_DAYS": "7",
    "DATABASE_SAVE_MESSAGE_UPDATE": "true",
    "DEL_INSTANCE": "false",
    "LANGUAGE": "pt-BR",
    "LOG_BAILEYS": "error",
    "LOG_COLOR": "false",
    "LOG_LEVEL": "ERROR,WARN,INFO",
    "PROMETHEUS_METRICS": "false",
    "QRCODE_COLOR": "'#175197'",
    "QRCODE_LIMIT": "30",
    "RABBITMQ_ENABLED": "false",
    "S3_ENABLED": "false",
    "SENTRY_DSN": "",
    "SERVER_DISABLE_DOCS": "true",
    "SERVER_DISABLE_MANAGER": "false",
    "SERVER_PORT": "8080",
    "SERVER_TYPE": "http",
    "TELEMETRY_ENABLED": "false",
    "WEBHOOK_EVENTS_ERRORS": "false",
    "WEBHOOK_GLOBAL_ENABLED": "false",
    "WEBHOOK_REQUEST_TIMEOUT_MS": "30000",
    "WEBHOOK_RETRY_INITIAL_DELAY_SECONDS": "5",
    "WEBHOOK_RETRY_JITTER_FACTOR": "0.2",
    "WEBHOOK_RETRY_MAX_ATTEMPTS": "10",
    "WEBHOOK_RETRY_MAX_DELAY_SECONDS": "300",
    "WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES": "400,401,403,404,422",
    "WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF": "true",
}

SWITCHED_OFF: Final = (
    "CHATWOOT",
    "DIFY",
    "EVOAI",
    "FLOWISE",
    "KAFKA",
    "N8N",
    "NATS",
    "OPENAI",
    "PROVIDER",
    "PUSHER",
    "SQS",
    "TYPEBOT",
    "WEBSOCKET",
)
"""Integrations nobody here uses: each would open connections or accept settings of its own."""


def settings_file(
    *, api_key: pulumi.Output[str], client_name: str, database: PostgresConnection, host: str
) -> pulumi.Output[str]:
    """Returns the settings file, secret.

    Args:
        api_key: Global key.
        client_name: Name under which the server keeps its rows.
        database: Its own database.
        host: Network alias of the server, which goes into webhooks.
    """
    plain = {
        **FIXED,
        **{f"{name}_ENABLED": "false" for name in SWITCHED_OFF},
        "DATABASE_CONNECTION_CLIENT_NAME": client_name,
        "SERVER_URL": f"http://{host}:8080",
    }
    uri = database.url(query=f"schema={DATABASE_SCHEMA}&connection_limit={DATABASE_CONNECTIONS}")
    lines = "".join(f"{name}={value}\n" for name, value in sorted(plain.items()))
    # Single quotes: the same file is read by node, by dotenv and, for the migrations, by a shell.
    return pulumi.Output.concat(lines, "AUTHENTICATION_API_KEY='", api_key, "'\nDATABASE_CONNECTION_URI='", uri, "'\n")
