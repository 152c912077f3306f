"""Generated secrets in two slots, and what stores keep of them."""

import base64
import hashlib
import hmac

import pytest

from components.base import secrets
from components.base.secrets import _last_use
from components.postgres import PostgresArgs, login_roles
from components.postgres_roles import roles_sql
from components.rabbitmq import RabbitConsumer
from components.rabbitmq_definitions import definitions
from components.redis import acl

SALT = base64.b64encode(b"0123456789abcdef").decode()


def test_a_rotation_makes_only_the_slot_that_comes_into_use() -> None:
    """The one in use before stays as it is, so that it goes on working."""
    for rotation in range(7):
        now, then = _last_use(rotation), _last_use(rotation + 1)
        coming = "ab"[(rotation + 1) % 2]
        assert {slot for slot in "ab" if now[slot] != then[slot]} == {coming}


def test_a_scram_verifier_is_what_a_server_checks() -> None:
    """A client's proof, computed by the standard's formulas, fits it."""
    verifier = secrets.scram_verifier("pencil", SALT)
    kind, iterations, keys = verifier.split("$")[0], verifier.split("$")[1], verifier.split("$")[2]
    stored, server = (base64.b64decode(part) for part in keys.split(":"))
    assert (kind, iterations) == ("SCRAM-SHA-256", f"4096:{SALT}")
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", base64.b64decode(SALT), 4096)
    assert hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest() == stored
    assert hmac.digest(salted, b"Server Key", "sha256") == server


def test_a_rabbitmq_hash_begins_with_its_salt() -> None:
    """Four bytes, then SHA-256 of salt and password."""
    salt = base64.b64encode(b"salt").decode()
    raw = base64.b64decode(secrets.rabbitmq_hash("secret", salt))
    assert raw == b"salt" + hashlib.sha256(b"saltsecret").digest()


@pytest.mark.parametrize(
    ("rotation", "password", "roles"),
    [(0, None, ["shop", "shop_b"]), (1, None, ["shop_b", "shop"]), (2, None, ["shop", "shop_b"]), (1, "own", ["shop"])],
)
def test_roles_alternate(rotation: int, password: str | None, roles: list[str]) -> None:
    """The first one is in use; a password of the user's own needs no second."""
    args = PostgresArgs(database="d", password=password, rotation=rotation, user="shop", volume="v")
    assert login_roles(args) == roles
    assert RabbitConsumer(password=password, user="shop", vhost="v").users(rotation) == roles


def test_roles_sql_can_be_run_again_and_retires_others() -> None:
    """Nothing fails on what is there; a role that is no longer named cannot log in."""
    text = roles_sql("shop", {"a": "SCRAM-SHA-256$x", "b": "SCRAM-SHA-256$y"})
    assert text.count("IF NOT EXISTS") == 3
    assert "ALTER ROLE \"a\" LOGIN NOSUPERUSER PASSWORD 'SCRAM-SHA-256$x';" in text
    assert "r.rolname NOT IN ('a', 'b')" in text
    assert 'ALTER DATABASE "shop" OWNER TO "data_owner";' in text


def test_the_acl_holds_hashes_only() -> None:
    """And no user without a password."""
    text = acl("operator's", ["one", "two"])
    assert "one" not in text.replace("operator", "")
    assert hashlib.sha256(b"two").hexdigest() in text
    assert text.startswith("user default off ")


def test_definitions_hold_hashes_only() -> None:
    """The console's user administers, the consumers' users do not."""
    content = definitions("h1", {"events": {"gateway": "h3"}, "shop": {"app": "h2"}}, {"events": 10})
    assert {row["name"]: (row["password_hash"], row["tags"]) for row in content["users"]} == {
        "admin": ("h1", "administrator"),
        "app": ("h2", ""),
        "gateway": ("h3", ""),
    }
    assert {(row["user"], row["vhost"]) for row in content["permissions"]} == {
        ("admin", "events"),
        ("admin", "shop"),
        ("app", "shop"),
        ("gateway", "events"),
    }
    assert [(row["vhost"], row["definition"]["max-length"]) for row in content["policies"]] == [("events", 10)]
