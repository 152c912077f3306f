"""What may be set in Redis 7, besides what this product sets itself.

The directives become lines of `redis.conf`, so the server ends at its start with one it does not know. Every free name
is read by 7.0, which machines without a registry run, as well as by 7.4.

Source: `CONFIG GET *` and `src/config.c` (kinds and ranges) of 7.0.15, and https://raw.githubusercontent.com/redis/redis/7.4/redis.conf
"""

from collections.abc import Mapping
from typing import Final

from components.base.image_contract import ImageContract
from components.base.setting_kinds import Kind, by_name, number, words

FREE: Final = frozenset(
    {
        *("acllog-max-len", "active-expire-effort", "activerehashing", "always-show-logo"),
        *("aof-rewrite-incremental-fsync", "aof-timestamp-enabled", "aof-use-rdb-preamble", "aof_rewrite_cpulist"),
        *("auto-aof-rewrite-min-size", "auto-aof-rewrite-percentage", "bgsave_cpulist", "bio_cpulist"),
        *("busy-reply-threshold", "client-output-buffer-limit", "client-query-buffer-limit", "crash-log-enabled"),
        *("crash-memcheck-enabled", "disable-thp", "dynamic-hz", "hash-max-listpack-entries"),
        *("hash-max-listpack-value", "hll-sparse-max-bytes", "hz", "io-threads", "io-threads-do-reads"),
        *("jemalloc-bg-thread", "latency-monitor-threshold", "latency-tracking", "latency-tracking-info-percentiles"),
        *("lazyfree-lazy-eviction", "lazyfree-lazy-expire", "lazyfree-lazy-server-del", "lazyfree-lazy-user-del"),
        *("lazyfree-lazy-user-flush", "lfu-decay-time", "lfu-log-factor", "list-compress-depth"),
        *("list-max-listpack-size", "loglevel", "maxclients", "maxmemory-clients", "maxmemory-eviction-tenacity"),
        *("maxmemory-samples", "notify-keyspace-events", "proto-max-bulk-len", "rdb-save-incremental-fsync"),
        *("rdbcompression", "sanitize-dump-payload", "server_cpulist", "set-max-intset-entries", "slowlog-max-len"),
        *("slowlog-log-slower-than", "stream-node-max-bytes", "stream-node-max-entries", "tcp-backlog"),
        *("tcp-keepalive", "timeout", "tracking-table-max-keys", "zset-max-listpack-entries"),
        *("zset-max-listpack-value",),
    }
)
"""Names that may be set in `redis.settings`."""

_DAMAGE = "no hides damage instead of telling it"
_DOOR = "the server listens inside its network only, where every consumer and the health check find it"
_FILES = "another place hides the data of the one in use"
_LOG = "the log goes to standard output, which is where 'make logs' finds it and where it is rotated"
_LOSS = "would lose what nobody can make again, such as the keys of WhatsApp sessions"
_NEWER = "Redis 7.0, which machines without a registry run, would not start with it"
_OLD = "an old name; write the one with listpack"
_PROCESS = "the engine starts and stops the server, and knows only a process in the foreground"
_REPLICA = "there is one server, without replicas"
_USERS = "users and their passwords are in an ACL file that this product writes"

REFUSED: Final[Mapping[str, str]] = {
    "acl-pubsub-default": _USERS,
    "aclfile": _USERS,
    "activedefrag": "Redis as machines without a registry run it lacks the allocator for it, and would not start",
    "aof-disable-auto-gc": "files that nobody needs would fill the disk",
    "aof-load-truncated": "no keeps the server from starting after the machine stopped in the middle of a write",
    "appenddirname": _FILES,
    "appendfilename": _FILES,
    "appendfsync": _LOSS,
    "appendonly": _LOSS,
    "bind": _DOOR,
    "bind-source-addr": _DOOR,
    "daemonize": _PROCESS,
    "databases": "consumers have the numbers 0 to 15 of the default",
    "dbfilename": _FILES,
    "dir": _FILES,
    "hash-max-ziplist-entries": _OLD,
    "hash-max-ziplist-value": _OLD,
    "hide-user-data-from-log": _NEWER,
    "ignore-warnings": "the server warns of kernels on which it loses data",
    "include": "this file is the whole configuration",
    "list-max-ziplist-size": _OLD,
    "loadmodule": "loads code that this image does not have",
    "locale-collate": _NEWER,
    "logfile": _LOG,
    "lua-time-limit": "an old name; write busy-reply-threshold",
    "maxmemory": "is 60 % of the setting memoryMib",
    "maxmemory-policy": "follows from what the keys are: sessions and queues must never be evicted",
    "no-appendfsync-on-rewrite": _LOSS,
    "pidfile": _PROCESS,
    "port": _DOOR,
    "proc-title-template": _PROCESS,
    "propagation-error-behavior": _REPLICA,
    "protected-mode": "yes refuses everybody who is not in the server's container; the ACL protects",
    "rdb-del-sync-files": _REPLICA,
    "rdbchecksum": _DAMAGE,
    "rename-command": "the ACL says who may use which command; a consumer would miss one that has another name",
    "requirepass": "the password is redis.password, or generated, and belongs to a user of the ACL",
    "save": "the append-only file keeps the data; a second copy would only cost memory",
    "set-max-listpack-entries": _NEWER,
    "set-max-listpack-value": _NEWER,
    "set-proc-title": _PROCESS,
    "socket-mark-id": "needs a right that no container has",
    "stop-writes-on-bgsave-error": _DAMAGE,
    "supervised": _PROCESS,
    "user": _USERS,
    "zset-max-ziplist-entries": _OLD,
    "zset-max-ziplist-value": _OLD,
}
"""Names that must not be set there, and why."""

