"""Which step is named when a bucket does not do what its consumer needs."""

import pytest
from fake_s3 import ACCESS_KEY, SECRET_KEY, FakeS3

from probe import bucket
from probe.models import S3
from probe.steps import StepError


def _wanted(server: FakeS3, *, use_ssl: bool = False) -> S3:
    keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    return S3.model_validate({**server.settings, **keys, "use_ssl": use_ssl})


def test_an_object_is_written_read_and_deleted(bucket_server: FakeS3) -> None:
    """And nothing is left."""
    bucket.prove(_wanted(bucket_server))
    assert bucket_server.asked == ["PUT", "GET", "DELETE"]
    assert bucket_server.objects == {}


@pytest.mark.parametrize(
    ("method", "code", "said"),
    [
        ("PUT", "InvalidAccessKeyId", 'AUTH failed: 127.0.0.1:PORT refuses the key for bucket "media"'),
        ("PUT", "SignatureDoesNotMatch", 'AUTH failed: 127.0.0.1:PORT refuses the key for bucket "media"'),
        ("PUT", "NoSuchBucket", 'BUCKET failed: 127.0.0.1:PORT has no bucket "media" in region us-east-1'),
        ("PUT", "AccessDenied", "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
        ("GET", "AccessDenied", "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
        ("DELETE", "AccessDenied", "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
        ("PUT", "XMinioStorageFull", "HTTP failed: 127.0.0.1:PORT fails on bucket"),
    ],
)
def test_the_step_that_is_refused_is_named(bucket_server: FakeS3, method: str, code: str, said: str) -> None:
    """With what to do, and without the secret."""
    bucket_server.refused = {method: code}
    with pytest.raises(StepError) as found:
        bucket.prove(_wanted(bucket_server))
    error = str(found.value).replace(str(bucket_server.server_address[1]), "PORT")
    assert error.startswith(said)
    assert SECRET_KEY not in error


def test_a_server_that_is_none_of_s3_is_named(bucket_server: FakeS3) -> None:
    """Such as a console's port: it answers with pages."""
    bucket_server.page = True
    with pytest.raises(StepError, match=r"HTTP failed: .* did not answer as S3 does"):
        bucket.prove(_wanted(bucket_server))


def test_plain_http_where_tls_is_expected_is_named(bucket_server: FakeS3) -> None:
    """Within the time there is."""
    with pytest.raises(StepError, match="TLS failed: "):
        bucket.prove(_wanted(bucket_server, use_ssl=True))
