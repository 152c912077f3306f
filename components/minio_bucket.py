"""A private bucket of MinIO, and the users that may read and write it and nothing else.

Owns the job that makes them, their policy and their generated passwords. Deliberately not: the server; objects.

Consumers get no right to make buckets or to change a bucket's policy: Evolution API, for one, would make its bucket
readable by everybody at every start.

Source: https://github.com/minio/minio RELEASE.2025-09-07T16-13-09Z, `Dockerfile.release:37` a shell and the core
utilities, `:62` mc. https://github.com/evolution-foundation/evolution-api 2.3.7,
`src/api/integrations/storage/s3/libs/minio.server.ts:66` the bucket made readable.
https://min.io/docs/minio/linux/reference/minio-mc.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import pulumi

from components.base import lock, secrets
from components.base.engines.containers import ContainersEngine
from components.base.s3 import MinioConnection, S3Connection, alternating, refuse_bucket
from components.base.spec import FILES_ROOT, JobSpec, Resources, ServerLook
from components.minio import PASSWORD_FILE, S3_PORT, USER_FILE

SCRIPT_FILE: Final = "bucket.sh"
POLICY_FILE: Final = "policy.json"


@dataclass(frozen=True, kw_only=True)
class MinioBucketArgs:
    """Settings of a bucket.

    Attributes:
        bucket: Its name: 3 to 63 lower-case letters, digits and hyphens. A changed name is a new, empty bucket.
        server: The server.
        password: The user's own password of the user instead of a generated one.
        resources: Limits of the job.
        rotation: How often the generated password has been rotated, 0 or more.
        user: User; a second one, with the ending of the second slot, alternates with it, so that links the earlier one
            signed stay good.
    """

    bucket: str
    server: MinioConnection
    password: str | None = field(default=None, repr=False)
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=192))
    rotation: int = 0
    user: str = "app"

    def __post_init__(self) -> None:
        """Refuses names the server would refuse, or that would be somebody else.

        Raises:
            ValueError: The bucket or the user has a name that cannot be.
        """
        refuse_bucket(self.bucket, self.user, self.server.root_user)

    def users(self) -> list[str]:
        """Returns its users, the one in use first; a password of the user's own needs only one."""
        return [self.user] if self.password is not None else alternating(self.user, self.rotation)


@final
class MinioBucket(pulumi.ComponentResource):
    """A job that makes a bucket and its users.

    Attributes:
        connection: What consumers use.
    """

    connection: S3Connection

    def __init__(
        self, name: str, args: MinioBucketArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions
    ) -> None:
        """Registers the job.

        Args:
            name: Job name.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:MinioBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        slots = secrets.slots(f"{name}-password", child, given=args.password, rotation=args.rotation)
        users = args.users()
        job = engine.job(name, bucket_spec(name, args, dict(zip(users, slots.accepted, strict=True))), self)
        self.connection = S3Connection(
            access_key=users[0],
            bucket=args.bucket,
            # With a dot: validators that want a domain refuse links to a bare name.
            host=f"{args.server.host}.internal",
            port=args.server.port,
            ready=(job,),
            region=args.server.region,
            secret_key=slots.active,
        )
        self.register_outputs({"bucket": args.bucket})


def bucket_spec(name: str, args: MinioBucketArgs, passwords: Mapping[str, pulumi.Input[str]]) -> JobSpec:
    """Returns the description of the job.

    Args:
        name: Job name.
        args: Settings.
        passwords: User to password, the one in use first.
    """
    files = f"{FILES_ROOT}/{name}"
    return JobSpec(
        command=(f"{files}/{SCRIPT_FILE}",),
        entrypoint=("sh",),
        environment={
            "BUCKET": args.bucket,
            "FILES": files,
            "MC_CONFIG_DIR": "/tmp/.mc",  # noqa: S108 inside the container
            "POLICY": policy_name(args.bucket),
            "REGION": args.server.region,
            "SERVER": f"{args.server.host}:{args.server.port}",
            "USERS": " ".join(passwords),
        },
        files={POLICY_FILE: json.dumps(policy(args.bucket), indent=1), SCRIPT_FILE: SCRIPT},
        image="minio",
        look=ServerLook(
            command=_look_command(args, list(passwords)),
            declared=_declared(args.bucket, list(passwords)),
            server=args.server.host,
        ),
        networks=frozenset({"data"}),
        resources=args.resources,
        secret_files={
            PASSWORD_FILE: args.server.root_password,
            USER_FILE: args.server.root_user,
            **{f"password-{user}": password for user, password in passwords.items()},
        },
        user=lock.user("minio"),
        uses=(args.server,),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )


def _look_command(args: MinioBucketArgs, users: Sequence[str]) -> Sequence[str]:
    root = [f"{FILES_ROOT}/{args.server.host}/{file}" for file in (USER_FILE, PASSWORD_FILE)]
    return ("sh", "-c", _LOOK, "-", *root, args.bucket, policy_name(args.bucket), *users)


def _declared(bucket: str, users: Sequence[str]) -> str:
    attached = {"policyName": policy_name(bucket), "userStatus": "enabled"}
    return json.dumps(
        {
            f"bucket {bucket}": {"permission": "private"},
            f"policy {policy_name(bucket)}": {"policyInfo": {"Policy": policy(bucket)}},
            **{f"user {user}": attached for user in users},
        }
    )


def policy_name(bucket: str) -> str:
    """Returns the name of a bucket's policy; whoever has it and is not declared loses access."""
    return f"zapstack-{bucket}"


