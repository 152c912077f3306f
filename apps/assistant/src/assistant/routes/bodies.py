"""Reading a request's body without trusting its length."""

from fastapi import HTTPException, Request, status

# Evolution's longest webhook is a list of contacts with their pictures; what is longer is kept by its beginning.
MAX_BODY_BYTES = 8 * 1024 * 1024


async def read_body(request: Request) -> tuple[bytes, bool]:
    """The body, or its beginning, and whether it is whole.

    A body that is too long is read to its end all the same: an answer before it would reach a sender that still writes,
    and a refusal would make Evolution repeat what it can never deliver.

    Raises:
        HTTPException: 415 for a body in a content coding, which Evolution never uses.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise HTTPException(
            status.HTTP_415_UNSUPPORTED_MEDIA_TYPE,
            detail="send the body without a content coding",
            headers={"Accept-Encoding": "identity"},
        )
    body, whole = bytearray(), True
    async for chunk in request.stream():
        whole = whole and len(body) + len(chunk) <= MAX_BODY_BYTES
        body += chunk[: MAX_BODY_BYTES - len(body)]
    return bytes(body), whole
