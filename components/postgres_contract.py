"""What may be set in Postgres 15 and 16, besides what this product sets itself.

The parameters become `-c name=value`, so the server ends at its start with one it does not know. The two majors read
the same names but for those in `ONLY_16`, and two of replication that 16 has given up.

Source: `postgres --describe-config` of 15.18 and the release notes of 16, https://www.postgresql.org/docs/16/release-16.html
"""

from collections.abc import Mapping
from typing import Final, Literal

from components.base.image_contract import ImageContract
from components.postgres_kinds import KINDS

FREE: Final = frozenset(
    {
        # Memory, disk, kernel
        *("autovacuum_work_mem", "backend_flush_after", "effective_io_concurrency", "hash_mem_multiplier"),
        *("huge_page_size", "huge_pages", "logical_decoding_work_mem", "maintenance_io_concurrency"),
        *("maintenance_work_mem", "max_files_per_process", "max_prepared_transactions", "max_stack_depth"),
        *("min_dynamic_shared_memory", "old_snapshot_threshold", "temp_buffers", "temp_file_limit", "work_mem"),
        # Connections
        *("authentication_timeout", "client_connection_check_interval", "superuser_reserved_connections"),
        *("tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout"),
        # Workers
        *("max_parallel_maintenance_workers", "max_parallel_workers", "max_parallel_workers_per_gather"),
        *("max_worker_processes", "parallel_leader_participation"),
        # Background writer and vacuum
        *("autovacuum_analyze_scale_factor", "autovacuum_analyze_threshold", "autovacuum_freeze_max_age"),
        *("autovacuum_max_workers", "autovacuum_multixact_freeze_max_age", "autovacuum_naptime"),
        *("autovacuum_vacuum_cost_delay", "autovacuum_vacuum_cost_limit", "autovacuum_vacuum_insert_scale_factor"),
        *("autovacuum_vacuum_insert_threshold", "autovacuum_vacuum_scale_factor", "autovacuum_vacuum_threshold"),
        *("bgwriter_delay", "bgwriter_flush_after", "bgwriter_lru_maxpages", "bgwriter_lru_multiplier"),
        *("vacuum_cost_delay", "vacuum_cost_limit", "vacuum_cost_page_dirty", "vacuum_cost_page_hit"),
        *("vacuum_cost_page_miss", "vacuum_failsafe_age", "vacuum_freeze_min_age", "vacuum_freeze_table_age"),
        *("vacuum_multixact_failsafe_age", "vacuum_multixact_freeze_min_age", "vacuum_multixact_freeze_table_age"),
        # Write-ahead log and logical replication
        *("checkpoint_completion_target", "checkpoint_flush_after", "checkpoint_timeout", "checkpoint_warning"),
        *("commit_delay", "commit_siblings", "max_logical_replication_workers", "max_replication_slots"),
        *("max_slot_wal_keep_size", "max_sync_workers_per_subscription", "max_wal_senders", "max_wal_size"),
        *("min_wal_size", "track_commit_timestamp", "wal_buffers", "wal_compression", "wal_decode_buffer_size"),
        *("wal_init_zero", "wal_keep_size", "wal_level", "wal_log_hints", "wal_recycle", "wal_sender_timeout"),
        *("wal_skip_threshold", "wal_writer_delay", "wal_writer_flush_after"),
        # Planner
        *("constraint_exclusion", "cpu_index_tuple_cost", "cpu_operator_cost", "cpu_tuple_cost"),
        *("cursor_tuple_fraction", "default_statistics_target", "effective_cache_size", "enable_async_append"),
        *("enable_bitmapscan", "enable_gathermerge", "enable_hashagg", "enable_hashjoin", "enable_incremental_sort"),
        *("enable_indexonlyscan", "enable_indexscan", "enable_material", "enable_memoize", "enable_mergejoin"),
        *("enable_nestloop", "enable_parallel_append", "enable_parallel_hash", "enable_partition_pruning"),
        *("enable_partitionwise_aggregate", "enable_partitionwise_join", "enable_seqscan", "enable_sort"),
        *("enable_tidscan", "from_collapse_limit", "geqo", "geqo_effort", "geqo_generations", "geqo_pool_size"),
        *("geqo_seed", "geqo_selection_bias", "geqo_threshold", "jit", "jit_above_cost", "jit_inline_above_cost"),
        *("jit_optimize_above_cost", "join_collapse_limit", "min_parallel_index_scan_size"),
        *("min_parallel_table_scan_size", "parallel_setup_cost", "parallel_tuple_cost", "plan_cache_mode"),
        *("random_page_cost", "recursive_worktable_factor", "seq_page_cost"),
        # What the log says; where it goes is not free
        *("cluster_name", "log_autovacuum_min_duration", "log_checkpoints", "log_connections", "log_disconnections"),
        *("log_duration", "log_error_verbosity", "log_executor_stats", "log_hostname", "log_line_prefix"),
        *("log_lock_waits", "log_min_duration_sample", "log_min_duration_statement", "log_min_error_statement"),
        *("log_min_messages", "log_parameter_max_length", "log_parser_stats", "log_planner_stats"),
        *("log_recovery_conflict_waits", "log_replication_commands", "log_startup_progress_interval"),
        *("log_statement_sample_rate", "log_statement_stats", "log_temp_files", "log_timezone"),
        *("update_process_title",),
        # Statistics
        *("compute_query_id", "stats_fetch_consistency", "track_activities", "track_activity_query_size"),
        *("track_functions", "track_io_timing", "track_wal_io_timing"),
        # Defaults of sessions
        *("DateStyle", "IntervalStyle", "array_nulls", "backslash_quote", "bytea_output", "check_function_bodies"),
        *("client_encoding", "client_min_messages", "default_table_access_method", "default_text_search_config"),
        *("default_toast_compression", "default_transaction_deferrable", "default_transaction_isolation"),
        *("escape_string_warning", "extra_float_digits", "gin_fuzzy_search_limit", "gin_pending_list_limit"),
        *("idle_in_transaction_session_timeout", "idle_session_timeout", "lc_messages", "lc_monetary", "lc_numeric"),
        *("lc_time", "lock_timeout", "quote_all_identifiers", "search_path", "standard_conforming_strings"),
        *("statement_timeout", "synchronize_seqscans", "timezone_abbreviations", "transform_null_equals"),
        *("xmlbinary", "xmloption"),
        # Locks
        *("deadlock_timeout", "max_locks_per_transaction", "max_pred_locks_per_page"),
        *("max_pred_locks_per_relation", "max_pred_locks_per_transaction"),
        # Extensions that are in the image
        *("auto_explain.log_analyze", "auto_explain.log_buffers", "auto_explain.log_format"),
        *("auto_explain.log_level", "auto_explain.log_min_duration", "auto_explain.log_nested_statements"),
        *("auto_explain.log_settings", "auto_explain.log_timing", "auto_explain.log_triggers"),
        *("auto_explain.log_verbose", "auto_explain.log_wal", "auto_explain.sample_rate"),
        *("pg_stat_statements.max", "pg_stat_statements.save", "pg_stat_statements.track"),
        *("pg_stat_statements.track_planning", "pg_stat_statements.track_utility", "shared_preload_libraries"),
    }
)
"""Names that may be set in both majors."""

