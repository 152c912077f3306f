"""The compose file of the bench says what the engine says of our containers, and nothing that only we understand."""

from typing import Any

from bench import compose_file
from bench.side import BROKEN_COMMAND

PREFIX = "zapstack-bench-evolution-"
APP_ID = "db" + "0" * 62
"""Begins like a service's name: only the short id is no alias."""


def container(service: str, *, id_: str = "1" * 64, role: str = "service", **config: Any) -> dict[str, Any]:  # noqa: ANN401 any setting
    """Returns an inspected container as the adapter makes them."""
    return {
        "Id": id_,
        "Config": {
            "Cmd": ["serve", "--price=$5"],
            "Entrypoint": None,
            "Env": ["A=1", "B=$HOME"],
            "Hostname": id_[:12],
            "Image": "zapstack.local/python:abc",
            "Labels": {"zapstack.service": service, "zapstack.role": role, "zapstack.files": "f1"},
            "StopSignal": "SIGINT",
            "StopTimeout": 60,
            "User": "999:999",
            "WorkingDir": "",
            **config,
        },
        "HostConfig": {
            "CapDrop": ["ALL"],
            "CpuShares": 4096,
            "Init": True,
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}},
            "Memory": 268435456,
            "MemorySwap": 268435456,
            "NanoCpus": 1_500_000_000,
            "PidsLimit": 256,
            "PortBindings": {"5432/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9432"}]},
            "ReadonlyRootfs": True,
            "RestartPolicy": {"Name": "always" if role == "service" else "no"},
            "SecurityOpt": ["no-new-privileges:true"],
            "ShmSize": 67108864,
            "Tmpfs": {"/run": "rw,size=1m"},
            "Ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 1024}],
        },
        "Mounts": [
            {
                "Type": "volume",
                "Name": f"{PREFIX}{service}-files-f1",
                "Source": "/var/lib/docker/…",
                "Destination": f"/run/secrets/{service}",
                "RW": False,
            },
            {
                "Type": "volume",
                "Name": f"{PREFIX}{service}-data",
                "Source": "/var/lib/docker/…",
                "Destination": "/data",
                "RW": True,
            },
        ],
        "NetworkSettings": {
            "Networks": {f"{PREFIX}data": {"Aliases": [service, f"{service}.internal", id_[:12]]}},
        },
    }


NETWORKS = [
    {
        "Name": f"{PREFIX}data",
        "Driver": "bridge",
        "Internal": True,
        "Labels": {"zapstack.service": "data"},
        "Options": {},
    },
    {
        "Name": f"{PREFIX}publish",
        "Driver": "bridge",
        "Internal": False,
        "Labels": {"zapstack.service": "publish"},
        "Options": {"com.docker.network.bridge.enable_ip_masquerade": "false"},
    },
]
CHECK = {
    "Test": ["CMD", "sh", "-c", "echo $0"],
    "Interval": 30_000_000_000,
    "Timeout": 5_000_000_000,
    "StartPeriod": 60_000_000_000,
    "Retries": 3,
}


def written(*rows: dict[str, Any], needs: dict[str, frozenset[str]] | None = None) -> dict[str, Any]:
    """Returns the compose file of some containers."""
    mounts = [mount for row in rows for mount in row["Mounts"] if mount["Name"].startswith(PREFIX)]
    names = {mount["Name"]: mount["Name"].replace(PREFIX, "compose-") for mount in mounts}
    return compose_file.compose_file(rows, NETWORKS, initialised=frozenset({"db"}), needs=needs or {}, volumes=names)


def test_a_container_is_described_in_full() -> None:
    """Program, environment, limits, hardening, ports, stop: everything the engine was given."""
    service = written(container("redis", Healthcheck=CHECK))["services"]["redis"]
    assert service == {
        "cap_drop": ["ALL"],
        "command": ["serve", "--price=$$5"],
        "cpu_shares": 4096,
        "cpus": 1.5,
        "environment": ["A=1", "B=$$HOME"],
        "healthcheck": {
            "interval": "30000ms",
            "retries": 3,
            "start_period": "60000ms",
            "test": ["CMD", "sh", "-c", "echo $$0"],
            "timeout": "5000ms",
        },
        "image": "zapstack.local/python:abc",
        "init": True,
        "logging": {"driver": "json-file", "options": {"max-size": "10m"}},
        "mem_limit": 268435456,
        "memswap_limit": 268435456,
        "networks": {"data": {"aliases": ["redis", "redis.internal"]}},
        "pids_limit": 256,
        "ports": ["127.0.0.1:9432:5432/tcp"],
        "read_only": True,
        "restart": "always",
        "security_opt": ["no-new-privileges:true"],
        "shm_size": 67108864,
        "stop_grace_period": "60s",
        "stop_signal": "SIGINT",
        "tmpfs": ["/run:rw,size=1m"],
        "ulimits": {"nofile": {"hard": 1024, "soft": 1024}},
        "user": "999:999",
        "volumes": [
            {"read_only": False, "source": "compose-redis-data", "target": "/data", "type": "volume"},
            {
                "read_only": True,
                "source": "compose-redis-files-f1",
                "target": "/run/secrets/redis",
                "type": "volume",
            },
        ],
    }


