"""What may be set in the section `defaults` of HAProxy, besides what this product sets itself.

The keywords become lines of `haproxy.cfg`, so the proxy ends at its start with one it does not know. Every free one is
read by 2.6, which machines without a registry run, as well as by 3.2.

Source: https://docs.haproxy.org/2.6/configuration.html#4.1 and the same of 3.2
"""

from collections.abc import Mapping
from typing import Final

from components.base.image_contract import ImageContract
from components.base.setting_kinds import Kind, by_name, number

TIMEOUTS: Final[Mapping[str, str]] = {
    # Without `check` one has the interval of 1s, and replicas that are only busy would be taken for dead, all at once.
    "timeout check": "3s",
    "timeout client": "60s",
    "timeout connect": "3s",
    "timeout http-request": "10s",
    "timeout queue": "10s",
    "timeout server": "60s",
    "timeout tunnel": "1h",
}
"""What this product writes and every value of which does; the unit belongs to it, a number alone is milliseconds."""

FREE: Final = frozenset(
    {
        *TIMEOUTS,
        *("timeout client-fin", "timeout http-keep-alive", "timeout server-fin", "timeout tarpit"),
        *("backlog", "fullconn", "max-keep-alive-queue"),
        *("clitcpka-cnt", "clitcpka-idle", "clitcpka-intvl", "srvtcpka-cnt", "srvtcpka-idle", "srvtcpka-intvl"),
        *("compression algo", "compression type"),
        *("unique-id-format", "unique-id-header"),
    }
)
"""Keywords that may be set in `ingress.settings`."""

_AGAIN: Final = "what has been sent to one replica must not be sent to another: a message would be answered twice"
_APPLICATION: Final = "follows from the application behind it, its check and its replicas"
_DOOR: Final = "its ports follow from ingress.port or ingress.tls, and nothing else is published"
_FILES: Final = "the proxy's container has no such file"
_LOG: Final = "paths and addresses of requests are personal data; the log has what happens to the proxy alone"
_RULES: Final = "rules stand in a fixed order that this product writes"

REFUSED: Final[Mapping[str, str]] = {
    "balance": "requests go to the replica with the fewest, also while one is drained",
    "cookie": "no replica keeps anything of a visitor",
    "default-server": _APPLICATION,
    "default_backend": _APPLICATION,
    "disabled": _DOOR,
    "enabled": _DOOR,
    "force-persist": "no replica keeps anything of a visitor",
    "hash-balance-factor": _APPLICATION,
    "hash-type": _APPLICATION,
    "http-reuse": _AGAIN,
    "http-send-name-header": _APPLICATION,
    "ignore-persist": "no replica keeps anything of a visitor",
    "load-server-state-from-file": _FILES,
    "maxconn": "4000 is what the open files of its container allow",
    "mode": "the application speaks HTTP",
    "monitor-uri": "the health check asks a port of its own",
    "persist": "no replica keeps anything of a visitor",
    "retries": _AGAIN,
    "retry-on": _AGAIN,
    "server-state-file-name": _FILES,
    "source": "the proxy has one address in each of its networks",
}
"""Keywords that must not be set there, and why."""

PREFIXES: Final[Mapping[str, str]] = {
    "acl": _RULES,
    "bind": _DOOR,
    "capture": _LOG,
    "compression": "only algo and type are for the proxy in front of one application",
    "email-alert": "the proxy has no way to a mail server",
    "error": _FILES,
    "filter": _RULES,
    "http-": _RULES,
    "log": _LOG,
    "no option": "the options that are on are those this product relies on",
    "option": "the options that are on are those this product relies on",
    "rate-limit": "it counts all visitors together, so one could shut the others out",
    "stats": "the runtime socket drains replicas, and is reached inside the container only",
    "stick": "no replica keeps anything of a visitor",
    "tcp-": _RULES,
    "tune.": "what a connection may take follows from its limit of memory",
    "use_backend": _RULES,
}
"""Beginnings of keywords of which the same is true."""

KINDS: Final[Mapping[str, Kind]] = by_name(
    (
        number(0, unit="ms", units={"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 36e5, "d": 864e5}),
        sorted(name for name in FREE if name.startswith("timeout ")),
    ),
    (
        number(0, unit="seconds", units={"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400}),
        ("clitcpka-idle", "clitcpka-intvl", "srvtcpka-idle", "srvtcpka-intvl"),
    ),
    (number(0), ("backlog", "clitcpka-cnt", "fullconn", "srvtcpka-cnt")),
    (number(-1), ("max-keep-alive-queue",)),
)
"""What the free ones take, as far as this is not text."""

CONTRACT: Final = ImageContract(
    free=FREE,
    image="HAProxy",
    kinds=KINDS,
    listed="https://docs.haproxy.org/3.2/configuration.html#4.1",
    misread="It would not start.",
    prefixes=PREFIXES,
    refused=REFUSED,
    unknown="knows no such keyword, and would not start",
)
