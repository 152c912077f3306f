"""Generated secrets and the fingerprints by which changes of them are seen without showing them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_random as random

SECRET_LENGTH = 32
"""Characters; alphanumeric, so that a secret needs no quoting in URLs, environment files or SQL (190 bits)."""

FINGERPRINT_DIGITS = 16
"""Hexadecimal digits of a fingerprint (64 bits): enough to see a change, useless for guessing."""


def generated(name: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Returns a generated secret that stays the same until its resource is replaced.

    Args:
        name: Logical name of the resource that holds it.
        opts: Options with the parent.
    """
    password = random.RandomPassword(name, length=SECRET_LENGTH, special=False, opts=opts)
    return pulumi.Output.secret(password.result)


def single(name: str, opts: pulumi.ResourceOptions, *, given: str | None) -> pulumi.Output[str]:
    """Returns the user's own secret, or a generated one.

    Args:
        name: Logical name of the resource that holds a generated one.
        opts: Options with the parent.
        given: The user's own.
    """
    return generated(name, opts) if given is None else pulumi.Output.secret(given)


@dataclass(frozen=True, kw_only=True)
class Slots:
    """A secret in two slots: the one in use, and the one of the last rotation, which the server still accepts.

    Attributes:
        active: What consumers are given, secret.
        earlier: What they were given before, secret; None where the user sets the secret.
    """

    active: pulumi.Output[str]
    earlier: pulumi.Output[str] | None = None

    @property
    def accepted(self) -> list[pulumi.Output[str]]:
        """Every secret the server accepts."""
        return [self.active] if self.earlier is None else [self.active, self.earlier]


def slots(name: str, opts: pulumi.ResourceOptions, *, given: str | None = None, rotation: int = 0) -> Slots:
    """Returns a secret in two slots.

    Even rotations use slot a, odd ones slot b; raising the number by one makes a new secret in the slot that is not in
    use and switches to it, in one `up`, while the other one goes on working.

    Args:
        name: Logical name of the resources that hold it.
        opts: Options with the parent.
        given: The user's own secret, instead of generated ones.
        rotation: How often it has been rotated, 0 or more.
    """
    if given is not None:
        return Slots(active=pulumi.Output.secret(given))
    made = {slot: _slot(f"{name}-{slot}", last, opts) for slot, last in _last_use(rotation).items()}
    active, earlier = ("a", "b") if rotation % 2 == 0 else ("b", "a")
    return Slots(active=made[active], earlier=made[earlier])


def _last_use(rotation: int) -> dict[str, int]:
    """Returns the rotation in which each slot was last made."""
    return {"a": rotation - rotation % 2, "b": max(rotation - (rotation + 1) % 2, 0)}


def _slot(name: str, rotation: int, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    password = random.RandomPassword(
        name, keepers={"rotation": str(rotation)}, length=SECRET_LENGTH, special=False, opts=opts
    )
    return pulumi.Output.secret(password.result)


def salt(name: str, length: int, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Returns a salt, base64: in the state, so that a verifier is the same at every run.

    Args:
        name: Logical name of the resource that holds it.
        length: Bytes.
        opts: Options with the parent.
    """
    return random.RandomBytes(name, length=length, opts=opts).base64


def scram_verifier(password: str, salt_base64: str, iterations: int = 4096) -> str:
    """Returns what Postgres stores of a password: sent instead of it, the password is in no statement and no log.

    Args:
        password: ASCII, so that SASLprep changes nothing.
        salt_base64: 16 bytes.
        iterations: As Postgres' own `scram_iterations`.

    Source: RFC 5802, section 3; https://www.postgresql.org/docs/16/catalog-pg-authid.html (format).
    """
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt_base64), iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = base64.b64encode(hashlib.sha256(client_key).digest()).decode()
    server_key = base64.b64encode(hmac.digest(salted, b"Server Key", "sha256")).decode()
    return f"SCRAM-SHA-256${iterations}:{salt_base64}${stored_key}:{server_key}"


def rabbitmq_hash(password: str, salt_base64: str) -> str:
    """Returns what RabbitMQ stores of a password under `rabbit_password_hashing_sha256`.

    Args:
        password: The password.
        salt_base64: 4 bytes.

    Source: https://www.rabbitmq.com/docs/passwords#computing-password-hash
    """
    raw = base64.b64decode(salt_base64)
    return base64.b64encode(raw + hashlib.sha256(raw + password.encode()).digest()).decode()


def fingerprint(key: str, files: Mapping[str, str]) -> str:
    """Returns a short keyed digest of files: equal files, equal digest; nothing about them can be learnt from it.

    Args:
        key: The stack's own key.
        files: Name to content.
    """
    message = json.dumps(sorted(files.items()), separators=(",", ":")).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]