def test_no_label_of_ours_is_carried_over() -> None:
    """A stack finds its containers by them, and would take compose's for its own."""
    assert "zapstack.files" not in str(written(container("redis"), container("migrate", role="job")))


def test_only_the_short_id_is_no_alias() -> None:
    """A name may well be how an id begins."""
    service = written(container("db", id_=APP_ID))["services"]["db"]
    assert service["networks"] == {"data": {"aliases": ["db", "db.internal"]}}


def test_a_host_name_is_kept_only_when_it_was_given() -> None:
    """RabbitMQ keys its data by it."""
    file = written(container("redis"), container("rabbitmq", Hostname="rabbitmq"))
    assert "hostname" not in file["services"]["redis"]
    assert file["services"]["rabbitmq"]["hostname"] == "rabbitmq"


def test_order_waits_for_health_of_services_and_the_end_of_jobs() -> None:
    """Of those that are in the file."""
    rows = (container("db"), container("migrate", role="job"), container("app"))
    file = written(*rows, needs={"app": frozenset({"db", "migrate", "smoke"})})
    assert file["services"]["app"]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert file["services"]["migrate"]["restart"] == "no"


def test_a_database_gets_its_files_where_its_image_looks_for_them() -> None:
    """What our gate runs after a first start, compose leaves to the image."""
    mounts = written(container("db"))["services"]["db"]["volumes"]
    assert [(mount["source"], mount["target"]) for mount in mounts if mount["read_only"]] == [
        ("compose-db-files-f1", "/run/secrets/db"),
        ("compose-db-files-f1", "/docker-entrypoint-initdb.d"),
    ]


def test_what_an_image_makes_for_itself_is_left_to_it() -> None:
    """It has no name that two runs would share."""
    row = container("bucket")
    named = written(row)["services"]["bucket"]["volumes"]
    row["Mounts"].append(
        {"Type": "volume", "Name": "c20ed2", "Source": "/var/lib/docker/…", "Destination": "/export", "RW": True}
    )
    assert written(row)["services"]["bucket"]["volumes"] == named


def test_networks_are_internal_where_ours_are() -> None:
    """And volumes are compose's own, made beforehand."""
    file = written(container("redis"))
    assert file["networks"] == {
        "data": {"driver": "bridge", "internal": True},
        "publish": {"driver": "bridge", "driver_opts": {"com.docker.network.bridge.enable_ip_masquerade": "false"}},
    }
    assert file["volumes"]["compose-redis-data"] == {"external": True, "name": "compose-redis-data"}


def test_checks_come_more_often_and_never_less_often() -> None:
    """The file it was made from is left as it is."""
    often = {**CHECK, "Interval": 2_000_000_000}
    file = written(container("db", Healthcheck=CHECK), container("app", Healthcheck=often), container("redis"))
    services = compose_file.with_checks_every(file, 5)["services"]
    assert services["db"]["healthcheck"]["interval"] == "5000ms"
    assert services["app"]["healthcheck"]["interval"] == "2000ms"
    assert "healthcheck" not in services["redis"]
    assert file["services"]["db"]["healthcheck"]["interval"] == "30000ms"


def test_a_broken_application_differs_in_its_command_only() -> None:
    """The others are not made anew."""
    file = written(container("db"), container("app"))
    broken = compose_file.with_broken_application(file)
    assert broken["services"]["app"] == {**file["services"]["app"], "command": list(BROKEN_COMMAND)}
    assert broken["services"]["db"] == file["services"]["db"]
    assert file["services"]["app"]["command"] == ["serve", "--price=$$5"]
