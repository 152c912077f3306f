"""What object storage offers its consumers: one bucket, or for the jobs that prepare it the whole server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True, kw_only=True)
class S3Connection:
    """A bucket and the keys of a user that may read and write it, on a server of this system or on any other.

    Attributes:
        access_key: Name of the user.
        bucket: Bucket; it exists.
        host: Host name alone. Consumers sign links with it, so whoever opens one must reach it by this name.
        ready: Gates behind which the bucket and its user are true.
        secret_key: The user's password, secret.
        port: Port.
        region: Region requests are signed for.
        use_ssl: Whether it is asked by https.
    """

    access_key: str
    bucket: str
    host: str
    ready: Sequence[pulumi.Resource]
    secret_key: pulumi.Output[str]
    port: int = 9000
    region: str = "us-east-1"
    use_ssl: bool = False

    @property
    def url(self) -> str:
        """Base address of the server."""
        return f"{'https' if self.use_ssl else 'http'}://{self.host}:{self.port}"

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """An object that is written, read and deleted."""
        return {
            "access_key": self.access_key,
            "bucket": self.bucket,
            "host": self.host,
            "kind": "s3",
            "name": self.host,
            "port": self.port,
            "region": self.region,
            "secret_key": self.secret_key,
            "use_ssl": self.use_ssl,
        }


@dataclass(frozen=True, kw_only=True)
class MinioConnection:
    """A MinIO server and its root user, who may do everything: for jobs, never for applications.

    Attributes:
        host: Network alias.
        ready: Gates of the server.
        root_password: The root user's password, secret.
        root_user: The root user.
        port: Port of its S3 interface inside the network.
        region: Region requests are signed for.
    """

    host: str
    ready: Sequence[pulumi.Resource]
    root_password: pulumi.Output[str]
    root_user: str
    port: int = 9000
    region: str = "us-east-1"

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """That it can write; the job itself logs in."""
        return {
            "expect": [200],
            "kind": "http",
            "name": self.host,
            "url": f"http://{self.host}:{self.port}/minio/health/cluster",
        }
