"""What may be set in MinIO, besides what this product sets itself.

The names are environment variables. The server reads its own settings, and leaves a name that it does not know
without a word. A value that it cannot read ends its start or, for some, leaves the default; its log says which.

Source: `internal/config`, `cmd/server-main.go` and `cmd/common-main.go` of https://github.com/minio/minio
"""

from collections.abc import Mapping
from typing import Final

from components.base.image_contract import ImageContract
from components.base.setting_kinds import Kind, by_name, number, text, words

FREE: Final = frozenset(
    {
        # Requests
        *("MINIO_API_CLUSTER_DEADLINE", "MINIO_API_CORS_ALLOW_ORIGIN", "MINIO_API_GZIP_OBJECTS"),
        *("MINIO_API_REQUESTS_MAX",),
        *("MINIO_CONN_USER_TIMEOUT", "MINIO_IDLE_TIMEOUT", "MINIO_READ_HEADER_TIMEOUT"),
        # What is removed, and when
        *("MINIO_API_DELETE_CLEANUP_INTERVAL", "MINIO_API_STALE_UPLOADS_CLEANUP_INTERVAL"),
        *("MINIO_API_OBJECT_MAX_VERSIONS", "MINIO_API_STALE_UPLOADS_EXPIRY", "MINIO_ILM_EXPIRATION_WORKERS"),
        # The drive
        *("MINIO_API_ODIRECT", "MINIO_DRIVE_MAX_TIMEOUT", "MINIO_FS_OSYNC"),
        *("MINIO_COMPRESSION_ENABLE", "MINIO_COMPRESSION_EXTENSIONS", "MINIO_COMPRESSION_MIME_TYPES"),
        *("MINIO_SCANNER_ALERT_EXCESS_FOLDERS", "MINIO_SCANNER_ALERT_EXCESS_VERSIONS", "MINIO_SCANNER_CYCLE"),
        *("MINIO_SCANNER_DELAY", "MINIO_SCANNER_IDLE_SPEED", "MINIO_SCANNER_MAX_WAIT", "MINIO_SCANNER_SPEED"),
        # The console
        *("MINIO_BROWSER_LOGIN_ANIMATION", "MINIO_BROWSER_SESSION_DURATION"),
    }
)
"""Names that may be set in `minio.settings`."""

_ALONE = "there is one server with one drive, and nothing to spread or to repair objects with"
_BUILD = "changes nothing but what the server says of itself"
_COMMAND = "this product writes the server's command line"
_CONSOLE = "the console is opened by its own port, minio.consolePort, in development only"
_ENCRYPTION = "what is written with a key cannot be read without it, and this product keeps no copy of yours"
_LOG = "the log goes to standard output, which is where 'make logs' finds it and where it is rotated"
_LOGIN = "its logins are minio.rootUser with minio.rootPassword, and the bucket's own user"
_NETWORK = "the server listens inside its networks only, where every consumer and the health check find it"
_OLD = "an earlier name, which goes before today's without a word"
_REGION = "this product sets it, because requests are signed for the same region everywhere"
_SENDS = "the server has no way out of its networks, and what it sends names your customers' media"
_TLS = "TLS ends in the ingress; nobody outside of its networks reaches the server"

REFUSED: Final[Mapping[str, str]] = {
    "GOMEMLIMIT": "follows from the setting minio.memoryMib",
    "MINIO_ADDRESS": _COMMAND,
    "MINIO_API_LIST_QUORUM": _ALONE,
    "MINIO_API_DISABLE_ODIRECT": _OLD,
    "MINIO_API_REMOTE_TRANSPORT_DEADLINE": _ALONE,
    "MINIO_API_REQUESTS_DEADLINE": "does nothing any more",
    "MINIO_API_ROOT_ACCESS": "off would keep the job out that makes the bucket and its user",
    "MINIO_API_SECURE_CIPHERS": _TLS,
    "MINIO_API_SELECT_PARQUET": "a crafted file can end the server",
    "MINIO_API_SYNC_EVENTS": _SENDS,
    "MINIO_API_TRANSITION_WORKERS": _ALONE,
    "MINIO_ARGS": _COMMAND,
    "MINIO_BROWSER": _CONSOLE,
    "MINIO_CERT_PASSWD": _TLS,
    "MINIO_CI_CD": "for its makers' own tests: checks that protect data are left out",
    "MINIO_COMPRESS": _OLD,
    "MINIO_COMPRESSION_ALLOW_ENCRYPTION": _ENCRYPTION,
    "MINIO_CROSSDOMAIN_XML": "would let pages of others read media",
    "MINIO_DELETE_CLEANUP_INTERVAL": _OLD,
    "MINIO_DOMAIN": "buckets are found by path; no name below the server's leads to it",
    "MINIO_ENDPOINTS": _COMMAND,
    "MINIO_ILM_TRANSITION_WORKERS": _ALONE,
    "MINIO_INTERFACE": _NETWORK,
    "MINIO_LISTENERS": _NETWORK,
    "MINIO_MAX_IDLE_CONNS_PER_HOST": _ALONE,
    "MINIO_MEMLIMIT": "follows from the setting minio.memoryMib",
    "MINIO_NTP_SERVER": "the server has no way out of its networks",
    "MINIO_OPTS": _COMMAND,
    "MINIO_PUBLIC_IPS": _NETWORK,
    "MINIO_SERVER_URL": "links to media are signed for the name by which their consumers open them",
    "MINIO_SHUTDOWN_TIMEOUT": "the server is stopped with the time its repairs may take",
    "MINIO_SYNC_BOOT": "the server would answer late, and be taken for one that does not start",
    "MINIO_UPDATE": "versions are in components/images.lock, and the server has no way out to look for others",
    "MINIO_VOLUMES": _COMMAND,
    "MINIO_WORM": "nothing could be deleted any more, not even what a person asks you to",
}
"""Names that must not be set there, and why."""

