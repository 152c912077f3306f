"""What RabbitMQ is told to have, and how one looks whether it still has it: users, virtual hosts, rights, policies.

Owns the definitions file and the look. Deliberately not: the broker, which takes the file when it starts and by
`rabbitmqctl import_definitions`.

The look asks the console's HTTP interface: the broker's own tools start a whole Erlang machine at every question.

Source: https://www.rabbitmq.com/docs/definitions, https://www.rabbitmq.com/docs/http-api-reference
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.base.spec import LOOK_REFUSED

CONSOLE_PORT: Final = 15672
ADMIN: Final = "admin"

QUEUE_TTL_MS: Final = 24 * 60 * 60 * 1000
"""Age at which a message leaves a limited queue: a day, as long as a person may need to notice a missing consumer."""

Definitions = Mapping[str, Sequence[Mapping[str, Any]]]


def definitions(admin: str, hashes: Mapping[str, Mapping[str, str]], limits: Mapping[str, int]) -> Definitions:
    """Returns the definitions: users with hashes of their passwords, virtual hosts, and who may use which.

    Args:
        admin: Hash of the administrator's password.
        hashes: Virtual host to its users, each with the hash of its password.
        limits: Virtual host to the messages a queue of it holds, where that is limited.
    """
    users = {ADMIN: admin, **{user: digest for each in hashes.values() for user, digest in each.items()}}
    return {
        "permissions": [
            {"configure": ".*", "read": ".*", "user": user, "vhost": vhost, "write": ".*"}
            for vhost, each in sorted(hashes.items())
            for user in sorted({ADMIN, *each})
        ],
        "policies": [
            {
                "apply-to": "queues",
                "definition": {"max-length": limit, "message-ttl": QUEUE_TTL_MS},
                "name": "limit",
                "pattern": ".*",
                "priority": 0,
                "vhost": vhost,
            }
            for vhost, limit in limits.items()
        ],
        "users": [
            {
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "name": user,
                "password_hash": users[user],
                "tags": "administrator" if user == ADMIN else "",
            }
            for user in sorted(users)
        ],
        "vhosts": [{"name": vhost} for vhost in sorted(hashes)],
    }


def things(content: Definitions) -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """Returns the name of each thing to where the HTTP interface has it, and its properties there.

    Args:
        content: Definitions.
    """
    return {
        **{
            f"user {user['name']}": (f"users/{user['name']}", {**user, "tags": user["tags"].split()})
            for user in content["users"]
        },
        **{f"virtual host {vhost['name']}": (f"vhosts/{vhost['name']}", vhost) for vhost in content["vhosts"]},
        **{
            f"permissions of {right['user']} in {right['vhost']}": (
                f"permissions/{right['vhost']}/{right['user']}",
                right,
            )
            for right in content["permissions"]
        },
        **{
            f"policy {policy['name']} of {policy['vhost']}": (f"policies/{policy['vhost']}/{policy['name']}", policy)
            for policy in content["policies"]
        },
    }


def declared(content: Definitions) -> str:
    """Returns definitions as a look compares them.

    Args:
        content: Definitions.
    """
    return json.dumps({name: properties for name, (_, properties) in things(content).items()})


def look_command(content: Definitions, password_file: str) -> tuple[str, ...]:
    """Returns the command that prints what the broker has of some definitions.

    Args:
        content: Definitions; hashes in them do not matter.
        password_file: File in the container with the administrator's password.
    """
    asked = (part for name, (path, _) in things(content).items() for part in (name, path))
    return ("bash", "-c", _ASK, "-", password_file, *asked)


_ASK: Final = rf"""
key=$(printf '{ADMIN}:%s' "$(<"$1")" | base64 -w0)
shift
printf '{{'
separator=
while [ $# -gt 0 ]; do
  exec 3<>/dev/tcp/127.0.0.1/{CONSOLE_PORT}
  # Of HTTP 1.0, so that the answer ends where the connection does.
  printf 'GET /api/%s HTTP/1.0\r\nAuthorization: Basic %s\r\n\r\n' "$2" "$key" >&3
  read -r _ status _ <&3
  while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do :; done
  case $status in
    200) thing=$(cat <&3) ;;
    401) exit {LOOK_REFUSED} ;;
    404) thing=null ;;
    *) echo "HTTP $status" >&2; exit 1 ;;
  esac
  printf '%s"%s":%s' "$separator" "$1" "$thing"
  exec 3<&-
  separator=,
  shift 2
done
printf '}}'
""".strip()