ONLY_16: Final = frozenset(
    {
        *("auto_explain.log_parameter_max_length", "createrole_self_grant", "enable_presorted_aggregate"),
        *("max_parallel_apply_workers_per_subscription", "reserved_connections", "vacuum_buffer_usage_limit"),
    }
)
"""Names that may be set in 16, and that 15 does not know."""

_CODE = "loads code into every session; shared_preload_libraries does so once, where it is seen"
_CATALOGUE = "lets a statement break the catalogue, and with it the database"
_DAMAGE = "hides damage instead of telling it; what is lost is found when it is needed"
_DEVELOPER = "is for those who develop Postgres"
_DOOR = "the server listens inside its networks only, where every consumer and the health check find it"
_FILES = "another file would put aside what this product has prepared"
_LOG = "the log goes to standard output, which is where 'make logs' finds it and where it is rotated"
_LOSS = "off may lose the whole database when the machine stops without notice"
_RECOVERY = "the server recovers from its own volume and from nothing else"
_REPLICA = "there is one server, without a replica"
_VALUES = "would write every statement into the log, and with them the messages of your customers"
_VERIFIERS = "roles log in with SCRAM, and the server gets verifiers instead of passwords"

REFUSED: Final[Mapping[str, str]] = {
    "TimeZone": "columns without a zone would be filled with local time and read as UTC",
    "allow_system_table_mods": _CATALOGUE,
    "autovacuum": "without it tables grow for ever, and the server stops when its transaction numbers are used up",
    "config_file": _FILES,
    "data_directory": _FILES,
    "data_sync_retry": _DAMAGE,
    "db_user_namespace": "gives every role another name",
    "default_tablespace": "there is one volume, and one tablespace on it",
    "default_transaction_read_only": "every write would fail",
    "dynamic_library_path": _CODE,
    "dynamic_shared_memory_type": "its memory is the container's /dev/shm, whose size fits",
    "event_source": _LOG,
    "exit_on_error": "one wrong statement would end its session",
    "extension_destdir": _FILES,
    "external_pid_file": _FILES,
    "fsync": _LOSS,
    "full_page_writes": _LOSS,
    "hba_file": _FILES,
    "ident_file": _FILES,
    "ignore_checksum_failure": _DAMAGE,
    "ignore_invalid_pages": _DAMAGE,
    "ignore_system_indexes": _DAMAGE,
    "jit_provider": _CODE,
    "listen_addresses": _DOOR,
    "lo_compat_privileges": "everybody could read every large object",
    "local_preload_libraries": _CODE,
    "log_destination": _LOG,
    "log_directory": _LOG,
    "log_file_mode": _LOG,
    "log_filename": _LOG,
    "log_parameter_max_length_on_error": _VALUES,
    "log_rotation_age": _LOG,
    "log_rotation_size": _LOG,
    "log_statement": _VALUES,
    "log_transaction_sample_rate": _VALUES,
    "log_truncate_on_rotation": _LOG,
    "logging_collector": _LOG,
    "max_connections": "is the setting maxConnections",
    "password_encryption": _VERIFIERS,
    "port": _DOOR,
    "promote_trigger_file": _REPLICA,
    "restart_after_crash": "off would end the server at the fault of one session",
    "row_security": "off makes queries fail where a policy should have filtered rows",
    "scram_iterations": _VERIFIERS,
    "session_preload_libraries": _CODE,
    "session_replication_role": "replica puts foreign keys and triggers out of force",
    "shared_buffers": "is a quarter of the setting memoryMib",
    "shared_memory_type": "the limits of the container are made for the default",
    "synchronous_commit": "off loses what was acknowledged already; a session may set it for itself",
    "synchronous_standby_names": "every commit would wait for a replica, and there is none",
    "temp_tablespaces": "there is one volume, and one tablespace on it",
    "timezone": "columns without a zone would be filled with local time and read as UTC",
    "track_counts": "autovacuum lives on these numbers",
    "vacuum_defer_cleanup_age": _REPLICA,
    "wal_consistency_checking": _DEVELOPER,
    "wal_retrieve_retry_interval": _REPLICA,
    "wal_sync_method": "some methods do not reach the disk; the default does on every machine that runs containers",
    "zero_damaged_pages": _DAMAGE,
}
"""Names that must not be set there, and why."""

