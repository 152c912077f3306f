"""What may be set in Evolution API 2.3.7, besides what this product sets itself.

The server ignores names it does not know, and half of the names in circulation are such.

Source: https://github.com/evolution-foundation/evolution-api at 2.3.7: src/config/env.config.ts:448-904 (variables),
src/api/integrations/event/event.controller.ts:138-170 (events).
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from components.base.image_contract import ImageContract
from components.evolution_kinds import KINDS

QueueEvent = Literal[
    "CALL",
    "CHATS_DELETE",
    "CHATS_SET",
    "CHATS_UPDATE",
    "CHATS_UPSERT",
    "CONNECTION_UPDATE",
    "CONTACTS_SET",
    "CONTACTS_UPDATE",
    "CONTACTS_UPSERT",
    "GROUP_PARTICIPANTS_UPDATE",
    "GROUP_UPDATE",
    "GROUPS_UPSERT",
    "INSTANCE_CREATE",
    "INSTANCE_DELETE",
    "LABELS_ASSOCIATION",
    "LABELS_EDIT",
    "MESSAGES_DELETE",
    "MESSAGES_EDITED",
    "MESSAGES_SET",
    "MESSAGES_UPDATE",
    "MESSAGES_UPSERT",
    "PRESENCE_UPDATE",
    "QRCODE_UPDATED",
    "SEND_MESSAGE",
    "SEND_MESSAGE_UPDATE",
]
"""Events that the server can publish to the broker."""

QUEUE_EVENTS: Final[tuple[QueueEvent, ...]] = get_args(QueueEvent)

READ_AS: Final[Mapping[str, str]] = {"GROUP_UPDATE": "GROUPS_UPDATE"}
"""Events whose variable has another name than every example and document says."""

FREE: Final = frozenset(
    {
        "CHATWOOT_BOT_CONTACT",
        "CHATWOOT_ENABLED",
        "CHATWOOT_IMPORT_DATABASE_CONNECTION_URI",
        "CHATWOOT_IMPORT_PLACEHOLDER_MEDIA_MESSAGE",
        "CHATWOOT_MESSAGE_DELETE",
        "CHATWOOT_MESSAGE_READ",
        "CONFIG_SESSION_PHONE_CLIENT",
        "CONFIG_SESSION_PHONE_NAME",
        "CORS_CREDENTIALS",
        "CORS_METHODS",
        "CORS_ORIGIN",
        "DATABASE_DELETE_MESSAGE",
        "DATABASE_SAVE_DATA_CHATS",
        "DATABASE_SAVE_DATA_CONTACTS",
        "DATABASE_SAVE_DATA_HISTORIC",
        "DATABASE_SAVE_DATA_LABELS",
        "DATABASE_SAVE_DATA_NEW_MESSAGE",
        "DATABASE_SAVE_IS_ON_WHATSAPP",
        "DATABASE_SAVE_IS_ON_WHATSAPP_DAYS",
        "DATABASE_SAVE_MESSAGE_UPDATE",
        "DEL_INSTANCE",
        "DEL_TEMP_INSTANCES",
        "DIFY_ENABLED",
        "EVOAI_ENABLED",
        "FLOWISE_ENABLED",
        "LANGUAGE",
        "LOG_BAILEYS",
        "LOG_LEVEL",
        "N8N_ENABLED",
        "OPENAI_ENABLED",
        "QRCODE_COLOR",
        "QRCODE_LIMIT",
        "SENTRY_DSN",
        "SERVER_DISABLE_DOCS",
        "SERVER_NAME",
        "TYPEBOT_API_VERSION",
        "TYPEBOT_ENABLED",
        "TYPEBOT_SEND_MEDIA_BASE64",
        "WA_BUSINESS_LANGUAGE",
        "WA_BUSINESS_URL",
        "WA_BUSINESS_VERSION",
        "WEBHOOK_EVENTS_ERRORS",
        "WEBHOOK_REQUEST_TIMEOUT_MS",
        "WEBHOOK_RETRY_INITIAL_DELAY_SECONDS",
        "WEBHOOK_RETRY_JITTER_FACTOR",
        "WEBHOOK_RETRY_MAX_ATTEMPTS",
        "WEBHOOK_RETRY_MAX_DELAY_SECONDS",
        "WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES",
        "WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF",
        "WEBSOCKET_ENABLED",
        "WEBSOCKET_GLOBAL_EVENTS",
    }
)
"""Names that may be set in `evolutionApi.settings`."""

_WIRED = "follows from the services this one is connected to"
_GLOBAL_WEBHOOK = (
    "the global webhook sends no credentials: who knows the address could write. Each instance has its own"
)

REFUSED: Final[Mapping[str, str]] = {
    "API_AUDIO_CONVERTER": _WIRED,
    "API_AUDIO_CONVERTER_KEY": _WIRED,
    "AUTHENTICATION_API_KEY": "is evolutionApi.apiKey, or generated",
    "AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES": "true would put an instance's token into every webhook",
    "CACHE_LOCAL_TTL": "read by nothing",
    "CACHE_LOCAL_ENABLED": "sessions belong in Redis, which keeps them",
    "CACHE_REDIS_ENABLED": _WIRED,
    "CACHE_REDIS_PREFIX_KEY": "another prefix hides every session key",
    "CACHE_REDIS_SAVE_INSTANCES": "true makes create, connectionState and delete hang while Redis is away (measured)",
    "CACHE_REDIS_TTL": _WIRED,
    "CACHE_REDIS_URI": _WIRED,
    "CONFIG_SESSION_PHONE_VERSION": "since 2.3.1 the server asks WhatsApp for it; a stale value means no QR code",
    "DATABASE_BOUNCER_CONNECTION_URI": "this product has no pgbouncer between the server and its database",
    "DATABASE_CONNECTION_CLIENT_NAME": "another name hides every instance",
    "DATABASE_CONNECTION_URI": _WIRED,
    "DATABASE_ENABLED": "read by nothing",
    "DATABASE_HOST": "read by nothing; evolutionPostgres has its settings",
    "DATABASE_PASSWORD": "read by nothing; it is evolutionPostgres.password",
    "DATABASE_PORT": "read by nothing; evolutionPostgres has its settings",
    "DATABASE_PROVIDER": _WIRED,
    "DATABASE_SAVE_DATA_INSTANCE": "false would lose every instance at the next restart",
    "DATABASE_URL": "read by nothing but the start script, which prints it with the password",
    "DATABASE_USER": "read by nothing; it is evolutionPostgres.user",
    "DOCKER_ENV": "is what the image says",
    "EVENT_EMITTER_MAX_LISTENERS": "is only the number from which the server warns of itself",
    "LOG_COLOR": "colours make logs unreadable for machines",
    "METRICS_ALLOWED_IPS": "the network decides who reaches it",
    "METRICS_AUTH_REQUIRED": "numbers and names of instances are for the monitoring only",
    "METRICS_PASSWORD": "is generated",
    "METRICS_USER": _WIRED,
    "NODE_ENV": "is what the image says",
    "OPENAI_API_KEY_GLOBAL": "a secret, and these settings are plain text; set an instance's own through its API",
    "PROMETHEUS_METRICS": "is always on",
    "RABBITMQ_ENABLED": _WIRED,
    "RABBITMQ_EVENTS_GROUP_UPDATE": "read by nothing, whatever the examples say; write GROUP_UPDATE into queueEvents",
    "RABBITMQ_EVENTS_LOGOUT_INSTANCE": "read by nothing",
    "RABBITMQ_EVENTS_REMOVE_INSTANCE": "read by nothing",
    "RABBITMQ_EXCHANGE_NAME": _WIRED,
    "RABBITMQ_FRAME_MAX": _WIRED,
    "RABBITMQ_GLOBAL_ENABLED": "queueEvents says which events are published",
    "RABBITMQ_PREFIX_KEY": _WIRED,
    "RABBITMQ_URI": _WIRED,
    "REDIS_HOST": "read by nothing",
    "REDIS_PASSWORD": "read by nothing; it is redis.password",
    "REDIS_PORT": "read by nothing",
    "REDIS_URI": "read by nothing",
    "S3_SAVE_VIDEO": "videos are kept like all media",
    "SERVER_DISABLE_MANAGER": "its start page is what health checks ask, because it asks nobody else",
    "SERVER_PORT": "every consumer finds it on 8080; evolutionApi.port is the port on the host",
    "SERVER_TYPE": "TLS ends in the ingress",
    "SERVER_URL": "is the address at which the application finds the server; nobody else reaches it",
    "WEBSOCKET_ALLOWED_HOSTS": "the network decides who reaches it",
    "S3_SKIP_POLICY": "false would make the media of your customers readable by everybody",
    "TELEMETRY_ENABLED": "true posts every route that is called to its maker",
    "TELEMETRY_URL": "telemetry is off",
    "WA_BUSINESS_TOKEN_WEBHOOK": "a secret, and its default is known to everybody",
    "WEBHOOK_EVENTS_ERRORS_WEBHOOK": "every error would be posted with the global key in it",
    "WEBHOOK_GLOBAL_ENABLED": _GLOBAL_WEBHOOK,
    "WEBHOOK_GLOBAL_URL": _GLOBAL_WEBHOOK,
    "WEBHOOK_GLOBAL_WEBHOOK_BY_EVENTS": _GLOBAL_WEBHOOK,
}
"""Names that must not be set there, and why."""

PREFIXES: Final[Mapping[str, str]] = {
    "RABBITMQ_EVENTS_": "write the event into evolutionApi.queueEvents",
    "WEBHOOK_EVENTS_": _GLOBAL_WEBHOOK,
    "S3_": _WIRED,
    "SQS_": "this product has one broker, RabbitMQ",
    "NATS_": "this product has one broker, RabbitMQ",
    "KAFKA_": "this product has one broker, RabbitMQ",
    "PUSHER_": "this product has one broker, RabbitMQ",
    "FACEBOOK_": "a secret, and these settings are plain text; the server's own pages are not published",
    "PROVIDER_": "sessions are kept in the database and on the data volume",
    "PROXY_": "one for all, with a password in plain text; give an instance its own through its API",
    "SSL_CONF_": "TLS ends in the ingress: ingress.tls",
    "POSTGRES_": "read by nothing; evolutionPostgres has its settings",
}
"""Beginnings of names of which the same is true."""

CONTRACT: Final = ImageContract(
    free=FREE,
    image="Evolution API 2.3.7",
    kinds=KINDS,
    listed="src/config/env.config.ts of its source",
    misread="It would take another value without a word.",
    prefixes=PREFIXES,
    refused=REFUSED,
    unknown="reads no such variable, so it would change nothing",
)


def queue_variable(event: str) -> str:
    """Returns the variable that publishes an event, as the code reads it."""
    return f"RABBITMQ_EVENTS_{READ_AS.get(event, event)}"
