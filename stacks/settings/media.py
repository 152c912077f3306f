"""Settings of the store for media: MinIO, Versity S3 Gateway, or any S3 server."""

from pydantic import Field

from stacks.settings.base import ROTATION, Settings
from stacks.values import (
    BucketName,
    HostName,
    LoginName,
    Memory,
    Port,
    RegionName,
    Rotation,
    S3Secret,
    Secret,
    ServerMemory,
    SettingValue,
)


class MinioSettings(Settings):
    """The MinIO server, where Evolution API keeps media."""

    bucket: BucketName = Field(
        default="evolution", description="Its bucket, private. Another name is another, empty bucket."
    )
    console_port: Port = Field(
        default=9001, description="Port of its console on the host, in development only. 9001 is the documents' own."
    )
    memory_mib: ServerMemory = Field(
        default=512, description="Memory limit in MiB. It idles at 150; uploads in parts of several clients need more."
    )
    root_password: Secret | None = Field(
        default=None, description="Password of its root user, for its console. Generated when not set."
    )
    root_user: LoginName = Field(default="root", description="Name of its root user, for its console.")
    rotation: Rotation = Field(default=0, description=ROTATION)
    s3_port: Port = Field(
        default=9000, description="Port of its S3 interface on the host, in development only. 9000 is MinIO's usual."
    )
    settings: dict[str, SettingValue] = Field(
        default_factory=dict,
        description="Further variables of the server, such as MINIO_API_REQUESTS_MAX or MINIO_SCANNER_SPEED; changing "
        "one restarts it. Names that it does not know, and those "
        "that this product sets itself or that do harm, are refused with the reason.",
    )


class S3Settings(Settings):
    """An S3 server of your own. Its bucket must exist, and the key may read, write and delete objects there."""

    access_key: Secret = Field(description="The key's name; set it with --secret.")
    bucket: BucketName = Field(description="The bucket.")
    host: HostName = Field(description="Its host name alone. Links to media are signed for it.")
    port: Port = Field(default=443, description="Its port. 443 is that of HTTPS.")
    region: RegionName = Field(default="us-east-1", description="Region that requests are signed for.")
    secret_key: S3Secret = Field(description="The key itself; set it with --secret.")
    use_ssl: bool = Field(default=True, description="Whether it speaks TLS. true, because media are personal data.")


class VersitygwSettings(Settings):
    """Versity S3 Gateway in MinIO's place: under Apache-2.0, developed on, smaller, without a console."""

    bucket: BucketName = Field(
        default="evolution", description="Its bucket, private. Another name is another, empty bucket."
    )
    enabled: bool = Field(
        default=False,
        description="Whether it keeps the media. Changing it moves no object: what the other server has stays in its "
        "volume, and docs/media.md says how it is taken over. false, because MinIO is the documents' own.",
    )
    memory_mib: Memory = Field(
        default=256, description="Memory limit in MiB. It idles at 10; eight uploads in parts at once took 50."
    )
    port: Port = Field(
        default=7070,
        description="Its port on the host, in development only. 7070 is its usual one; MinIO's is taken while the one "
        "follows the other.",
    )
    rotation: Rotation = Field(default=0, description=ROTATION)
