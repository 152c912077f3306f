"""Writes what the engine says of running containers as a compose file: the same images, files, limits and checks.

Deliberately not: secrets, which stay in the volumes they are in. Source: https://docs.docker.com/reference/compose-file/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.side import BROKEN_COMMAND, BROKEN_SERVICE
from components.base.naming import ROLE_LABEL, SERVICE_LABEL

SCRIPTS = "/docker-entrypoint-initdb.d"
"""Where Postgres' image looks for what an empty database is to be given. Source: https://hub.docker.com/_/postgres"""

CONDITIONS = {"job": "service_completed_successfully", "service": "service_healthy"}
NANO = 1_000_000_000
MILLION = 1_000_000
SHORT_ID = 12
"""Characters of its id by which a container is called where it has no other name."""

Row = Mapping[str, Any]


def compose_file(
    containers: Sequence[Row],
    networks: Sequence[Row],
    *,
    initialised: frozenset[str],
    needs: Mapping[str, frozenset[str]],
    volumes: Mapping[str, str],
) -> dict[str, Any]:
    """Returns the file's content.

    Args:
        containers: Inspected services and jobs.
        networks: Inspected networks, theirs.
        initialised: Services whose files hold what an empty database is to be given.
        needs: Service to the services and jobs it waits for.
        volumes: Name of a mounted volume to the one that is mounted in its place.
    """
    roles = {_label(row, SERVICE_LABEL): _label(row, ROLE_LABEL) for row in containers}
    services = {}
    for row in sorted(containers, key=lambda row: _label(row, SERVICE_LABEL)):
        name = _label(row, SERVICE_LABEL)
        waits = sorted(needs.get(name, frozenset()) & roles.keys())
        mounts = _mounts(row, volumes)
        if name in initialised:
            mounts += [{**mount, "target": SCRIPTS} for mount in mounts if mount["read_only"]]
        services[name] = {
            **_process(row),
            **_limits(row),
            **_surroundings(row, {found["Name"]: _short(found) for found in networks}),
            "depends_on": {other: {"condition": CONDITIONS[roles[other]]} for other in waits},
            "volumes": mounts,
        }
    return {
        "services": {name: _kept(service) for name, service in services.items()},
        "networks": {_short(row): _network(row) for row in networks},
        "volumes": {name: {"external": True, "name": name} for name in sorted(volumes.values())},
    }


def with_checks_every(content: Row, seconds: int) -> dict[str, Any]:
    """Returns a compose file whose health checks come more often, as one written by hand would have them.

    Args:
        content: The file's content.
        seconds: Longest interval.
    """
    services = {}
    for name, service in content["services"].items():
        check = service.get("healthcheck")
        often = {"healthcheck": {**check, "interval": _shorter(check["interval"], seconds)}} if check else {}
        services[name] = {**service, **often}
    return {**content, "services": services}


def with_broken_application(content: Row) -> dict[str, Any]:
    """Returns a compose file whose application dies at start."""
    services = content["services"]
    broken = {**services[BROKEN_SERVICE], "command": list(BROKEN_COMMAND)}
    return {**content, "services": {**services, BROKEN_SERVICE: broken}}


def _process(row: Row) -> dict[str, Any]:
    config, host = row["Config"], row["HostConfig"]
    check = config.get("Healthcheck") or {}
    return {
        "image": config["Image"],
        "command": _words(config.get("Cmd")),
        "entrypoint": _words(config.get("Entrypoint")),
        "environment": _words(config.get("Env")),
        "healthcheck": {
            "test": _words(check["Test"]),
            "interval": _duration(check.get("Interval", 0)),
            "timeout": _duration(check.get("Timeout", 0)),
            "start_period": _duration(check.get("StartPeriod", 0)),
            "retries": check.get("Retries", 0),
        }
        if check
        else {},
        "hostname": "" if config["Hostname"] == _short_id(row) else config["Hostname"],  # nobody has given it one
        "init": host.get("Init"),
        "restart": host["RestartPolicy"]["Name"] or "no",
        "stop_grace_period": f"{config['StopTimeout']}s" if config.get("StopTimeout") else "",
        "stop_signal": config.get("StopSignal"),
        "user": config["User"],
        "working_dir": config["WorkingDir"],
    }


def _limits(row: Row) -> dict[str, Any]:
    host = row["HostConfig"]
    return {
        "cap_drop": host["CapDrop"],
        "cpu_shares": host["CpuShares"],
        "cpus": host["NanoCpus"] / NANO,
        "mem_limit": host["Memory"],
        "memswap_limit": host["MemorySwap"],
        "pids_limit": host["PidsLimit"],
        "read_only": host["ReadonlyRootfs"],
        "security_opt": host["SecurityOpt"],
        "shm_size": host["ShmSize"],
        "ulimits": {limit["Name"]: {"soft": limit["Soft"], "hard": limit["Hard"]} for limit in host["Ulimits"] or ()},
    }


def _surroundings(row: Row, networks: Mapping[str, str]) -> dict[str, Any]:
    host = row["HostConfig"]
    joined = row["NetworkSettings"]["Networks"]
    ports = [
        f"{binding['HostIp'] or '0.0.0.0'}:{binding['HostPort']}:{port}"  # noqa: S104 the engine's own reading of empty
        for port, bindings in (host["PortBindings"] or {}).items()
        for binding in bindings
    ]
    return {
        "logging": {"driver": host["LogConfig"]["Type"], "options": host["LogConfig"]["Config"]},
        "networks": {
            networks[name]: _kept({"aliases": [alias for alias in found["Aliases"] or () if alias != _short_id(row)]})
            for name, found in sorted(joined.items())
            if name in networks
        },
        "ports": sorted(ports),
        "tmpfs": [f"{path}:{options}" for path, options in sorted((host.get("Tmpfs") or {}).items())],
    }


def _mounts(row: Row, volumes: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "type": mount["Type"],
            "source": volumes.get(mount.get("Name", ""), mount["Source"]),
            "target": mount["Destination"],
            "read_only": not mount["RW"],
        }
        for mount in sorted(row["Mounts"], key=lambda mount: str(mount["Destination"]))
        # Of another name is only what an image makes for itself, and will again.
        if mount["Type"] == "bind" or (mount["Type"] == "volume" and mount["Name"] in volumes)
    ]


def _network(row: Row) -> dict[str, Any]:
    return _kept({"driver": row["Driver"], "driver_opts": row["Options"], "internal": row["Internal"]})


def _short(network: Row) -> str:
    """Returns a network's name within its system."""
    return str(network["Labels"][SERVICE_LABEL])


def _short_id(container: Row) -> str:
    return str(container["Id"][:SHORT_ID])


def _label(row: Row, label: str) -> str:
    return str(row["Config"]["Labels"][label])


def _words(words: Sequence[str] | None) -> list[str]:
    """Returns words as compose reads them: it would take a dollar for a variable of its own."""
    return [word.replace("$", "$$") for word in words or ()]


def _duration(nanoseconds: int) -> str:
    return f"{nanoseconds // MILLION}ms"


def _shorter(interval: str, seconds: int) -> str:
    return f"{min(int(interval.removesuffix('ms')), seconds * 1000)}ms"


def _kept(values: Row) -> dict[str, Any]:
    """Returns the settings that are set."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, 0)}
