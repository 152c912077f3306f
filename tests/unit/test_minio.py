"""Object storage: what its consumers may do, who they are, and how the bucket's job makes it so."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from components.base.s3 import MinioConnection, S3Connection
from components.minio import MinioArgs, minio_spec
from components.minio_bucket import SCRIPT, MinioBucketArgs, bucket_spec, policy
from tests.contracts.test_containers import RULES
from tests.recorder import SECRET
from tests.unit.storage import NO_OUTPUT, graph

SERVER = MinioConnection(host="minio", ready=(), root_password=NO_OUTPUT, root_user="root")
ARGS = MinioBucketArgs(bucket="media", server=SERVER)


@pytest.mark.parametrize("rule", RULES)
def test_every_container_keeps_the_rules(rule: str) -> None:
    """Those of every system's containers, here for the ones no system has yet."""
    broken = [container.name for container in graph().of("Container") if not RULES[rule](container)]
    assert broken == [], rule


def test_a_consumer_may_do_this_and_nothing_else() -> None:
    """No bucket is made, and none is opened to the public."""
    allowed = {tuple(row["Resource"]): set(row["Action"]) for row in policy("media")["Statement"]}
    assert allowed == {
        ("arn:aws:s3:::*",): {"s3:ListAllMyBuckets"},
        ("arn:aws:s3:::media",): {"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"},
        ("arn:aws:s3:::media/*",): {
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        },
    }
    assert {row["Effect"] for row in policy("media")["Statement"]} == {"Allow"}


def test_two_users_alternate() -> None:
    """The one in use first; a password of the user's own needs no second."""
    assert ARGS.users() == ["app", "app_b"]
    assert replace(ARGS, rotation=1).users() == ["app_b", "app"]
    assert replace(ARGS, password="given", rotation=1).users() == ["app"]


@pytest.mark.parametrize("bucket", ["me", "Media", "-media", "media-", "me_dia", "a" * 64, "me.dia"])
def test_a_bucket_that_cannot_be_is_refused(bucket: str) -> None:
    """Before anything is started."""
    with pytest.raises(ValueError, match="the server would refuse it"):
        MinioBucketArgs(bucket=bucket, server=SERVER)


@pytest.mark.parametrize("user", ["root", "ab", "a b", "a:b"])
def test_a_user_that_cannot_be_is_refused(user: str) -> None:
    """The root user's password would be overwritten in vain; a colon would end the name in an address."""
    with pytest.raises(ValueError, match="other than root"):
        MinioBucketArgs(bucket="media", server=SERVER, user=user)
    with pytest.raises(ValueError, match="other than app_b"):
        MinioBucketArgs(bucket="media", server=replace(SERVER, root_user="app_b"))


def test_a_root_user_that_cannot_be_is_refused() -> None:
    """The server ends at once."""
    with pytest.raises(ValueError, match="3 characters or more"):
        MinioArgs(root_user="me")


def test_ports_are_published_when_given() -> None:
    """Each by itself; without one there is no way to the host."""
    nothing = minio_spec("minio", MinioArgs(), "x")
    assert nothing.networks == {"data", "edge"}
    assert list(nothing.ports) == []
    console = minio_spec("minio", MinioArgs(console_host_port=9101), "x")
    assert [(port.internal, port.external, port.address) for port in console.ports] == [(9001, 9101, "127.0.0.1")]
    assert "publish" in console.networks


def test_the_server_reads_its_credentials_from_files_it_has() -> None:
    """A name that leads nowhere would mean the public ones, without a word."""
    spec = minio_spec("minio", MinioArgs(), "x")
    for variable in ("MINIO_ROOT_USER_FILE", "MINIO_ROOT_PASSWORD_FILE"):
        assert spec.environment[variable].removeprefix("/run/secrets/minio/") in spec.secret_files
    assert spec.environment["GOMEMLIMIT"] == "460MiB"
    assert spec.stop.grace_seconds == 75


def test_the_connection_has_a_name_that_validators_take() -> None:
    """A name with a dot, and the whole address for those who want one."""
    connection = S3Connection(access_key="app", bucket="media", host="minio.internal", ready=(), secret_key=NO_OUTPUT)
    assert connection.url == "http://minio.internal:9000"
    assert replace(connection, port=443, use_ssl=True).url == "https://minio.internal:443"
    proof = connection.proof()
    assert proof["secret_key"] is NO_OUTPUT
    assert {"bucket": "media", "host": "minio.internal", "kind": "s3", "port": 9000}.items() <= proof.items()


