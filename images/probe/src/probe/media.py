"""The bucket of media as evolution-api uses it: its key writes, its signed links open, and nothing opens without one.

Source: evolution-api 2.3.7, `src/api/integrations/storage/s3/libs/minio.server.ts` (`uploadFile`, `getObjectUrl`): an
object is put by its key, and the link is signed for the same host and port without asking the server.
"""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from probe import bucket
from probe.http import HttpService
from probe.models import S3
from probe.steps import StepError, reach
from probe.waiting import Deadline

LINK_LIFE = timedelta(minutes=5)


def prove(wanted: S3, deadline: Deadline) -> None:
    """Write an object, open it by its signed link as an application would, and be refused without the signature.

    Raises:
        StepError: At DNS, TCP, TLS, AUTH, BUCKET, PERMISSION, HTTP, LINK or PRIVACY.
        ProbeError: The link's server gives no answer.
    """
    reach(wanted.host, wanted.port)
    with bucket.written(wanted) as (client, name):
        link = urlsplit(client.presigned_get_object(wanted.bucket, name, expires=LINK_LIFE))
        server = HttpService("the media's server", f"{link.scheme}://{link.netloc}", deadline)
        signed = server.request("GET", f"{link.path}?{link.query}")
        where, status = f"{link.netloc}{link.path}", signed.status_code
        if status != HTTPStatus.OK or signed.content != bucket.CONTENT:
            raise StepError(
                "LINK",
                f"a signed link to {where} does not open what was written (status {status})",
                "Is it an S3 server, and do its clock and region agree with this machine's?",
            )
        unsigned = server.request("GET", link.path)
        if not unsigned.is_client_error:
            raise StepError(
                "PRIVACY",
                f"{where} is not refused to somebody without a signature (status "
                f"{unsigned.status_code}), so everybody reads the media of your customers",
                f'Take reading by everybody off bucket "{wanted.bucket}".',
            )
