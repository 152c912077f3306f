"""The ingress: HAProxy in front of a system's applications, the only thing that is published in production.

Owns the proxy, its configuration and its host port. Deliberately not: applications; they join it by the serving alias
(`ServiceSpec.ingress`), so scaling them changes nothing here.

Source: https://docs.haproxy.org/2.6/configuration.html (`server-template`, `resolvers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock
from components.base.connections import HttpConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, Ingress, Port, Probe, Reload, Resources, ServiceSpec, Stop

NAME: Final = "ingress"
PORT: Final = 8000
STATUS_PORT: Final = 8404
CONFIG_FILE: Final = "haproxy.cfg"
SLOTS: Final = 20
"""Most replicas of one application, those of a rollout included."""

MAX_CONNECTIONS: Final = 4000
"""Each takes two of the 16384 open files a container may have."""


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    """Settings of the proxy.

    Attributes:
        app: The application behind it.
        host_port: Port on the host.
        address: Host address it binds.
        resources: Limits.
    """

    app: HttpConnection
    host_port: int
    address: str = "127.0.0.1"
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=128))


@final
class IngressProxy(pulumi.ComponentResource):
    """The proxy.

    Attributes:
        connection: How it is reached from inside the system.
    """

    connection: HttpConnection

    def __init__(self, name: str, args: IngressArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the proxy.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Ingress", name, None, opts)
        gates = engine.service(name, ingress_spec(name, args), self)
        self.connection = HttpConnection(host=name, port=PORT, ready=gates)
        self.register_outputs({"host": name})


def behind(service: str) -> Ingress:
    """Returns what makes a service one that is reached through the proxy and rolled out start-first.

    Args:
        service: The service's name, which is also its backend's.
    """
    return Ingress(backend=service, service=NAME)


def ingress_spec(name: str, args: IngressArgs) -> ServiceSpec:
    """Returns the description of the proxy."""
    path = f"{FILES_ROOT}/{name}/{CONFIG_FILE}"
    return ServiceSpec(
        command=("haproxy", "-f", path),
        files={CONFIG_FILE: config([args.app])},
        health=Probe(
            budget_seconds=30,
            command=("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{STATUS_PORT}/healthz"),
            interval_seconds=5,
            start_period_seconds=5,
            timeout_seconds=3,
        ),
        image="haproxy",
        networks=frozenset({"edge", "publish"}),
        ports=(Port(address=args.address, external=args.host_port, internal=PORT),),
        # Checked first: a master that cannot read its file goes on with the old one and says so to nobody. USR2 by a
        # process of the container: a signal through the engine would end its restart policy.
        reload=Reload(command=("sh", "-c", f"haproxy -c -q -f {path} && kill -USR2 1"), files=frozenset({CONFIG_FILE})),
        resources=args.resources,
        self_healing=True,
        stop=Stop(signal="SIGUSR1", grace_seconds=30),
        user=lock.user("haproxy"),
        uses=(args.app,),
        writable={"/tmp": 8},  # noqa: S108 inside the container
    )


def config(apps: Sequence[HttpConnection]) -> str:
    """Returns the proxy's configuration; every line is understood by 2.6 and later.

    Args:
        apps: Applications behind it; the first takes what no rule sends elsewhere.
    """
    return _HEAD + f"    default_backend {apps[0].host}\n" + "".join(_backend(app) for app in apps)


def _backend(app: HttpConnection) -> str:
    return f"""
backend {app.host}
    balance leastconn
    option httpchk GET {app.check_path}
    http-check expect status 200
    # Only a connection that was refused is tried elsewhere: nothing has been sent on it. Anything more could run twice.
    retry-on conn-failure
    retries 3
    option redispatch 1
    default-server check inter 1s fall 2 rise 1 resolvers engine init-addr none observe layer4
    server-template {app.host} {SLOTS} {app.host}:{app.port}
"""


_HEAD: Final = f"""global
    log stdout format raw local0 notice
    maxconn {MAX_CONNECTIONS}
    stats socket ipv4@127.0.0.1:{Ingress.port} level admin
    hard-stop-after 30s

defaults
    mode http
    log global
    option dontlognull
    option forwardfor
    timeout connect 3s
    timeout client 60s
    timeout server 60s
    timeout queue 10s
    timeout http-request 10s
    timeout tunnel 1h

resolvers engine
    nameserver dns 127.0.0.11:53
    resolve_retries 2
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s
    hold obsolete 1s

frontend status
    bind 127.0.0.1:{STATUS_PORT}
    monitor-uri /healthz
    http-request return status 404

frontend public
    bind *:{PORT}
    # For the monitoring, which asks the applications themselves.
    http-request return status 404 if {{ path /metrics }}
"""
