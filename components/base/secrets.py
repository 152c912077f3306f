"""Generated secrets and the fingerprints by which changes of them are seen without showing them."""

import hashlib
import hmac
import json
from collections.abc import Mapping

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


def fingerprint(key: str, files: Mapping[str, str]) -> str:
    """Returns a short keyed digest of files: equal files, equal digest; nothing about them can be learnt from it.

    Args:
        key: The stack's own key.
        files: Name to content.
    """
    message = json.dumps(sorted(files.items()), separators=(",", ":")).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]
