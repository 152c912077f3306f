"""Every setting of Evolution API, written out.

The image ships a settings file whose values fill whatever is left unset, among them a public example key, so nothing
may be left unset. One file drives the real image and its local equivalent.

Source: https://github.com/evolution-foundation/evolution-api at 2.3.7: Dockerfile:22,51 (the example becomes `.env`),
.env.example, src/config/env.config.ts:448-904 (every variable and its default), minio.server.ts:58-76 in
src/api/integrations/storage/s3/libs (bucket policy).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.audio_converter import AudioConverterConnection
from components.base.connections import PostgresConnection, RabbitConnection, RedisConnection
from components.base.s3 import S3Connection
from components.evolution_contract import QUEUE_EVENTS, queue_variable

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

SETTINGS_FILE: Final = ".env"
WORKING_DIR: Final = "/evolution"

DATABASE_SCHEMA: Final = "evolution_api"
DATABASE_CONNECTIONS: Final = 10

FIXED: Final = {
    "AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES": "false",
    "CACHE_LOCAL_ENABLED": "false",
    "CACHE_REDIS_ENABLED": "true",
    "CACHE_REDIS_PREFIX_KEY": "evolution",
    # Sessions in Redis: creating, asking and deleting instances would hang while it is away (measured).
    "CACHE_REDIS_SAVE_INSTANCES": "false",
    "CACHE_REDIS_TTL": "604800",
    "CONFIG_SESSION_PHONE_CLIENT": "zapstack",
    "CONFIG_SESSION_PHONE_NAME": "Chrome",
    "CORS_CREDENTIALS": "true",
    "CORS_METHODS": "GET,POST,PUT,DELETE",
    "CORS_ORIGIN": "*",
    "DATABASE_BOUNCER_CONNECTION_URI": "",
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
    # Left empty: the list in the image would refuse everybody.
    "METRICS_ALLOWED_IPS": "",
    "METRICS_AUTH_REQUIRED": "true",
    "METRICS_USER": "prometheus",
    "PROMETHEUS_METRICS": "true",
    "QRCODE_COLOR": "#175197",
    "QRCODE_LIMIT": "30",
    "RABBITMQ_ENABLED": "true",
    "RABBITMQ_EVENTS_APPLICATION_STARTUP": "false",
    "RABBITMQ_EVENTS_TYPEBOT_CHANGE_STATUS": "false",
    "RABBITMQ_EVENTS_TYPEBOT_START": "false",
    "RABBITMQ_EXCHANGE_NAME": "evolution",
    "RABBITMQ_FRAME_MAX": "8192",
    "RABBITMQ_GLOBAL_ENABLED": "true",
    "RABBITMQ_PREFIX_KEY": "evolution",
    "S3_ENABLED": "true",
    "S3_SAVE_VIDEO": "false",
    # Otherwise the bucket is made readable by everybody at every start.
    "S3_SKIP_POLICY": "true",
    "SENTRY_DSN": "",
    "SERVER_DISABLE_DOCS": "true",
    "SERVER_DISABLE_MANAGER": "false",
    "SERVER_PORT": "8080",
    "SERVER_TYPE": "http",
    "TELEMETRY_ENABLED": "false",
    "WEBHOOK_EVENTS_ERRORS": "false",
    "WEBHOOK_GLOBAL_ENABLED": "false",
    "WEBHOOK_GLOBAL_URL": "",
    "WEBHOOK_GLOBAL_WEBHOOK_BY_EVENTS": "false",
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


@dataclass(frozen=True, kw_only=True)
class EvolutionSecrets:
    """Values of the settings file that nobody else may read.

    Attributes:
        api_key: Global key.
        broker: Where events are published.
        cache: Where sessions' keys are kept.
        converter: What turns audio into what WhatsApp plays.
        database: Its own database.
        media: The bucket for media.
        meta_token: What Meta's cloud must present when it registers a webhook; the image's own is known to everybody.
        metrics_password: Password of the metrics' user.
    """

    api_key: pulumi.Output[str]
    broker: RabbitConnection
    cache: RedisConnection
    converter: AudioConverterConnection
    database: PostgresConnection
    media: S3Connection
    meta_token: pulumi.Output[str]
    metrics_password: pulumi.Output[str]

    def values(self) -> Mapping[str, pulumi.Output[str]]:
        """Returns variable to value; the server takes user and password from its addresses without decoding them."""
        return {
            "API_AUDIO_CONVERTER_KEY": self.converter.api_key,
            "AUTHENTICATION_API_KEY": self.api_key,
            "CACHE_REDIS_URI": self.cache.url(),
            "DATABASE_CONNECTION_URI": self.database.url(
                query=f"schema={DATABASE_SCHEMA}&connection_limit={DATABASE_CONNECTIONS}"
            ),
            "METRICS_PASSWORD": self.metrics_password,
            "RABBITMQ_URI": self.broker.url(),
            "S3_SECRET_KEY": self.media.secret_key,
            "WA_BUSINESS_TOKEN_WEBHOOK": self.meta_token,
        }


def plain_settings(
    *,
    client_name: str,
    converter: AudioConverterConnection,
    extra: Mapping[str, str],
    host: str,
    media: S3Connection,
    queue_events: Sequence[str],
) -> Mapping[str, str]:
    """Returns every setting that is no secret.

    Args:
        client_name: Name under which the server keeps its rows.
        converter: What turns audio into what WhatsApp plays.
        extra: Settings of the user's own, checked against the contract.
        host: Network alias of the server, which goes into webhooks.
        media: The bucket for media.
        queue_events: Events that are published to the broker.
    """
    return {
        **FIXED,
        **{f"{name}_ENABLED": "false" for name in SWITCHED_OFF},
        **{queue_variable(event): "true" if event in queue_events else "false" for event in QUEUE_EVENTS},
        "API_AUDIO_CONVERTER": converter.url,
        "DATABASE_CONNECTION_CLIENT_NAME": client_name,
        "S3_ACCESS_KEY": media.access_key,
        "S3_BUCKET": media.bucket,
        "S3_ENDPOINT": media.host,
        "S3_PORT": str(media.port),
        "S3_REGION": media.region,
        "S3_USE_SSL": "true" if media.use_ssl else "false",
        "SERVER_URL": f"http://{host}:8080",
        **extra,
    }


def settings_file(plain: Mapping[str, str], held: EvolutionSecrets) -> pulumi.Output[str]:
    """Returns the settings file, secret.

    Args:
        plain: Settings that are no secrets.
        held: The others.
    """
    lines: list[pulumi.Input[str]] = [f"{name}={_quoted(value)}\n" for name, value in sorted(plain.items())]
    for name, value in sorted(held.values().items()):
        lines += [f"{name}='", value, "'\n"]
    return pulumi.Output.concat(*lines)


def _quoted(value: str) -> str:
    """Returns a value as node, dotenv and, for the migrations, a shell all read it: in single quotes unless plain."""
    return value if re.fullmatch(r"[A-Za-z0-9_.,:/@+-]*", value) else f"'{value}'"