def test_consumers_wait_for_the_bucket_and_the_bucket_for_its_server() -> None:
    """In this order."""
    assert "bucket-gate" in graph().one("Prepare", "consumer-prepare").depends_on
    assert "minio-gate" in graph().one("Prepare", "bucket-prepare").depends_on
    assert graph().one("Prepare", "bucket-prepare").inputs["secret_files"] == SECRET


def test_the_script_is_clean() -> None:
    """A linter sees it although it is no file here."""
    shellcheck = shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or "shellcheck"
    done = subprocess.run([shellcheck, "-"], capture_output=True, check=False, input=SCRIPT, text=True)
    assert (done.returncode, done.stdout) == (0, "")


FAKE_MC = """#!/bin/sh
echo "mc $*" >>"$LOG"
case $* in
  "admin user add"*) read -r password || [ -n "$password" ]; echo "stdin $password" >>"$LOG" ;;
  "admin user list"*) cat "$USERS_FILE" ;;
  "admin user info"*) grep "\\"$5\\"" "$USERS_FILE" || true ;;
  "cp"*) cat "$3" >"$OBJECT"; echo "as $MC_HOST_user" >>"$LOG" ;;
  "cat"*) [ "$FAILING" = cat ] || cat "$OBJECT" ;;
esac
[ "$FAILING" = - ] || case $* in "$FAILING"*) exit 1 ;; esac
"""


def row(user: str, policy_name: str) -> str:
    """Returns a line of the client's list of users."""
    known = {"status": "success", "accessKey": user, "policyName": policy_name, "userStatus": "enabled"}
    return json.dumps(known, separators=(",", ":")) + "\n"


def run_script(folder: Path, known: str = "", failing: str = "-") -> tuple[subprocess.CompletedProcess[str], str]:
    """Runs the job's script against a client that only writes down what it is told."""
    spec = bucket_spec("bucket", ARGS, {"app": "secret-a", "app_b": "secret-b"})
    texts = {**spec.files, **spec.secret_files, "root_password": "secret-root", "users": known}
    for name, text in texts.items():
        assert isinstance(text, str)
        (folder / name).write_text(text.replace("/tmp/", f"{folder}/"))  # noqa: S108 the container's
    (folder / "mc").write_text(FAKE_MC)
    (folder / "mc").chmod(0o755)
    names = {"LOG": "log", "OBJECT": "object", "USERS_FILE": "users", "FILES": ""}
    environment = {
        **spec.environment,
        **{name: str(folder / file) for name, file in names.items()},
        "FAILING": failing,
        "PATH": f"{folder}:{os.environ['PATH']}",
    }
    done = subprocess.run(["sh", folder / "bucket.sh"], capture_output=True, check=False, env=environment, text=True)
    return done, (folder / "log").read_text()


def test_no_password_is_an_argument(tmp_path: Path) -> None:
    """They go through standard input and the environment of one process."""
    done, log = run_script(tmp_path)
    assert done.returncode == 0, done.stderr
    told = [line for line in log.splitlines() if line.startswith("mc ")]
    assert not any("secret" in line for line in told)
    assert "stdin secret-a\n" in log
    assert "stdin secret-b\n" in log
    assert "as http://app_b:secret-b@minio:9000\n" in log
    assert "secret" not in done.stdout + done.stderr


def test_a_new_user_gets_the_policy_and_a_known_one_keeps_it(tmp_path: Path) -> None:
    """Attaching it twice is an error of the client."""
    _, log = run_script(tmp_path, row("app", "zapstack-media"))
    assert "policy attach server zapstack-media --user app_b\n" in log
    assert "policy attach server zapstack-media --user app\n" not in log


def test_users_of_an_earlier_declaration_are_removed(tmp_path: Path) -> None:
    """Those with this bucket's policy, and nobody else's."""
    known = row("app", "zapstack-media") + row("old", "zapstack-media") + row("other", "zapstack-media2")
    done, log = run_script(tmp_path, known)
    assert done.returncode == 0
    assert [line for line in log.splitlines() if "remove" in line] == ["mc admin user remove server old"]


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        ("admin user list", "root cannot log in to minio:9000"),
        ("mb", "it cannot be made."),
        ("anonymous", "it cannot be made private."),
        ("admin policy create", "its policy is refused."),
        ("admin user add", "user app cannot be made."),
        ("admin policy attach", "user app cannot be given its policy."),
        ("cp", "user app cannot write."),
        ("cat", "user app does not read what it wrote."),
        ("rm", "user app cannot delete."),
        ("admin user remove", "user old cannot be removed."),
    ],
)
def test_each_step_that_fails_is_named(tmp_path: Path, failing: str, words: str) -> None:
    """And ends the job."""
    done, _ = run_script(tmp_path, row("old", "zapstack-media"), failing)
    assert done.returncode == 1
    assert f"bucket media: {words}" in done.stderr
