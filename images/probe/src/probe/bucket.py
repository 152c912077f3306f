"""Reads and writes a bucket as its consumer would, and names the step that fails."""

import io
import uuid

from probe.models import S3
from probe.steps import StepError
from probe.stores import PASSWORD

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
    # Only when this kind is listed.
    import minio  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    where = f"{wanted.host}:{wanted.port}"
    client = minio.Minio(
        where,
        access_key=wanted.access_key,
        http_client=urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=SECONDS)),
        region=wanted.region,
        secret_key=wanted.secret_key.get_secret_value(),
        secure=wanted.use_ssl,
    )
    name = f".zapstack-proof-{uuid.uuid4().hex}"
    try:
        client.put_object(wanted.bucket, name, io.BytesIO(CONTENT), len(CONTENT))
        with client.get_object(wanted.bucket, name) as answer:
            read = answer.read()
        client.remove_object(wanted.bucket, name)
    except minio.error.S3Error as error:
        raise _refused(wanted, where, str(error.code)) from None
    except urllib3.exceptions.SSLError:
        raise StepError("TLS", f"{where} offers no trusted certificate", "Is it the right name?") from None
    except (urllib3.exceptions.HTTPError, minio.error.MinioException, ValueError):
        raise _no_s3(where) from None
    if read != CONTENT:
        raise _no_s3(where)


def _no_s3(where: str) -> StepError:
    return StepError("HTTP", f"{where} did not answer as S3 does", "Is it an S3 server, and is useSsl right?")


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
