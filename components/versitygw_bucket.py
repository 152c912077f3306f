"""The bucket of a Versity S3 Gateway: the job that makes it, private but for its users.

Owns the job and the bucket's policy. Deliberately not: the server and its users; objects.

Users get the same rights as those of MinIO's bucket. They get them by the bucket's policy, because this server has no
policies of users; to list all buckets is the one thing such a policy cannot grant.

Source: https://github.com/versity/versitygw/blob/v1.8.0/auth/bucket_policy_principals.go (a user is its key),
auth/access-control.go (lines 406-432: with a policy, what it does not grant is refused),
backend/posix/posix.go and backend/meta/sidecar.go (where the policy is kept)
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

import pulumi

from components.base import lock
from components.base.s3 import VersitygwConnection
from components.base.spec import FILES_ROOT, JobSpec, Resources, ServerLook
from components.minio_bucket import policy as rights

DATA_PATH: Final = "/data"
"""Folder of the server's data volume in its container."""

ALL_BUCKETS: Final = "arn:aws:s3:::*"


def bucket_spec(name: str, bucket: str, server: VersitygwConnection, keys: Mapping[str, pulumi.Input[str]]) -> JobSpec:
    """Returns the description of the job.

    Args:
        name: Job name.
        bucket: Bucket name.
        server: The server.
        keys: User to key, the one in use first.
    """
    files = f"{FILES_ROOT}/{name}"
    wanted = {
        "admin": {"access_key": server.admin, "secret_key_file": f"{files}/admin_key"},
        "bucket": bucket,
        "host": server.host,
        "policy": policy(bucket, keys),
        "port": server.port,
        "region": server.region,
        "users": [{"access_key": user, "secret_key_file": f"{files}/key-{user}"} for user in keys],
    }
    return JobSpec(
        command=("bucket", "--settings", f"{files}/bucket.json"),
        files={"bucket.json": json.dumps(wanted, indent=2, sort_keys=True)},
        image="probe",
        look=ServerLook(
            command=("sh", "-c", _LOOK, "-", bucket),
            declared=json.dumps({f"bucket {bucket}": {"policy": policy(bucket, keys)}}),
            server=server.host,
        ),
        networks=frozenset({"data"}),
        resources=Resources(memory_mib=128),
        secret_files={"admin_key": server.admin_key, **{f"key-{user}": key for user, key in keys.items()}},
        user=lock.user("probe"),
        uses=(server,),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )


def policy(bucket: str, users: Collection[str]) -> Mapping[str, Any]:
    """Returns what a bucket's users may do; nobody else may do anything.

    Args:
        bucket: Bucket name.
        users: Its users.
    """
    granted = rights(bucket)
    statements = [
        {**statement, "Principal": {"AWS": list(users)}}
        for statement in granted["Statement"]
        if statement["Resource"] != [ALL_BUCKETS]
    ]
    return {**granted, "Statement": statements}


# The server has no tool of its own to ask with, and the file is what it reads itself.
_LOOK: Final = f"""
[ -d {DATA_PATH}/objects ] || {{ echo 'its data folder is missing' >&2; exit 1; }}
properties=null
if [ -d "{DATA_PATH}/objects/$1" ]; then
  properties="{{\\"policy\\":$(cat "{DATA_PATH}/metadata/$1/meta/policy" 2>/dev/null || echo null)}}"
fi
printf '{{"bucket %s":%s}}' "$1" "$properties"
""".strip()
"""Prints the bucket's policy as JSON."""
