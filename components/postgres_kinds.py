"""What values the parameters of Postgres 15 and 16 take: their kinds, units and ranges.

Parameters that take text, such as `search_path`, are not among them.

Source: `pg_settings` of 15.20 and 16.15 (vartype, unit, min_val, max_val, enumvals), with pages of 8 kB. Builds without
lz4 and zstd leave these out there; the registry's have them.
"""

from collections.abc import Mapping
from typing import Final

from components.base.setting_kinds import INT_MAX, Kind, by_name, number, words

_BYTES: Final = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_DEBUG: Final = ("debug5", "debug4", "debug3", "debug2", "debug1")
_PAGE_BYTES: Final = 8192
_SECONDS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}

BOOLEAN: Final = words("on", "off", "true", "false", "yes", "no", "1", "0", caseless=True)


def _words(*named: str) -> Kind:
    return words(*named, caseless=True)


def _switch(*named: str) -> Kind:
    """Returns a kind of words of which two are `on` and `off`; those may be said in every way of a boolean."""
    return words(*named, *BOOLEAN.named, caseless=True)


def _number(least: float, most: float = INT_MAX, unit: str = "") -> Kind:
    """Returns a kind of numbers. The server rounds fractions where it wants a whole number."""
    if not unit:
        return number(least, most, fraction=True)
    family = _SECONDS if unit in _SECONDS else _BYTES
    base = _PAGE_BYTES if unit == "8kB" else family[unit]
    units = {name: size / base for name, size in family.items()}
    return number(least, most, fraction=True, unit="pages of 8 kB" if unit == "8kB" else unit, units=units)


