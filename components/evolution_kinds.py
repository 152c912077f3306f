"""What values the variables of Evolution API 2.3.7 take.

The server does not refuse a value. Where a number does not begin with one, or is 0, its default holds; every text other
than `true` is false.

Source: src/config/env.config.ts:460-904 at 2.3.7 (`Number.parseInt(…) || default`, `=== 'true'`), its types of words in
lines 15-24; src/api/integrations/chatbot/typebot for TYPEBOT_API_VERSION.
"""

from collections.abc import Mapping
from typing import Final

from components.base.setting_kinds import INT_MAX, Kind, by_name, number, words

KINDS: Final[Mapping[str, Kind]] = by_name(
    (
        words("true", "false"),
        (
            *("CHATWOOT_BOT_CONTACT", "CHATWOOT_ENABLED", "CHATWOOT_IMPORT_PLACEHOLDER_MEDIA_MESSAGE"),
            *("CHATWOOT_MESSAGE_DELETE", "CHATWOOT_MESSAGE_READ", "CORS_CREDENTIALS", "DATABASE_DELETE_MESSAGE"),
            *("DATABASE_SAVE_DATA_CHATS", "DATABASE_SAVE_DATA_CONTACTS", "DATABASE_SAVE_DATA_HISTORIC"),
            *("DATABASE_SAVE_DATA_LABELS", "DATABASE_SAVE_DATA_NEW_MESSAGE", "DATABASE_SAVE_IS_ON_WHATSAPP"),
            *("DATABASE_SAVE_MESSAGE_UPDATE", "DEL_TEMP_INSTANCES", "DIFY_ENABLED", "EVOAI_ENABLED"),
            *("FLOWISE_ENABLED", "N8N_ENABLED", "OPENAI_ENABLED", "SERVER_DISABLE_DOCS", "TYPEBOT_ENABLED"),
            *("TYPEBOT_SEND_MEDIA_BASE64", "WEBHOOK_EVENTS_ERRORS", "WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF"),
            *("WEBSOCKET_ENABLED", "WEBSOCKET_GLOBAL_EVENTS"),
        ),
    ),
    (words("fatal", "error", "warn", "info", "debug", "trace"), ("LOG_BAILEYS",)),
    (
        words("ERROR", "WARN", "DEBUG", "INFO", "LOG", "VERBOSE", "DARK", "WEBHOOKS", "WEBSOCKET", listed=True),
        ("LOG_LEVEL",),
    ),
    (words("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", listed=True), ("CORS_METHODS",)),
    (words("old", "latest"), ("TYPEBOT_API_VERSION",)),
    (number(1, INT_MAX, "true", "false", unit="minutes"), ("DEL_INSTANCE",)),
    (number(0, unit="days"), ("DATABASE_SAVE_IS_ON_WHATSAPP_DAYS",)),
    (number(1), ("QRCODE_LIMIT", "WEBHOOK_RETRY_MAX_ATTEMPTS")),
    (number(1, unit="ms"), ("WEBHOOK_REQUEST_TIMEOUT_MS",)),
    (number(1, unit="seconds"), ("WEBHOOK_RETRY_INITIAL_DELAY_SECONDS", "WEBHOOK_RETRY_MAX_DELAY_SECONDS")),
    (number(0.001, 1, fraction=True), ("WEBHOOK_RETRY_JITTER_FACTOR",)),
    (number(100, 599, listed=True), ("WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES",)),
)
"""Variable to what it takes; names that are text, such as SERVER_NAME, are not among them."""
