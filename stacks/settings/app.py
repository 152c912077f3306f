"""Settings of an application: its replicas, workers and migrations."""

from typing import Annotated

from pydantic import Field

from stacks.settings.base import Settings
from stacks.values import Command, HttpPath, Memory, SourcePath, VariableNames


class MigrateSettings(Settings):
    """The job that migrates the application's database before any of its processes starts."""

    command: Command = Field(
        default=("alembic", "upgrade", "head"),
        description="Program and arguments; [] for an application that migrates by itself. Must be safe to run again.",
    )


class WorkerSettings(Settings):
    """The application's workers."""

    command: Command = Field(
        default=("python3", "-m", "tasks"), description="Program and arguments, in the application's image."
    )
    health_command: Command = Field(
        default=("python3", "-I", "-S", "tasks/health.py", "alive"),
        description="Program and arguments that end with 0 as long as a restart would not help a worker.",
    )
    memory_mib: Memory = Field(default=256, description="Memory limit of each in MiB. The reference worker needs 100.")
    ready_command: Command = Field(
        default=("python3", "-I", "-S", "tasks/health.py"),
        description="Program and arguments that end with 0 once it consumes.",
    )
    reload_command: Command = Field(
        default=("python3", "-m", "assistant.reload", "tasks"), description="The same with app.hotReload."
    )
    replicas: Annotated[int, Field(ge=0, le=16)] = Field(
        default=1, description="Equal workers; 0 for an application without. 1, because one answers 100 messages/s."
    )


class AppSettings(Settings):
    """The application."""

    command: Command = Field(
        default=(), description="Program and arguments. None, which means the image's own; see secretsAsEnvironment."
    )
    health_path: HttpPath = Field(
        default="/health", description="Path that answers 200 as long as a restart would not help; it asks nobody else."
    )
    hot_reload: bool = Field(
        default=False,
        description="Whether the source is mounted over the image's and processes start anew at every saved file; in "
        "development, with the engine on this machine. false, because then what runs is what was built.",
    )
    memory_mib: Memory = Field(
        default=384, description="Memory limit of each replica in MiB. The reference application needs 150."
    )
    migrate: MigrateSettings = Field(default_factory=MigrateSettings)
    mounts: tuple[SourcePath, ...] = Field(
        default=("src", "scripts", "tasks", "alembic", "alembic.ini"),
        description="Folders and files of the source that hotReload mounts below /app, read-only, where they exist.",
    )
    ready_path: HttpPath = Field(
        default="/ready", description="Path that answers 200 once the application can serve; asked before it is let in."
    )
    reload_command: Command = Field(
        default=("python3", "-m", "assistant.reload", "assistant"),
        description="Program and arguments with hotReload: it must start the application anew when a file changes, and "
        "may write why it does not serve into the file that NOT_SERVING_FILE names.",
    )
    replicas: Annotated[int, Field(ge=1, le=10)] | None = Field(
        default=None,
        description="Equal containers behind the ingress. Left out: 1 in development, 2 in production, where one may "
        "die without anybody noticing.",
    )
    secret_environment: VariableNames = Field(
        default=(),
        description="Names of secret variables of your own that the application gets, such as OPENAI_API_KEY; it finds "
        "each in the file that NAME_FILE names. Values: in development from .env, in production from "
        "'pulumi config set --secret NAME'. None, because the reference application needs none.",
    )
    secrets_as_environment: bool = Field(
        default=False,
        description="Whether the application finds DATABASE_URL and the other secrets in the variables themselves, not "
        "in files; app.command must be given then. false, because variables are seen by every child process.",
    )
    source: str = Field(
        default="apps/assistant",
        description="Folder with the Dockerfile, relative to the checkout. The default is the reference application.",
    )
    up_path: HttpPath = Field(
        default="/up", description="Path that answers 200 as long as the ingress shall send new requests."
    )
    worker: WorkerSettings = Field(default_factory=WorkerSettings)