PREFIXES: Final[Mapping[str, str]] = {
    "active-defrag-": "activedefrag is off",
    "cluster-": "there is one server, and no cluster",
    "enable-": "opens commands that reach beyond the data: files, memory, code",
    "master": _REPLICA,
    "max-new-": _NEWER,
    "min-replicas-": _REPLICA,
    "min-slaves-": _REPLICA,
    "oom-score-adj": "the memory limit decides which process ends",
    "repl-": _REPLICA,
    "replica": _REPLICA,
    "shutdown-": "the server must save when it stops, and is given the time for it",
    "slave": _REPLICA,
    "syslog-": _LOG,
    "tls-": "TLS ends in the ingress; nobody outside of its network reaches the server",
    "unixsocket": _DOOR,
}
"""Beginnings of names of which the same is true."""

_BYTES: Final = {"b": 1, "k": 1000, "kb": 1024, "m": 10**6, "mb": 1024**2, "g": 10**9, "gb": 1024**3}
_LONG_MAX: Final = 2**63 - 1

KINDS: Final[Mapping[str, Kind]] = by_name(
    (
        words("yes", "no", caseless=True),
        (
            *("activerehashing", "always-show-logo", "aof-rewrite-incremental-fsync", "aof-timestamp-enabled"),
            *("aof-use-rdb-preamble", "crash-log-enabled", "crash-memcheck-enabled", "disable-thp", "dynamic-hz"),
            *("io-threads-do-reads", "jemalloc-bg-thread", "latency-tracking", "lazyfree-lazy-eviction"),
            *("lazyfree-lazy-expire", "lazyfree-lazy-server-del", "lazyfree-lazy-user-del", "lazyfree-lazy-user-flush"),
            *("rdb-save-incremental-fsync", "rdbcompression"),
        ),
    ),
    (words("debug", "verbose", "notice", "warning", caseless=True), ("loglevel",)),
    (words("no", "yes", "clients", caseless=True), ("sanitize-dump-payload",)),
    (number(1, 10), ("active-expire-effort",)),
    (number(1, 128), ("io-threads",)),
    (number(0, 100), ("maxmemory-eviction-tenacity",)),
    (number(1, 64), ("maxmemory-samples",)),
    (number(1, 2**32 - 1), ("maxclients",)),
    (number(-(2**31)), ("list-max-listpack-size",)),
    (number(-1, _LONG_MAX, unit="µs"), ("slowlog-log-slower-than",)),
    (
        number(0),
        (
            *("auto-aof-rewrite-percentage", "hz", "lfu-decay-time", "lfu-log-factor", "list-compress-depth"),
            *("tcp-backlog", "tcp-keepalive", "timeout"),
        ),
    ),
    (
        number(0, _LONG_MAX),
        (
            *("acllog-max-len", "busy-reply-threshold", "hash-max-listpack-entries", "latency-monitor-threshold"),
            *("set-max-intset-entries", "slowlog-max-len", "stream-node-max-entries", "tracking-table-max-keys"),
            *("zset-max-listpack-entries",),
        ),
    ),
    (
        number(0, _LONG_MAX, caseless=True, unit="bytes", units=_BYTES),
        (
            *("auto-aof-rewrite-min-size", "hash-max-listpack-value", "hll-sparse-max-bytes"),
            *("stream-node-max-bytes", "zset-max-listpack-value"),
        ),
    ),
    (
        number(1024**2, _LONG_MAX, caseless=True, unit="bytes", units=_BYTES),
        ("client-query-buffer-limit", "proto-max-bulk-len"),
    ),
)
"""What the free ones take, as far as this is not text."""

CONTRACT: Final = ImageContract(
    free=FREE,
    image="Redis 7",
    kinds=KINDS,
    listed="https://redis.io/docs/latest/operate/oss_and_stack/management/config/",
    misread="It would not start.",
    prefixes=PREFIXES,
    refused=REFUSED,
    unknown="knows no such directive, so it would not start",
)
