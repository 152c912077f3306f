"""What is to be tried: the settings file of a connection proof."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from probe.files import SettingsModel


class _Addressed(SettingsModel):
    name: str
    host: str
    port: int = Field(ge=1, le=65535)


class Tcp(_Addressed):
    """A port that accepts connections."""

    kind: Literal["tcp"]


class Postgres(_Addressed):
    """A database and a role."""

    kind: Literal["postgres"]
    database: str
    password: SecretStr
    user: str


class Redis(_Addressed):
    """A numbered database and an ACL user."""

    kind: Literal["redis"]
    database: int = 0
    password: SecretStr
    user: str


class Amqp(_Addressed):
    """A virtual host and a user."""

    kind: Literal["amqp"]
    password: SecretStr
    user: str
    vhost: str


class HttpAddress(SettingsModel):
    """An address that answers with a known status.

    Attributes:
        key_name: What messages call the key among the headers, such as `the instance's token (EVOLUTION_API_KEY)`.
    """

    expect: tuple[int, ...] = (200,)
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    key_name: str = "the key"
    name: str
    url: str = Field(pattern=r"^https?://[^/@]+")


class Http(HttpAddress):
    """An address of any server."""

    kind: Literal["http"]


class Evolution(HttpAddress):
    """An address of Evolution API, which refuses every token while its own database is away."""

    kind: Literal["evolution"]


class Bucket(_Addressed):
    """A bucket, without a key to it."""

    kind: Literal["s3"]
    bucket: str
    region: str
    use_ssl: bool


class S3(Bucket):
    """A bucket and a key that may read, write and delete objects in it."""

    access_key: str
    secret_key: SecretStr


Wanted = Annotated[Amqp | Evolution | Http | Postgres | Redis | S3 | Tcp, Field(discriminator="kind")]


class Settings(SettingsModel):
    """All connections of one consumer."""

    connections: tuple[Wanted, ...]
    consumer: str
