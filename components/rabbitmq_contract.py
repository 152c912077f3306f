"""What may be set in RabbitMQ, besides what this product sets itself.

The keys become lines of a `.conf` file, so the broker ends at its start with one it does not know. Every free name is
read by 3.10, which machines without a registry run, as well as by 4.

Source: `deps/rabbit/priv/schema/rabbit.schema` of https://github.com/rabbitmq/rabbitmq-server: 3.10.8, a 4.x commit
"""

from collections.abc import Mapping
from typing import Final

from components.base.image_contract import ImageContract
from components.base.setting_kinds import INT_MAX, Kind, by_name, number, words

FREE: Final = frozenset(
    {
        # Connections
        *("channel_max", "connection_max", "handshake_timeout", "heartbeat", "initial_frame_max"),
        *("num_acceptors.tcp", "reverse_dns_lookups", "socket_writer.gc_threshold"),
        *("tcp_listen_options.backlog", "tcp_listen_options.buffer", "tcp_listen_options.delay_send"),
        *("tcp_listen_options.dontroute", "tcp_listen_options.exit_on_close", "tcp_listen_options.high_msgq_watermark"),
        *("tcp_listen_options.high_watermark", "tcp_listen_options.keepalive", "tcp_listen_options.linger.on"),
        *("tcp_listen_options.linger.timeout", "tcp_listen_options.low_msgq_watermark"),
        *("tcp_listen_options.low_watermark", "tcp_listen_options.nodelay", "tcp_listen_options.priority"),
        *("tcp_listen_options.recbuf", "tcp_listen_options.send_timeout", "tcp_listen_options.send_timeout_close"),
        *("tcp_listen_options.sndbuf", "tcp_listen_options.tos"),
        # Queues and messages
        *("consumer_timeout", "max_message_size", "message_store_shutdown_timeout", "queue_index_embed_msgs_below"),
        *("raft.segment_max_entries", "raft.snapshot_chunk_size", "raft.wal_hibernate_after"),
        *("raft.wal_max_batch_size", "raft.wal_max_entries", "raft.wal_max_size_bytes", "vhost_restart_strategy"),
        # Memory and work
        *("background_gc_enabled", "background_gc_target_interval", "default_worker_pool_size"),
        *("memory_monitor_interval", "vm_memory_calculation_strategy"),
        # Statistics
        *("cluster_name", "collect_statistics", "collect_statistics_interval"),
        *("prometheus.return_per_object_metrics",),
        *("sysmon_handler.thresholds.busy_ports", "sysmon_handler.thresholds.busy_processes"),
        *("sysmon_handler.triggers.distribution_port", "sysmon_handler.triggers.port"),
        *("sysmon_handler.triggers.process.garbage_collection", "sysmon_handler.triggers.process.heap_size"),
        *("sysmon_handler.triggers.process.long_scheduled_execution",),
        # What the log says; where it goes is not free
        *("log.channel.level", "log.connection.level", "log.console.formatter", "log.console.formatter.level_format"),
        *("log.console.formatter.single_line", "log.console.formatter.time_format", "log.console.level"),
        *("log.default.level", "log.queue.level"),
    }
)
"""Names that may be set in `rabbitmq.settings`."""

_CLUSTER = "there is one broker, and no cluster"
_DEFINITIONS = "users, virtual hosts and policies are in the definitions that this product writes"
_DOOR = "the broker listens inside its networks only, where every consumer and the health check find it"
_LOG = "the log goes to standard output, which is where 'make logs' finds it and where it is rotated"
_MEMORY = "follows from the setting memoryMib"
_NEWER = "RabbitMQ 3.10, which machines without a registry run, would not start with it"
_NOTHING = "does nothing in RabbitMQ 4"
_PLUGIN = "belongs to a plugin that is not on"
_TLS = "TLS ends in the ingress; nobody outside of its networks reaches the broker"

REFUSED: Final[Mapping[str, str]] = {
    "channel_max_per_node": _NEWER,
    "classic_queue.default_version": _NOTHING,
    "consumer_max_per_channel": _NEWER,
    "default_queue_type": f"{_NEWER}; the application says which kind it declares",
    "delegate_count": _CLUSTER,
    "frame_max": "clients ask for 8192 bytes; a smaller number would end their connections",
    "hipe_compile": _NOTHING,
    "load_definitions": _DEFINITIONS,
    "motd_file": "names a file that the container does not have",
    "net_ticktime": _CLUSTER,
    "num_acceptors.ssl": _TLS,
    "password_hashing_module": "the definitions hold hashes of one kind",
    "proxy_protocol": "every connection would be refused: nobody here speaks it",
    "quorum_queue.compute_checksums": "false hides damage instead of telling it",
    "ranch_connection_max": _NEWER,
    "raft.data_dir": "another folder hides the data of the one in use",
    "tcp_listen_options": "write the options singly, as tcp_listen_options.backlog",
    "tcp_listen_options.fd": _DOOR,
    "tcp_listen_options.port": _DOOR,
    "total_memory_available_override_value": _MEMORY,
    "vhost_max": _NEWER,
}
"""Names that must not be set there, and why."""

