"""Which broker takes which data of RabbitMQ: told by the features that are on in them.

Owns the comparison. Deliberately not: moving data to another version, which is `operations.moving.rabbitmq`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from components.base.spec import DataFormat

MARKS: Final[Mapping[str, Sequence[str]]] = {
    "3.8": [
        "implicit_default_bindings",
        "maintenance_mode_status",
        "quorum_queue",
        "user_limits",
        "virtual_host_metadata",
    ],
    "3.9": ["stream_queue"],
    "3.10": ["classic_mirrored_queue_version", "stream_queue"],
    "3.11": [
        *("classic_mirrored_queue_version", "classic_queue_type_delivery_support", "direct_exchange_routing_v2"),
        *("feature_flags_v2", "listener_records_in_ets", "stream_queue", "stream_single_active_consumer"),
        "tracking_records_in_ets",
    ],
    "3.12": ["restart_streams", "stream_sac_coordinator_unblock_group"],
    "3.13": [
        *("message_containers", "restart_streams", "stream_filtering", "stream_sac_coordinator_unblock_group"),
        "stream_update_config_command",
    ],
    "4.0": ["rabbitmq_4.0.0"],
    "4.1": ["rabbitmq_4.1.0"],
    "4.2": ["rabbitmq_4.2.0"],
    "4.3": ["rabbitmq_4.3.0"],
}
"""Version to flags of features that all data of it have: its own, and at least those that a later version requires.

Source: `-rabbit_feature_flag` in deps/rabbit/src/rabbit_core_ff.erl of v3.8.35, v3.9.29, v3.10.8, v3.11.28, v3.12.14,
v3.13.7, v4.0.5, v4.1.8, v4.2.9 and v4.3.5. A flag of `stability => required` must be there before a server starts,
unless its `require_level` is soft (v4.3.5, deps/rabbit/src/rabbit_feature_flags.erl:218).
"""


def data_format(name: str) -> DataFormat:
    """Returns how the version of a broker's data is compared: by the features that are on in them.

    Source: `feature_flags_file` in deps/rabbit_common/src/rabbit_env.erl of v4.2.9:954.

    Args:
        name: Service name, and host name.
    """
    return DataFormat(
        file_chain=((f"mnesia/rabbit@{name}-feature_flags", r"[a-z]\w+(?:\.\d+)*"),),
        marks=MARKS,
        name="RabbitMQ",
        oldest={"0": "0", "3.11": "3.8", "3.12": "3.11", "4.0": "3.13"},
        otherwise="Its server would not start.",
        references={r"rabbitmq:v?(\d+\.\d+(?:\.\d+)?)": r"\1"},
        remedy="Set the earlier image again, or move the data: make move-data STACK={stack} SERVICE={service}",
        variable="RABBITMQ_VERSION",
    )
