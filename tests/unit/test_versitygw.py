"""Versity S3 Gateway: who its users are, what they may do, and that nobody reads a key where none should be."""

import json
import re
from dataclasses import replace
from typing import Any, cast

import pulumi
import pytest
from pydantic import SecretStr

from components.base.s3 import VersitygwConnection
from components.minio_bucket import policy as of_minio
from components.versitygw import START, VersitygwArgs, versitygw_spec
from components.versitygw import _users as users
from components.versitygw_bucket import bucket_spec, policy
from stacks import evolution
from stacks.settings.evolution import EvolutionSettings
from stacks.settings.media import S3Settings, VersitygwSettings
from tests.recorder import SECRET, record, stack_config
from tests.unit.storage import NO_OUTPUT, graph

ARGS = VersitygwArgs(bucket="media")
SERVER = VersitygwConnection(admin="admin", admin_key=NO_OUTPUT, host="versitygw", ready=())
OWN_KEY = SecretStr("made-up-key")
USERS = ("app", "app_b")


def test_users_have_the_rights_of_those_of_minio() -> None:
    """But for the list of all buckets, which a bucket's policy cannot grant; and nobody else has any."""
    granted = {tuple(row["Resource"]): row["Action"] for row in policy("media", USERS)["Statement"]}
    wanted = {tuple(row["Resource"]): row["Action"] for row in of_minio("media")["Statement"]}
    assert wanted.pop(("arn:aws:s3:::*",)) == ["s3:ListAllMyBuckets"]
    assert granted == wanted
    assert all(row["Principal"] == {"AWS": ["app", "app_b"]} for row in policy("media", USERS)["Statement"])


def test_only_the_administrator_may_do_everything() -> None:
    """The others get what the policy says."""
    accounts = json.loads(users({"admin": "k1", "app": "k2", "app_b": "k3"}))["accessAccounts"]
    assert {name: (row["access"], row["role"], row["secret"]) for name, row in accounts.items()} == {
        "admin": ("admin", "admin", "k1"),
        "app": ("app", "user", "k2"),
        "app_b": ("app_b", "user", "k3"),
    }


def test_two_users_alternate() -> None:
    """The job tries both, the one in use first."""
    for keys in ({"app": "a", "app_b": "b"}, {"app_b": "b", "app": "a"}):
        spec = bucket_spec("versitygw-bucket", "media", SERVER, keys)
        wanted = json.loads(cast("str", spec.files["bucket.json"]))
        assert [row["access_key"] for row in wanted["users"]] == list(keys)
        for row in (*wanted["users"], wanted["admin"]):
            assert row["secret_key_file"].removeprefix("/run/secrets/versitygw-bucket/") in spec.secret_files


def test_a_changed_key_replaces_nothing() -> None:
    """The server reads its users at every request, from the file that is written anew."""
    spec = versitygw_spec("versitygw", ARGS, "{}")
    assert spec.reload
    assert spec.reload.files == spec.secret_files.keys() == {"users.json"}
    assert spec.environment["VGW_IAM_CACHE_DISABLE"] == "true"
    assert spec.environment["VGW_IAM_DIR"] == "/run/secrets/versitygw"


def test_root_is_nobody() -> None:
    """Its key is made up by each start and told to nobody; it stands in no argument and in no setting."""
    spec = versitygw_spec("versitygw", ARGS, "{}")
    assert not {name for name in spec.environment if name.startswith("ROOT_")}
    assert re.search(r'ROOT_SECRET_ACCESS_KEY="\$\(head -c 24 /dev/urandom \| base64\)"\nexec ', START)


def test_ports_are_published_when_given() -> None:
    """Without one there is no way to the host."""
    nothing = versitygw_spec("versitygw", ARGS, "{}")
    assert nothing.networks == {"data", "edge"}
    assert list(nothing.ports) == []
    given = versitygw_spec("versitygw", replace(ARGS, host_port=9100), "{}")
    assert [(port.internal, port.external, port.address) for port in given.ports] == [(9000, 9100, "127.0.0.1")]
    assert "publish" in given.networks


@pytest.mark.parametrize(("bucket", "user"), [("Media", "app"), ("media", "admin"), ("media", "a b")])
def test_names_that_cannot_be_are_refused(bucket: str, user: str) -> None:
    """Before anything is started; the administrator's key would be another user's."""
    with pytest.raises(ValueError, match="the server would refuse it"):
        VersitygwArgs(bucket=bucket, user=user)


def test_consumers_wait_for_the_bucket_and_the_bucket_for_its_server() -> None:
    """In this order; keys are secrets on the way."""
    assert "versitygw-bucket-gate" in graph().one("Prepare", "consumer-prepare").depends_on
    assert "versitygw-gate" in graph().one("Prepare", "versitygw-bucket-prepare").depends_on
    for name in ("versitygw", "versitygw-bucket"):
        assert graph().one("Prepare", f"{name}-prepare").inputs["secret_files"] == SECRET


def test_a_proof_asks_whether_it_answers() -> None:
    """The job itself logs in."""
    proof: Any = SERVER.proof()
    assert proof == {"expect": [200], "kind": "http", "name": "versitygw", "url": "http://versitygw:9000/health"}
    assert not isinstance(proof["url"], pulumi.Output)


@pytest.mark.parametrize("keeper", ["minio", "versitygw", "s3"])
def test_one_server_keeps_the_media(keeper: str) -> None:
    """Its image, its service, its port and its container, and nothing of the others'."""
    s3 = S3Settings(access_key=OWN_KEY, bucket="media", host="s3.example.com", secret_key=OWN_KEY)
    settings = EvolutionSettings(
        s3=s3 if keeper == "s3" else None, versitygw=VersitygwSettings(enabled=keeper == "versitygw")
    )
    known = {"minio", "versitygw"}
    ours = {keeper} & known
    registered = record(stack_config(systems={"evolution": settings})).of("Container")
    assert {container.name for container in registered} & known == ours
    assert set(evolution.services(settings)) & known == ours
    assert set(evolution.images(settings)) & known == ours
    assert evolution.host_ports(settings, production=False).keys() & known == ours
    assert not evolution.host_ports(settings, production=True).keys() & known
