"""Redis: one server whose data survives it, one ACL user for its consumers.

Owns the container, its data volume, its configuration and the user's generated password. Deliberately not: replication
and Sentinel; caches that may forget are the same server with another policy.

Source: https://github.com/redis/docker-library-redis at 0642e86 (7.4.3), `7.4/debian/Dockerfile:11` uid and gid, `:91`
no protected mode, `:142` data folder; at e5650da `7.4/debian/docker-entrypoint.sh:11` another user than root keeps its
uid, `:20` what it writes is nobody else's. https://redis.io/docs/latest/operate/oss_and_stack/management/config/,
.../acl/
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, final

import pulumi

from components.base import lock, secrets
from components.base.connections import RedisConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import (
    FILES_ROOT,
    LOOK_REFUSED,
    DataFormat,
    DataVolume,
    Probe,
    Reload,
    Resources,
    ServerLook,
    ServiceSpec,
    Stop,
)

PORT: Final = 6379
USER: Final = "app"
OPERATOR: Final = "operator"
"""Reads the ACL file again, lists it and answers the health check; sees no key."""

CONFIG_FILE: Final = "redis.conf"
ACL_FILE: Final = "users.acl"
OPERATOR_FILE: Final = "operator_password"
LIST_USERS: Final = f"""
export REDISCLI_AUTH="$(cat "$1/{OPERATOR_FILE}")"
listed=$(redis-cli --no-auth-warning --user {OPERATOR} -h 127.0.0.1 acl list)
case $listed in WRONGPASS* | NOPERM* | NOAUTH*) exit {LOOK_REFUSED} ;; esac
printf '%s\\n' "$listed" \\
  | sed -E 's/^user //; s/ /","/g; s/^([^"]*)","(.*)$/"user \\1":{{"rules":["\\2"]}}/' | paste -sd , | sed 's/.*/{{&}}/'
""".strip()
"""Prints what each user may do as JSON."""

MEMORY_SHARE: Final = 0.6
"""Of the memory limit; the rest is for rewriting the append-only file and for client buffers."""


FORMAT: Final = DataFormat(
    file_chain=(
        ("appendonlydir/appendonly.aof.manifest", r"^file (\S+) seq \d+ type b"),
        ("appendonlydir/{}", r"\AREDIS(\d{4})"),
    ),
    marks={"7.0": ["0010"], "7.2": ["0011"], "7.4": ["0012"], "8.6": ["0013"]},
    name="Redis",
    oldest={"0": "0"},
    otherwise="Its server would not start.",
    references={r"redis:v?(\d+\.\d+(?:\.\d+)?)": r"\1"},
    remedy="Set the earlier image again, or move the data: make move-data STACK={stack} SERVICE={service}",
    variable="REDIS_VERSION",
)
"""What stands at the beginning of the append-only file's base is the number of its format, which a server of an earlier
one refuses.

