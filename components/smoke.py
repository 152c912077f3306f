"""The smoke conversation: a container that follows one message through a system when a person asks for it.

It also tries the bucket and the converter that Evolution API has for media, by the very connections it was given.

Owns the container and its settings. Deliberately not: running it, which is `make smoke`; no `up` depends on it.
"""

import json
from dataclasses import dataclass
from typing import Final, final

import pulumi

from components.audio_converter import AudioConverterConnection
from components.base import lock
from components.base.connections import HttpConnection, InstanceConnection
from components.base.engines.containers import ContainersEngine
from components.base.s3 import S3Connection
from components.base.spec import FILES_ROOT, JobSpec, Resources

SERVICE: Final = "smoke"
NO_SECRETS_OF_A_BUCKET: Final = ("bucket", "host", "kind", "name", "port", "region", "use_ssl")


@dataclass(frozen=True, kw_only=True)
class SmokeArgs:
    """What the conversation goes through.

    Attributes:
        app: The application, as everybody reaches it.
        converter: What Evolution API has its voice messages made by.
        instance: The WhatsApp number that is written to; one of its own, so that no customer ever sees it.
        media: The bucket Evolution API keeps its media in.
        media_outside: Whether that lies outside of the system's networks, so that reaching it needs a way out.
    """

    app: HttpConnection
    converter: AudioConverterConnection
    instance: InstanceConnection
    media: S3Connection
    media_outside: bool = False


@final
class Smoke(pulumi.ComponentResource):
    """The conversation, ready to be started."""

    def __init__(self, name: str, args: SmokeArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the container.

        Args:
            name: Service name.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Smoke", name, None, opts)
        engine.tool(name, smoke_spec(name, args), self)
        self.register_outputs({})


def smoke_spec(name: str, args: SmokeArgs) -> JobSpec:
    """Returns the description of the container."""
    files = f"{FILES_ROOT}/{name}"
    settings = {
        "app_url": args.app.url,
        "bucket": {key: args.media.proof()[key] for key in NO_SECRETS_OF_A_BUCKET},
        "bucket_access_key_file": f"{files}/bucket_access_key",
        "bucket_secret_key_file": f"{files}/bucket_secret_key",
        "converter_key_file": f"{files}/converter_key",
        "converter_url": args.converter.url,
        "evolution_url": args.instance.evolution.url,
        "instance": args.instance.name,
        "number": args.instance.number,
        "token_file": f"{files}/token",
        "webhook_secret_file": f"{files}/webhook_secret",
    }
    return JobSpec(
        command=("smoke", "--settings", f"{files}/smoke.json"),
        files={"smoke.json": json.dumps(settings, indent=2, sort_keys=True)},
        image="probe",
        networks=frozenset({"edge", "egress"} if args.media_outside else {"edge"}),
        resources=Resources(memory_mib=128),
        secret_files={
            "bucket_access_key": args.media.access_key,
            "bucket_secret_key": args.media.secret_key,
            "converter_key": args.converter.api_key,
            "token": args.instance.token,
            "webhook_secret": args.instance.webhook_secret,
        },
        user=lock.user("probe"),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )
