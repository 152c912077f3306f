"""Audio converter: voice messages for Evolution API, made by ffmpeg outside of it.

Owns the container and the generated key. Deliberately not: transcription and uploads, which the original program can do
as well: both need keys of others and a way out.

The command suits two images alike: `images/audio-converter` of this repository, and the one it stands for.

Source: https://github.com/EvolutionAPI/evolution-audio-converter at 3feb0c7, `main.go:56` the flag, `:60` the file
beside it, `:68` the key, `:146` where a call has it, `:594` the port, `:610` the route; `Dockerfile:2` Alpine, `:29`
the command.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import pulumi

from components.base import lock, secrets
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, Probe, Resources, ServiceSpec

PORT: Final = 4040
PATH: Final = "/process-audio"
SETTINGS_FILE: Final = ".env"


@dataclass(frozen=True, kw_only=True)
class AudioConverterConnection:
    """A converter and its key.

    Attributes:
        api_key: The key, secret.
        host: Network alias.
        port: Port inside the network.
        ready: Gates of the service.
    """

    api_key: pulumi.Output[str]
    host: str
    port: int
    ready: Sequence[pulumi.Resource]

    @property
    def url(self) -> str:
        """The whole address Evolution API wants as `API_AUDIO_CONVERTER`."""
        return f"http://{self.host}:{self.port}{PATH}"

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """That the port accepts connections: only a conversion would ask for the key."""
        return {"host": self.host, "kind": "tcp", "name": self.host, "port": self.port}


@dataclass(frozen=True, kw_only=True)
class AudioConverterArgs:
    """Settings of a converter.

    Attributes:
        api_key: The user's own key instead of a generated one.
        port: Port inside the network, 1 to 65535.
        resources: Limits. Two conversions of 17 MB at a time were measured at 154 MiB.
    """

    api_key: str | None = field(default=None, repr=False)
    port: int = PORT
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=256))


@final
class AudioConverter(pulumi.ComponentResource):
    """A converter.

    Attributes:
        connection: What consumers use.
    """

    connection: AudioConverterConnection

    def __init__(
        self, name: str, args: AudioConverterArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions
    ) -> None:
        """Registers the converter.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:AudioConverter", name, None, opts)
        key = secrets.single(f"{name}-api-key", pulumi.ResourceOptions(parent=self), given=args.api_key)
        settings: pulumi.Output[str] = key.apply(settings_file)
        gates = engine.service(name, audio_converter_spec(name, args, settings), self)
        self.connection = AudioConverterConnection(api_key=key, host=name, port=args.port, ready=gates)
        self.register_outputs({"host": name, "port": args.port})


def settings_file(api_key: str) -> str:
    """Returns the file that keeps the key out of the environment, which every inspection shows."""
    return f"API_KEY={api_key}\n"


def audio_converter_spec(name: str, args: AudioConverterArgs, settings: pulumi.Input[str]) -> ServiceSpec:
    """Returns the description of a converter.

    Args:
        name: Service name.
        args: Settings.
        settings: Content of its settings file.
    """
    return ServiceSpec(
        # The original prints the headers of every request, and with them the key, on standard output; its errors, and
        # everything our own says, go to the other one.
        command=("sh", "-c", "exec /app/main -dev >/dev/null"),
        environment={"GIN_MODE": "release", "PORT": str(args.port)},
        health=Probe(command=("sh", "-c", _refuses(args.port)), start_period_seconds=10),
        image="audio-converter",
        # Whoever has the key may name any address to fetch audio from: a network without a way out bounds that.
        networks=frozenset({"edge"}),
        resources=args.resources,
        secret_files={SETTINGS_FILE: settings},
        self_healing=True,
        user=lock.user("audio-converter"),
        # -dev reads .env from here.
        working_dir=f"{FILES_ROOT}/{name}",
        writable={"/tmp": 128},  # noqa: S108 inside the container
    )


def _refuses(port: int) -> str:
    """Returns a command that succeeds when a call without a key is refused.

    There is no route to ask for health. This one says that HTTP is answered and that a key is known: without one of its
    own the server would answer with status 500.
    """
    return f"wget -q -O /dev/null --post-data= http://127.0.0.1:{port}{PATH} 2>&1 | grep -q ' 401 '"
