"""Reads and writes a bucket as its consumer would, and names the step that fails."""

import contextlib
import io
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from probe.models import S3
from probe.steps import StepError
from probe.stores import PASSWORD

if TYPE_CHECKING:  # slow to load: only when this kind is listed
    from minio import Minio

SECONDS = 4.0
CONTENT = b"zapstack"

UNKNOWN_KEY = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidTokenId"})
NO_RIGHT = frozenset({"AccessDenied", "AllAccessDisabled"})
UNKNOWN_BUCKET = frozenset({"NoSuchBucket", "PermanentRedirect", "AuthorizationHeaderMalformed"})


def prove(wanted: S3) -> None:
    """Write an object, read it and delete it.

    Raises:
        StepError: At TLS, AUTH, BUCKET, PERMISSION or HTTP.
    """
    with written(wanted) as (client, name), _told(wanted):
        with client.get_object(wanted.bucket, name) as answer:
            read = answer.read()
        if read != CONTENT:
            raise _no_s3(wanted)


@contextlib.contextmanager
def written(wanted: S3) -> Iterator[tuple["Minio", str]]:
    """Keep an object in the bucket while the block runs, and take it away again, also when the block fails.

    Yields:
        A client, and the object's name; the object holds `CONTENT`.

    Raises:
        StepError: At TLS, AUTH, BUCKET, PERMISSION or HTTP.
    """
    client, name = _client(wanted), f".zapstack-proof-{uuid.uuid4().hex}"
    with _told(wanted):
        client.put_object(wanted.bucket, name, io.BytesIO(CONTENT), len(CONTENT))
    try:
        yield client, name
    except BaseException:
        # What failed first is what is told; a server that is gone cannot delete either.
        with contextlib.suppress(StepError), _told(wanted):
            client.remove_object(wanted.bucket, name)
        raise
    with _told(wanted):
        client.remove_object(wanted.bucket, name)


def _client(wanted: S3) -> "Minio":
    import minio  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    return minio.Minio(
        _where(wanted),
        access_key=wanted.access_key,
        http_client=urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=SECONDS)),
        region=wanted.region,
        secret_key=wanted.secret_key.get_secret_value(),
        secure=wanted.use_ssl,
    )


@contextlib.contextmanager
def _told(wanted: S3) -> Iterator[None]:
    """Tell what the client raises by the step that failed."""
    import minio  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    where = _where(wanted)
    try:
        yield
    except minio.error.S3Error as error:
        raise _refused(wanted, where, str(error.code)) from None
    except urllib3.exceptions.SSLError:
        raise StepError("TLS", f"{where} offers no trusted certificate", "Is it the right name?") from None
    except (urllib3.exceptions.HTTPError, minio.error.MinioException, ValueError):
        raise _no_s3(wanted) from None


def _where(wanted: S3) -> str:
    return f"{wanted.host}:{wanted.port}"


def _no_s3(wanted: S3) -> StepError:
    return StepError("HTTP", f"{_where(wanted)} did not answer as S3 does", "Is it an S3 server, and is useSsl right?")


def _refused(wanted: S3, where: str, code: str) -> StepError:
    if code in UNKNOWN_KEY:
        return StepError("AUTH", f'{where} refuses the key for bucket "{wanted.bucket}"', PASSWORD)
    if code in UNKNOWN_BUCKET:
        return StepError(
            "BUCKET",
            f'{where} has no bucket "{wanted.bucket}" in region {wanted.region}',
            "Create it, or correct its name or region.",
        )
    if code not in NO_RIGHT:
        return StepError("HTTP", f'{where} fails on bucket "{wanted.bucket}" ({code})', "Look at the server's log.")
    return StepError(
        "PERMISSION",
        f'{where} does not let the key read, write and delete in bucket "{wanted.bucket}" ({code})',
        "Give the key these rights.",
    )
