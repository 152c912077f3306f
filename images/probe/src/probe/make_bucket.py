"""`probe bucket`: makes a declared bucket and its policy true on any S3 server, as often as it is run."""

import json
from pathlib import Path
from typing import Any

from probe import bucket
from probe.errors import ProbeError
from probe.files import SettingsModel, read_secret, read_settings
from probe.models import S3
from probe.output import say
from probe.steps import StepError, reach

OURS = "BucketAlreadyOwnedByYou"


class Key(SettingsModel):
    """Who asks: a user, and where its key is."""

    access_key: str
    secret_key_file: Path


class BucketFile(SettingsModel):
    """The bucket, who makes it, and whose it is."""

    admin: Key
    bucket: str
    host: str
    policy: dict[str, Any]
    port: int
    region: str
    users: tuple[Key, ...]


def run(settings_path: Path, seconds: float) -> None:
    """Make the bucket, set its policy, and try it as each of its users and as nobody.

    Raises:
        ProbeError: At the first thing that cannot be made true.
    """
    settings = read_settings(settings_path, BucketFile)
    where = f"bucket {settings.bucket}"
    try:
        reach(settings.host, settings.port)
        _make(settings, seconds)
        for user in settings.users:
            bucket.prove(_as(settings, user))
    except StepError as error:
        raise ProbeError(f"{where}: {error}") from None
    say(f"{where}: private, for {', '.join(user.access_key for user in settings.users)}")


def _make(settings: BucketFile, seconds: float) -> None:
    import minio  # noqa: PLC0415 only when this command runs
    import urllib3  # noqa: PLC0415

    where = f"{settings.host}:{settings.port}"
    pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=seconds))
    admin = minio.Minio(
        where,
        access_key=settings.admin.access_key,
        http_client=pool,
        region=settings.region,
        secret_key=read_secret(settings.admin.secret_key_file),
        secure=False,
    )
    try:
        try:
            admin.make_bucket(settings.bucket)
        except minio.error.S3Error as error:
            if error.code != OURS:
                raise
        admin.set_bucket_policy(settings.bucket, json.dumps(settings.policy))
        status = pool.request("GET", f"http://{where}/{settings.bucket}?list-type=2").status
    except minio.error.S3Error as error:
        what = f"{where} refuses {settings.admin.access_key} to make it ({error.code})"
        raise StepError("BUCKET", what, "Look at the server's log.") from None
    except (urllib3.exceptions.HTTPError, minio.error.MinioException):
        raise StepError("HTTP", f"{where} did not answer as S3 does", "Look at the server's log.") from None
    if status != 403:  # noqa: PLR2004 what S3 answers to nobody
        raise StepError("PERMISSION", f"{where} shows it to everybody (status {status})", "Look at the server's log.")


def _as(settings: BucketFile, user: Key) -> S3:
    return S3.model_validate(
        {
            "access_key": user.access_key,
            "bucket": settings.bucket,
            "host": settings.host,
            "kind": "s3",
            "name": user.access_key,
            "port": settings.port,
            "region": settings.region,
            "secret_key": read_secret(user.secret_key_file),
            "use_ssl": False,
        }
    )
