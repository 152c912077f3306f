"""What object storage offers its consumers: one bucket, or for the jobs that prepare it the whole server."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

BUCKET_NAME: Final = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
"""Without the dots S3 allows as well: certificates for hosts below a name do not cover them."""

USER_MIN: Final = 3
"""Characters of a user's name. Source: `accessKeyMinLen` in MinIO's `internal/auth/credentials.go`."""

USER_NAME: Final = rf"[A-Za-z0-9_-]{{{USER_MIN},62}}"
SECOND_SLOT: Final = "_b"
"""What the second of two alternating users ends with."""


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


@dataclass(frozen=True, kw_only=True)
class VersitygwConnection:
    """A Versity S3 Gateway and the user who may do everything: for jobs, never for applications.

    Attributes:
        admin: That user.
        admin_key: Its key, secret.
        host: Network alias.
        ready: Gates of the server.
        port: Port inside the network.
        region: Region requests are signed for.
    """

    admin: str
    admin_key: pulumi.Output[str]
    host: str
    ready: Sequence[pulumi.Resource]
    port: int = 9000
    region: str = "us-east-1"

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """That it answers; the job itself logs in."""
        return {
            "expect": [200],
            "kind": "http",
            "name": self.host,
            "url": f"http://{self.host}:{self.port}/health",
        }


def refuse_bucket(bucket: str, user: str, root: str) -> None:
    """Refuses names that a server would refuse, or that would be somebody else.

    Args:
        bucket: Name of a bucket.
        user: Name of its user; the second one's follows from it.
        root: Name of the user who may do everything.

    Raises:
        ValueError: The bucket or the user has a name that cannot be.
    """
    if not re.fullmatch(BUCKET_NAME, bucket):
        raise ValueError(
            f"bucket {bucket!r}: the server would refuse it. "
            "Give 3 to 63 lower-case letters, digits and hyphens, no hyphen first or last"
        )
    if not re.fullmatch(USER_NAME, user) or root in {user, user + SECOND_SLOT}:
        raise ValueError(
            f"user {user!r} of bucket {bucket}: the server would refuse it or take it for its root user. "
            f"Give {USER_MIN} to 62 letters, digits, hyphens and underscores, other than {root}"
        )


def alternating(user: str, rotation: int) -> list[str]:
    """Returns the two users that alternate, the one in use first.

    Args:
        user: The first one.
        rotation: How often the key has been rotated.
    """
    both = [user, user + SECOND_SLOT]
    return both if rotation % 2 == 0 else both[::-1]