def policy(bucket: str) -> Mapping[str, Any]:
    """Returns what a bucket's users may do: everything with its objects, nothing with its policy.

    Those for uploads in parts belong to it: without them a client fails on what is larger than 64 MiB, or of unknown
    size (measured).

    Args:
        bucket: Bucket name.
    """
    objects = ["AbortMultipartUpload", "DeleteObject", "GetObject", "ListMultipartUploadParts", "PutObject"]
    allowed = {
        "arn:aws:s3:::*": ["s3:ListAllMyBuckets"],
        f"arn:aws:s3:::{bucket}": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        f"arn:aws:s3:::{bucket}/*": [f"s3:{action}" for action in objects],
    }
    return {
        "Statement": [
            {"Action": actions, "Effect": "Allow", "Resource": [resource]} for resource, actions in allowed.items()
        ],
        "Version": "2012-10-17",
    }


# Secrets reach mc through its own process's environment and standard input. The image has a shell and `cat`, no more:
# lines of JSON are taken apart by the shell itself.
SCRIPT: Final = r"""#!/bin/sh
# Makes the bucket, its policy and its users what is declared; safe to run at any time.
set -eu

fail() {
  echo "bucket $BUCKET: $1" >&2
  exit 1
}

MC_HOST_server="http://$(cat "$FILES/root_user"):$(cat "$FILES/root_password")@$SERVER"
export MC_HOST_server

known=$(mc admin user list server --json) || fail "root cannot log in to $SERVER, or it does not answer."

mc mb --quiet --ignore-existing --region "$REGION" "server/$BUCKET" || fail "it cannot be made."
mc anonymous --quiet set none "server/$BUCKET" || fail "it cannot be made private."
mc admin policy create server "$POLICY" "$FILES/policy.json" || fail "its policy is refused."

for user in $USERS; do
  # A user that exists gets the password and keeps the rest.
  mc admin user add server "$user" <"$FILES/password-$user" || fail "user $user cannot be made."
  case $(mc admin user info server "$user" --json) in
    *"\"policyName\":\"$POLICY\""*) ;;
    *) mc admin policy attach server "$POLICY" --user "$user" || fail "user $user cannot be given its policy." ;;
  esac

  MC_HOST_user="http://$user:$(cat "$FILES/password-$user")@$SERVER"
  export MC_HOST_user
  object="user/$BUCKET/.zapstack-$user"
  # From a file: of a stream without a length mc keeps half a gigabyte in memory.
  echo "$user" >/tmp/written
  mc cp --quiet /tmp/written "$object" >/dev/null || fail "user $user cannot write."
  [ "$(mc cat "$object")" = "$user" ] || fail "user $user does not read what it wrote."
  mc rm --quiet "$object" >/dev/null || fail "user $user cannot delete."
done

# Users of an earlier declaration: whoever has this policy and is not declared any more.
echo "$known" | while read -r row; do
  case $row in
    *"\"policyName\":\"$POLICY\""*)
      user=${row#*\"accessKey\":\"}
      user=${user%%\"*}
      case " $USERS " in
        *" $user "*) ;;
        *) mc admin user remove server "$user" || fail "user $user cannot be removed." ;;
      esac
      ;;
  esac
done
"""

_LOOK: Final = rf"""
MC_HOST_server="http://$(cat "$1"):$(cat "$2")@127.0.0.1:{S3_PORT}" MC_CONFIG_DIR=/tmp/.mc bucket=$3 policy=$4
export MC_HOST_server MC_CONFIG_DIR
shift 4
thing() {{
  name=$1
  shift
  properties=$("$@" --json) || case $properties in
    *NoSuch*) properties=null ;;
    *) echo "mc cannot ask for $name" >&2; exit 1 ;;
  esac
  printf '"%s":%s%s' "$name" "$properties" "$separator"
}}
printf '{{'
separator=,
thing "bucket $bucket" mc anonymous get "server/$bucket"
for user in "$@"; do thing "user $user" mc admin user info server "$user"; done
separator=
thing "policy $policy" mc admin policy info server "$policy"
printf '}}'
""".strip()
"""Prints what the server has of the bucket, its policy and its users as JSON."""