PREFIXES: Final[Mapping[str, str]] = {
    "archive_": "nothing here archives, and a command that fails keeps the write-ahead log until the disk is full",
    "bonjour": _DOOR,
    "debug_": _DEVELOPER,
    "gss_": _VERIFIERS,
    "hot_standby": _REPLICA,
    "krb_": _VERIFIERS,
    "max_standby_": _REPLICA,
    "primary_": _REPLICA,
    "recovery_": _RECOVERY,
    "restore_": _RECOVERY,
    "ssl": "TLS ends in the ingress; nobody outside of its networks reaches the server",
    "syslog_": _LOG,
    "trace_": _DEVELOPER,
    "unix_socket_": "roles are made and facts are read over the socket where it is",
    "wal_receiver_": _REPLICA,
}
"""Beginnings of names of which the same is true."""


def _contract(major: int, free: frozenset[str], refused: Mapping[str, str]) -> ImageContract:
    return ImageContract(
        free=free,
        image=f"Postgres {major}",
        kinds=KINDS,
        listed=f"https://www.postgresql.org/docs/{major}/runtime-config.html",
        misread="It would not start.",
        prefixes=PREFIXES,
        refused=refused,
        unknown="knows no such parameter, so it would not start",
    )


CONTRACTS: Final[Mapping[Literal[15, 16], ImageContract]] = {
    15: _contract(15, FREE, {**REFUSED, **dict.fromkeys(ONLY_16, "Postgres knows it since 16, and this server is 15")}),
    16: _contract(16, FREE | ONLY_16, REFUSED),
}
"""Major version to its contract."""
