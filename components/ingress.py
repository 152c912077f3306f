"""The ingress: HAProxy in front of a system's applications, the only thing that is published in production.

Owns the proxy, its configuration, its certificate and its host ports. Deliberately not: applications; they join it by
the serving alias (`ServiceSpec.ingress`), so scaling them changes nothing here. Inside the system it speaks plain HTTP,
which is what webhooks use.

Source: https://github.com/docker-library/haproxy at 5f3b2c8 (3.2.21), `3.2/alpine/Dockerfile:7` Alpine, so busybox's
shell and tools and no bash, `:27` uid and gid, `:98` soft stop, `3.2/alpine/docker-entrypoint.sh:14` a master with
workers. https://docs.haproxy.org/2.6/configuration.html (`server-template`, `resolvers`)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock
from components.base.connections import HttpConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, Ingress, Port, Probe, Reload, Resources, ServiceSpec, Stop
from components.ingress_contract import TIMEOUTS

NAME: Final = "ingress"
PORT: Final = 8000
REDIRECT_PORT: Final = 8080
TLS_PORT: Final = 8443
HTTPS_PORT: Final = 443
"""The port that an address without one means."""

STATUS_PORT: Final = 8404
CERTIFICATE_FILE: Final = "certificate.pem"
CONFIG_FILE: Final = "haproxy.cfg"
SLOTS: Final = 20
"""Most replicas of one application, those of a rollout included."""

MAX_CONNECTIONS: Final = 4000
"""Each takes two of the 16384 open files a container may have."""


@dataclass(frozen=True, kw_only=True)
class Tls:
    """How the world reaches the proxy.

    Attributes:
        pem: Certificate, chain and key in one text.
        port: Port on the host.
        redirect_port: Port on the host whose requests are sent to the other one.
    """

    pem: str = field(repr=False)
    port: int
    redirect_port: int


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    """Settings of the proxy.

    Attributes:
        app: The application behind it.
        host_port: Port on the host for plain HTTP; None where there is TLS.
        address: Host address it binds.
        resources: Limits.
        settings: Further lines of its defaults, checked against `components.ingress_contract`.
        tls: Certificate and ports; None for plain HTTP.
    """

    app: HttpConnection
    address: str = "127.0.0.1"
    host_port: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    tls: Tls | None = None
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
    secret_files = {CERTIFICATE_FILE: pulumi.Output.secret(args.tls.pem)} if args.tls else {}
    return ServiceSpec(
        command=("haproxy", "-f", path),
        files={CONFIG_FILE: config(name, [args.app], settings=args.settings, tls=args.tls)},
        health=Probe(
            budget_seconds=30,
            command=("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{STATUS_PORT}/healthz"),
            interval_seconds=5,
            start_period_seconds=5,
        ),
        image="haproxy",
        networks=frozenset({"edge", "publish"}),
        ports=_ports(args),
        # Checked first: a master that cannot read its file goes on with the old one and says so to nobody. What is
        # wrong with it, by file and line, goes to the log, whose end a failed gate shows: no secrets are in it. USR2 by
        # a process of the container: a signal through the engine would end its restart policy.
        reload=Reload(
            command=("sh", "-c", f"haproxy -c -f {path} >/proc/1/fd/2 2>&1 && kill -USR2 1"),
            files=frozenset({CONFIG_FILE, *secret_files}),
        ),
        resources=args.resources,
        secret_files=secret_files,
        self_healing=True,
        stop=Stop(signal="SIGUSR1", grace_seconds=30),
        user=lock.user("haproxy"),
        uses=(args.app,),
        writable={"/tmp": 8},  # noqa: S108 inside the container
    )


def _ports(args: IngressArgs) -> tuple[Port, ...]:
    ports = (
        {PORT: args.host_port} if args.tls is None else {REDIRECT_PORT: args.tls.redirect_port, TLS_PORT: args.tls.port}
    )
    return tuple(
        Port(address=args.address, external=external, internal=internal)
        for internal, external in ports.items()
        if external is not None
    )


def config(
    name: str,
    apps: Sequence[HttpConnection],
    *,
    settings: Mapping[str, str] | None = None,
    tls: Tls | None = None,
) -> str:
    """Returns the proxy's configuration; every line is understood by 2.6 and later.

    Args:
        name: Service name of the proxy.
        apps: Applications behind it; the first takes what no rule sends elsewhere.
        settings: Further lines of its defaults.
        tls: Certificate and ports.
    """
    lines = {**TIMEOUTS, **(settings or {})}
    defaults = "".join(f"    {keyword} {lines[keyword]}\n" for keyword in sorted(lines))
    port = "" if tls is None or tls.port == HTTPS_PORT else f":{tls.port}"
    public = _TLS.format(certificate=f"{FILES_ROOT}/{name}/{CERTIFICATE_FILE}", port=port) if tls else ""
    default = f"    default_backend {apps[0].host}\n"
    frontends = f"{_FRONTENDS}{default}{public}{default if tls else ''}"
    return f"{_HEAD}{defaults}{frontends}{''.join(_backend(app) for app in apps)}"


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
"""

_FRONTENDS: Final = f"""
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

_TLS: Final = f"""
frontend redirect
    bind *:{REDIRECT_PORT}
    http-request redirect location https://%[req.hdr(host),field(1,:)]{{port}}%[capture.req.uri] code 308

frontend public_tls
    bind *:{TLS_PORT} ssl crt {{certificate}} alpn h2,http/1.1 ssl-min-ver TLSv1.2
    http-request return status 404 if {{{{ path /metrics }}}}
    http-request set-header X-Forwarded-Proto https
    http-after-response set-header Strict-Transport-Security max-age=31536000
"""