PREFIXES: Final[Mapping[str, str]] = {
    "CONSOLE_": _CONSOLE,
    "MINIO_ACCESS_KEY": _LOGIN,
    "MINIO_API_REPLICATION_": _ALONE,
    "MINIO_AUDIT_": _SENDS,
    "MINIO_BATCH_": _ALONE,
    "MINIO_BROWSER_": _CONSOLE,
    "MINIO_CALLHOME_": _SENDS,
    "MINIO_COMPRESS_": _OLD,
    "MINIO_CONFIG": "a file of settings would go before what this product writes",
    "MINIO_CONSOLE_": _CONSOLE,
    "MINIO_CRAWLER_": _OLD,
    "MINIO_DNS_": "the server calls nobody",
    "MINIO_DSYNC_": _ALONE,
    "MINIO_ERASURE_": _ALONE,
    "MINIO_ETCD_": _ALONE,
    "MINIO_HEAL_": _ALONE,
    "MINIO_HOTFIX": _BUILD,
    "MINIO_IAM_": _LOGIN,
    "MINIO_IDENTITY_": _LOGIN,
    "MINIO_KMS_": _ENCRYPTION,
    "MINIO_LAMBDA_": _SENDS,
    "MINIO_LOGGER_": _SENDS,
    "MINIO_LOG_": _LOG,
    "MINIO_NOTIFY_": _SENDS,
    "MINIO_OPERATOR_": _BUILD,
    "MINIO_PCF_": _BUILD,
    "MINIO_POLICY_": _LOGIN,
    "MINIO_PROMETHEUS_": "the monitoring finds numbers where they are by default, with a key",
    "MINIO_RECV_": _NETWORK,
    "MINIO_REGION": _REGION,
    "MINIO_RELEASE": _BUILD,
    "MINIO_ROOTDISK_": "the data volume would be taken for the machine's own disk",
    "MINIO_ROOTDRIVE_": "the data volume would be taken for the machine's own disk",
    "MINIO_ROOT_": _LOGIN,
    "MINIO_SECRET_KEY": _LOGIN,
    "MINIO_SEND_": _NETWORK,
    "MINIO_SERVER_": "for its makers' own search for faults",
    "MINIO_SITE_": _REGION,
    "MINIO_STORAGE_CLASS_": _ALONE,
    "MINIO_STS_": _LOGIN,
    "MINIO_SUBNET_": _SENDS,
    "MINIO_UPDATE_": "versions are in components/images.lock",
    "MINIO_VSPHERE_": _BUILD,
    "_MINIO_": "for its makers alone, who change it without a word",
}
"""Beginnings of names of which the same is true."""

KINDS: Final[Mapping[str, Kind]] = by_name(
    (words("on", "off"), ("MINIO_API_GZIP_OBJECTS", "MINIO_API_ODIRECT", "MINIO_SCANNER_IDLE_SPEED")),
    (
        words(*("on", "off", "true", "false", "t", "f", "1", "0", "enabled", "disabled"), caseless=True),
        ("MINIO_COMPRESSION_ENABLE", "MINIO_FS_OSYNC"),
    ),
    (words("fastest", "fast", "default", "slow", "slowest"), ("MINIO_SCANNER_SPEED",)),
    (
        number(0),
        (*("MINIO_API_REQUESTS_MAX", "MINIO_SCANNER_ALERT_EXCESS_FOLDERS", "MINIO_SCANNER_ALERT_EXCESS_VERSIONS"),),
    ),
    (number(1), ("MINIO_API_OBJECT_MAX_VERSIONS",)),
    (number(1, 500), ("MINIO_ILM_EXPIRATION_WORKERS",)),
    (
        text(r"(0|([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+)", "a time such as 30s, 5m or 1h30m"),
        (
            *("MINIO_API_CLUSTER_DEADLINE", "MINIO_API_DELETE_CLEANUP_INTERVAL", "MINIO_API_STALE_UPLOADS_EXPIRY"),
            *("MINIO_API_STALE_UPLOADS_CLEANUP_INTERVAL", "MINIO_CONN_USER_TIMEOUT", "MINIO_DRIVE_MAX_TIMEOUT"),
            *("MINIO_IDLE_TIMEOUT", "MINIO_READ_HEADER_TIMEOUT", "MINIO_SCANNER_CYCLE", "MINIO_SCANNER_MAX_WAIT"),
        ),
    ),
    (number(0, fraction=True), ("MINIO_SCANNER_DELAY",)),
)
"""What the free ones take, as far as this is not text."""

CONTRACT: Final = ImageContract(
    free=FREE,
    image="MinIO",
    kinds=KINDS,
    listed="https://github.com/minio/minio/tree/master/docs/config",
    misread="It would not start, or leave its default.",
    prefixes=PREFIXES,
    refused=REFUSED,
    unknown="reads no such variable, so it would change nothing",
)