KINDS: Final[Mapping[str, Kind]] = by_name(
    (
        BOOLEAN,
        (
            *("array_nulls", "auto_explain.log_analyze", "auto_explain.log_buffers"),
            *("auto_explain.log_nested_statements", "auto_explain.log_settings", "auto_explain.log_timing"),
            *("auto_explain.log_triggers", "auto_explain.log_verbose", "auto_explain.log_wal"),
            *("check_function_bodies", "default_transaction_deferrable", "enable_async_append", "enable_bitmapscan"),
            *("enable_gathermerge", "enable_hashagg", "enable_hashjoin", "enable_incremental_sort"),
            *("enable_indexonlyscan", "enable_indexscan", "enable_material", "enable_memoize", "enable_mergejoin"),
            *("enable_nestloop", "enable_parallel_append", "enable_parallel_hash", "enable_partition_pruning"),
            *("enable_partitionwise_aggregate", "enable_partitionwise_join", "enable_presorted_aggregate"),
            *("enable_seqscan", "enable_sort", "enable_tidscan", "escape_string_warning", "geqo", "jit"),
            *("log_checkpoints", "log_connections", "log_disconnections", "log_duration", "log_executor_stats"),
            *("log_hostname", "log_lock_waits", "log_parser_stats", "log_planner_stats"),
            *("log_recovery_conflict_waits", "log_replication_commands", "log_statement_stats"),
            *("parallel_leader_participation", "pg_stat_statements.save", "pg_stat_statements.track_planning"),
            *("pg_stat_statements.track_utility", "quote_all_identifiers", "standard_conforming_strings"),
            *("synchronize_seqscans", "track_activities", "track_commit_timestamp", "track_io_timing"),
            *("track_wal_io_timing", "transform_null_equals", "update_process_title", "wal_init_zero"),
            *("wal_log_hints", "wal_recycle"),
        ),
    ),
    (_switch("auto", "regress"), ("compute_query_id",)),
    (_switch("partition"), ("constraint_exclusion",)),
    (_switch("pglz", "lz4", "zstd"), ("wal_compression",)),
    (_switch("safe_encoding"), ("backslash_quote",)),
    (_switch("try"), ("huge_pages",)),
    (_words("auto", "force_generic_plan", "force_custom_plan"), ("plan_cache_mode",)),
    (_words("base64", "hex"), ("xmlbinary",)),
    (_words("content", "document"), ("xmloption",)),
    (_words("escape", "hex"), ("bytea_output",)),
    (_words("minimal", "replica", "logical"), ("wal_level",)),
    (_words("none", "cache", "snapshot"), ("stats_fetch_consistency",)),
    (_words("none", "pl", "all"), ("track_functions",)),
    (_words("none", "top", "all"), ("pg_stat_statements.track",)),
    (_words("pglz", "lz4"), ("default_toast_compression",)),
    (_words("postgres", "postgres_verbose", "sql_standard", "iso_8601"), ("IntervalStyle",)),
    (
        _words("serializable", "repeatable read", "read committed", "read uncommitted"),
        ("default_transaction_isolation",),
    ),
    (_words("terse", "default", "verbose"), ("log_error_verbosity",)),
    (_words("text", "xml", "json", "yaml"), ("auto_explain.log_format",)),
    (
        _words(*_DEBUG, "info", "notice", "warning", "error", "log", "fatal", "panic"),
        (*("log_min_error_statement", "log_min_messages"),),
    ),
    (_words(*_DEBUG, "info", "notice", "warning", "log"), ("auto_explain.log_level",)),
    (_words(*_DEBUG, "log", "notice", "warning", "error"), ("client_min_messages",)),
    (_number(-1), ("autovacuum_vacuum_insert_threshold",)),
    (_number(-1, 100, unit="ms"), ("autovacuum_vacuum_cost_delay",)),
    (_number(-1, 10_000), ("autovacuum_vacuum_cost_limit",)),
    (_number(-1, 1_073_741_823, unit="B"), ("log_parameter_max_length",)),
    (_number(-1, 1e308), ("jit_above_cost", "jit_inline_above_cost", "jit_optimize_above_cost")),
    (_number(-1, 262_143, unit="8kB"), ("wal_buffers",)),
    (_number(-1, 86_400, unit="min"), ("old_snapshot_threshold",)),
    (_number(-1, unit="B"), ("auto_explain.log_parameter_max_length",)),
    (_number(-1, unit="MB"), ("max_slot_wal_keep_size",)),
    (_number(-1, unit="kB"), ("autovacuum_work_mem", "log_temp_files", "temp_file_limit")),
    (
        _number(-1, unit="ms"),
        (
            *("auto_explain.log_min_duration", "log_autovacuum_min_duration", "log_min_duration_sample"),
            *("log_min_duration_statement",),
        ),
    ),
    (_number(-15, 3), ("extra_float_digits",)),
    (_number(-2_147_483_648), ("max_pred_locks_per_relation",)),
    (
        _number(0),
        (
            *("autovacuum_analyze_threshold", "autovacuum_vacuum_threshold", "geqo_generations", "geqo_pool_size"),
            *("gin_fuzzy_search_limit", "max_pred_locks_per_page", "tcp_keepalives_count"),
        ),
    ),
    (
        _number(0, 1),
        (
            *("auto_explain.sample_rate", "checkpoint_completion_target", "cursor_tuple_fraction", "geqo_seed"),
            *("log_statement_sample_rate",),
        ),
    ),
    (_number(0, 10), ("bgwriter_lru_multiplier",)),
    (
        _number(0, 100),
        (
            *("autovacuum_analyze_scale_factor", "autovacuum_vacuum_insert_scale_factor"),
            *("autovacuum_vacuum_scale_factor",),
        ),
    ),
    (_number(0, 100, unit="ms"), ("vacuum_cost_delay",)),
    (_number(0, 1000), ("commit_siblings", "effective_io_concurrency", "maintenance_io_concurrency")),
    (_number(0, 100_000), ("commit_delay",)),
    (
        _number(0, 1024),
        (
            *("max_parallel_apply_workers_per_subscription", "max_parallel_maintenance_workers"),
            *("max_parallel_workers", "max_parallel_workers_per_gather"),
        ),
    ),
    (_number(0, 10_000), ("vacuum_cost_page_dirty", "vacuum_cost_page_hit", "vacuum_cost_page_miss")),
    (_number(0, 16_777_216, unit="kB"), ("vacuum_buffer_usage_limit",)),
    (_number(0, 1_000_000_000), ("vacuum_freeze_min_age", "vacuum_multixact_freeze_min_age")),
    (_number(0, 1_073_741_823), ("bgwriter_lru_maxpages",)),
    (
        _number(0, 1e308),
        (
            *("cpu_index_tuple_cost", "cpu_operator_cost", "cpu_tuple_cost", "parallel_setup_cost"),
            *("parallel_tuple_cost", "random_page_cost", "seq_page_cost"),
        ),
    ),
    (_number(0, 256, unit="8kB"), ("backend_flush_after", "bgwriter_flush_after", "checkpoint_flush_after")),
    (
        _number(0, 262_143),
        (
            *("max_logical_replication_workers", "max_prepared_transactions", "max_replication_slots"),
            *("max_sync_workers_per_subscription", "max_wal_senders", "max_worker_processes", "reserved_connections"),
            *("superuser_reserved_connections",),
        ),
    ),
    (_number(0, 2_000_000_000), ("vacuum_freeze_table_age", "vacuum_multixact_freeze_table_age")),
    (_number(0, 2_100_000_000), ("vacuum_failsafe_age", "vacuum_multixact_failsafe_age")),
    (_number(0, 715_827_882, unit="8kB"), ("min_parallel_index_scan_size", "min_parallel_table_scan_size")),
    (_number(0, unit="8kB"), ("wal_writer_flush_after",)),
    (_number(0, unit="MB"), ("min_dynamic_shared_memory", "wal_keep_size")),
    (_number(0, unit="kB"), ("huge_page_size", "wal_skip_threshold")),
    (
        _number(0, unit="ms"),
        (
            *("client_connection_check_interval", "idle_in_transaction_session_timeout", "idle_session_timeout"),
            *("lock_timeout", "log_startup_progress_interval", "statement_timeout", "tcp_user_timeout"),
            *("wal_sender_timeout",),
        ),
    ),
    (_number(0, unit="s"), ("checkpoint_warning", "tcp_keepalives_idle", "tcp_keepalives_interval")),
    (_number(0.001, 1_000_000), ("recursive_worktable_factor",)),
    (_number(1), ("from_collapse_limit", "join_collapse_limit")),
    (_number(1, 10), ("geqo_effort",)),
    (_number(1, 1000), ("hash_mem_multiplier",)),
    (_number(1, 10_000), ("default_statistics_target", "vacuum_cost_limit")),
    (_number(1, 10_000, unit="ms"), ("wal_writer_delay",)),
    (_number(1, 262_143), ("autovacuum_max_workers",)),
    (_number(1, 2_147_483, unit="s"), ("autovacuum_naptime",)),
    (_number(1, 600, unit="s"), ("authentication_timeout",)),
    (_number(1, unit="8kB"), ("effective_cache_size",)),
    (_number(1, unit="ms"), ("deadlock_timeout",)),
    (_number(1.5, 2), ("geqo_selection_bias",)),
    (_number(10), ("max_locks_per_transaction", "max_pred_locks_per_transaction")),
    (_number(10, 10_000, unit="ms"), ("bgwriter_delay",)),
    (_number(100, 1_048_576, unit="B"), ("track_activity_query_size",)),
    (_number(100, 1_073_741_823), ("pg_stat_statements.max",)),
    (_number(100, 1_073_741_823, unit="8kB"), ("temp_buffers",)),
    (_number(100, unit="kB"), ("max_stack_depth",)),
    (_number(100_000, 2_000_000_000), ("autovacuum_freeze_max_age",)),
    (_number(1024, unit="kB"), ("maintenance_work_mem",)),
    (_number(10_000, 2_000_000_000), ("autovacuum_multixact_freeze_max_age",)),
    (_number(2), ("geqo_threshold",)),
    (_number(2, unit="MB"), ("max_wal_size", "min_wal_size")),
    (_number(30, 86_400, unit="s"), ("checkpoint_timeout",)),
    (_number(64), ("max_files_per_process",)),
    (_number(64, unit="kB"), ("gin_pending_list_limit", "logical_decoding_work_mem", "work_mem")),
    (_number(65_536, 1_073_741_823, unit="B"), ("wal_decode_buffer_size",)),
)
"""Parameter to what it takes. Ranges are the same in both majors."""