Source: `RDB_VERSION` in src/rdb.h of 7.0.15:41, 7.2.6:41 and 7.4.1:20; `rdbLoadRioWithLoadingCtx` in src/rdb.c of
7.0.15:2916; names of files in src/aof.c of 7.0.15:86. The number of 8.6: src/ext/redisver.h of github.com/redis/librdb.
"""


@dataclass(frozen=True, kw_only=True)
class RedisArgs:
    """Settings of a server.

    Attributes:
        volume: Name of the data volume.
        password: The user's own password instead of a generated one.
        policy: What happens when the memory is full; queues and sessions must never be evicted.
        resources: Limits.
        rotation: How often the generated password has been rotated, 0 or more.
        settings: Further directives, checked against `components.redis_contract`; none of them is secret.
    """

    volume: str
    password: str | None = field(default=None, repr=False)
    policy: Literal["noeviction", "allkeys-lru"] = "noeviction"
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=256))
    rotation: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)


@final
class Redis(pulumi.ComponentResource):
    """A Redis server.

    Attributes:
        connection: What consumers use.
    """

    connection: RedisConnection

    def __init__(self, name: str, args: RedisArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the server.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Redis", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        operator = secrets.generated(f"{name}-operator", child)
        slots = secrets.slots(f"{name}-password", child, given=args.password, rotation=args.rotation)
        users, look = _rendered(acl, operator, slots), _rendered(declared, operator, slots)
        gates = engine.service(name, redis_spec(name, args, operator, users, look), self)
        self.connection = RedisConnection(host=name, password=slots.active, ready=gates, user=USER)
        self.register_outputs({"host": name, "port": PORT})


def _rendered(
    render: Callable[[str, list[str]], str], operator: pulumi.Output[str], slots: secrets.Slots
) -> pulumi.Output[str]:
    passwords: pulumi.Output[list[Any]] = pulumi.Output.all(operator, *slots.accepted)
    return pulumi.Output.secret(passwords.apply(lambda every: render(every[0], every[1:])))


def acl(operator: str, passwords: list[str]) -> str:
    """Returns the ACL file: hashes only, one user for consumers, none without a password.

    Args:
        operator: The operator's password.
        passwords: Every password the consumers' user may log in with.
    """
    return "".join(f"user {user} {rules}\n" for user, rules in _rules(operator, passwords).items())


def declared(operator: str, passwords: list[str]) -> str:
    """Returns the users as a look compares them.

    Args:
        operator: The operator's password.
        passwords: Every password the consumers' user may log in with.
    """
    rules = _rules(operator, passwords)
    return json.dumps({f"user {user}": {"rules": words.split()} for user, words in rules.items()})


def _rules(operator: str, passwords: list[str]) -> Mapping[str, str]:
    """Returns each user's rules in the words in which the server lists them; their order is its own."""

    def hashed(password: str) -> str:
        return f"#{hashlib.sha256(password.encode()).hexdigest()}"

    return {
        "default": "off sanitize-payload resetchannels -@all",
        OPERATOR: f"on sanitize-payload {hashed(operator)} resetchannels -@all +ping +acl|load +acl|list",
        USER: f"on sanitize-payload {' '.join(map(hashed, passwords))} ~* &* +@all -@admin -flushall -swapdb",
    }


def redis_spec(
    name: str,
    args: RedisArgs,
    operator: pulumi.Input[str],
    users: pulumi.Input[str],
    declared_users: pulumi.Input[str],
) -> ServiceSpec:
    """Returns the description of a server."""
    files = f"{FILES_ROOT}/{name}"
    return ServiceSpec(
        command=("redis-server", f"{files}/{CONFIG_FILE}"),
        files={CONFIG_FILE: config(files, args)},
        health=Probe(budget_seconds=30, command=_as_operator(files, "ping", "PONG"), start_period_seconds=20),
        image="redis",
        look=ServerLook(command=("sh", "-c", LIST_USERS, "-", files), declared=declared_users),
        networks=frozenset({"data"}),
        reload=Reload(command=_as_operator(files, "acl load", "OK"), files=frozenset({ACL_FILE})),
        resources=args.resources,
        secret_files={ACL_FILE: users, OPERATOR_FILE: operator},
        stop=Stop(grace_seconds=30),
        user=lock.user("redis"),
        volumes=(DataVolume(formats=(FORMAT,), name=args.volume, path="/data"),),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )


def config(files: str, args: RedisArgs) -> str:
    """Returns the configuration file; every line is understood by 7.0 and later.

    Args:
        files: Folder of the service's files.
        args: Settings.
    """
    lines = {
        "aclfile": f"{files}/{ACL_FILE}",
        "appendfsync": "everysec",
        "appendonly": "no" if args.policy == "allkeys-lru" else "yes",
        "bind": "* -::*",
        "daemonize": "no",
        "dir": "/data",
        "maxmemory": f"{int(args.resources.memory_mib * MEMORY_SHARE)}mb",
        "maxmemory-policy": args.policy,
        "port": PORT,
        "protected-mode": "no",  # the ACL protects; this mode refuses all but loopback
        "save": '""',
        "tcp-keepalive": 60,
        **args.settings,
    }
    return "".join(f"{key} {value}\n" for key, value in sorted(lines.items()))


def _as_operator(files: str, command: str, answer: str) -> tuple[str, ...]:
    """Returns a command that succeeds on one answer only: the client exits with 0 when it is refused, too."""
    script = (
        f'REDISCLI_AUTH="$(cat {files}/{OPERATOR_FILE})" '
        f'redis-cli --no-auth-warning --user {OPERATOR} -h 127.0.0.1 {command} | grep -q "^{answer}$"'
    )
    return ("sh", "-c", script)