PREFIXES: Final[Mapping[str, str]] = {
    "amqp1_0": "would let in clients that present no password",
    "amqp_client.": _NEWER,
    "auth_": _DEFINITIONS,
    "cluster_": _CLUSTER,
    "credential_validator.": _DEFINITIONS,
    "default_limits.": _NEWER,
    "default_pass": _DEFINITIONS,
    "default_permissions": _DEFINITIONS,
    "default_policies.": _NEWER,
    "default_user": _DEFINITIONS,
    "default_vhost": _DEFINITIONS,
    "definitions.": _DEFINITIONS,
    "deprecated_features.": _NEWER,
    "disk_free_limit.": "with less than 1 GB free the disk is full before publishers are held back",
    "distribution.": _CLUSTER,
    "erlang.": "how the Erlang machine starts is the image's own",
    "federation": _PLUGIN,
    "listeners.": _DOOR,
    "log.": _LOG,
    "loopback_users": "nobody logs in with a user that everybody knows",
    "management": "the console is set by consolePort and adminPassword, and its other defaults fit",
    "message_interceptors.": _NEWER,
    "metadata_store.": _NEWER,
    "mirroring_": _NOTHING,
    "mnesia_": _CLUSTER,
    "mqtt": _PLUGIN,
    "product.": "clients look at name and version",
    "prometheus.": "the monitoring finds numbers at the default port and path",
    "queue_leader_locator": _CLUSTER,
    "queue_master_locator": _CLUSTER,
    "quorum_queue.": _NEWER,
    "runtime_parameters.": _NEWER,
    "shovel": _PLUGIN,
    "ssl_": _TLS,
    "stomp": _PLUGIN,
    "stream": _PLUGIN,
    "trust_store.": _PLUGIN,
    "vm_memory_high_watermark": _MEMORY,
    "web_mqtt": _PLUGIN,
    "web_stomp": _PLUGIN,
}
"""Beginnings of names of which the same is true."""

KINDS: Final[Mapping[str, Kind]] = by_name(
    (
        words("true", "false"),
        (
            *("background_gc_enabled", "prometheus.return_per_object_metrics", "reverse_dns_lookups"),
            *("tcp_listen_options.delay_send", "tcp_listen_options.dontroute", "tcp_listen_options.exit_on_close"),
            *("tcp_listen_options.keepalive", "tcp_listen_options.linger.on", "tcp_listen_options.nodelay"),
            *("tcp_listen_options.send_timeout_close",),
        ),
    ),
    (
        words("on", "off"),
        (
            *("log.console.formatter.single_line", "sysmon_handler.triggers.distribution_port"),
            *("sysmon_handler.triggers.port",),
        ),
    ),
    (
        words("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency", "none"),
        ("log.channel.level", "log.connection.level", "log.console.level", "log.default.level", "log.queue.level"),
    ),
    (words("none", "coarse", "fine"), ("collect_statistics",)),
    (words("plaintext", "json"), ("log.console.formatter",)),
    (words("lc", "uc", "lc3", "uc3", "lc4", "uc4"), ("log.console.formatter.level_format",)),
    (
        words("rfc3339_space", "rfc3339_T", "epoch_usecs", "epoch_secs", "lager_default"),
        ("log.console.formatter.time_format",),
    ),
    (words("stop_node", "continue", "transient", "persistent"), ("vhost_restart_strategy",)),
    (words("rss", "erlang", "allocated", "legacy"), ("vm_memory_calculation_strategy",)),
    (
        number(0),
        (
            *("background_gc_target_interval", "channel_max", "collect_statistics_interval"),
            *("default_worker_pool_size", "heartbeat", "memory_monitor_interval", "num_acceptors.tcp"),
            *("sysmon_handler.thresholds.busy_ports", "sysmon_handler.thresholds.busy_processes"),
            *("tcp_listen_options.backlog", "tcp_listen_options.buffer", "tcp_listen_options.high_msgq_watermark"),
            *("tcp_listen_options.high_watermark", "tcp_listen_options.linger.timeout"),
            *("tcp_listen_options.low_msgq_watermark", "tcp_listen_options.low_watermark"),
            *("tcp_listen_options.priority", "tcp_listen_options.recbuf", "tcp_listen_options.send_timeout"),
            *("tcp_listen_options.sndbuf", "tcp_listen_options.tos"),
        ),
    ),
    (
        number(1),
        (
            *("consumer_timeout", "message_store_shutdown_timeout", "raft.snapshot_chunk_size"),
            *("raft.wal_hibernate_after", "raft.wal_max_batch_size", "raft.wal_max_entries"),
            *("raft.wal_max_size_bytes",),
        ),
    ),
    (number(1, 65535), ("raft.segment_max_entries",)),
    (number(1, 512 * 1024**2, unit="bytes"), ("max_message_size",)),
    (number(0, INT_MAX, "infinity"), ("connection_max", "handshake_timeout")),
    (number(0, INT_MAX, "off"), ("socket_writer.gc_threshold",)),
)
"""What the free ones take, as far as this is not text."""

CONTRACT: Final = ImageContract(
    free=FREE,
    image="RabbitMQ",
    kinds=KINDS,
    listed="https://www.rabbitmq.com/docs/configure",
    misread="It would not start.",
    prefixes=PREFIXES,
    refused=REFUSED,
    unknown="knows no such key, so it would not start",
)
