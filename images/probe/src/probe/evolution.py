"""The routes of Evolution API that the commands use.

Source: evolution-api 2.3.6 and 2.3.7, measured; its `instance`, `settings`, `webhook`, `chat` and `channel` routers.
"""

from typing import Any

import httpx

from probe.errors import ProbeError
from probe.http import HttpService, SilentError, json_of
from probe.waiting import Deadline

NAME = "evolution-api"
OK, CREATED, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, SERVER_ERROR = 200, 201, 401, 403, 404, 500


UNKNOWN_INSTANCE = "/instance/connectionState/zapstack.nobody"
"""Names an instance nobody has: declared names have no dot. Whether it exists is looked up in the database before any
key is looked at, and a database that does not answer is an error there. With a key it is a refusal like any other.

Source: evolution-api 2.3.7, `getInstance` of `src/api/guards/instance.guard.ts` (404, or 500) and `apikey` of
`src/api/guards/auth.guard.ts` (401 for whatever fails); measured: within 0.3 s while the database is stopped, and no
answer to anything while it hangs.
"""

NO_DATABASE = "its own database does not answer"
LOOK_AT_DATABASE = "Look at evolution-postgres: 'make status' shows it, 'make logs SERVICE=evolution-postgres' why."


def database_answers(status: int | None) -> bool:
    """Tell by the answer to `UNKNOWN_INSTANCE`.

    Args:
        status: Its status; None when none came.
    """
    return status is not None and status < SERVER_ERROR


class Evolution:
    """Evolution as seen with one key, the global one or an instance's token."""

    def __init__(self, url: str, key: str, key_name: str, deadline: Deadline) -> None:
        """Prepare.

        Args:
            url: Base address.
            key: Value of the `apikey` header.
            key_name: What messages call the key, such as `the global key`.
            deadline: Bounds everything.
        """
        self._service = HttpService(NAME, url, deadline)
        self._headers = {"apikey": key}
        self._key_name = key_name

    def exists(self, name: str) -> bool:
        """Whether there is an instance of that name. If there is, it also shows that the key is one of its own."""
        return self._answer("GET", f"/instance/connectionState/{name}", None, OK, NOT_FOUND)[0] == OK

    def instances(self) -> dict[str, dict[str, Any]]:
        """The stored instances that this key may see, by their names."""
        match self._call("GET", "/instance/fetchInstances", None, OK):
            case list(rows) if all(isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows):
                return {row["name"]: row for row in rows}
        raise ProbeError(f"{NAME} answered fetchInstances in a form this program does not know")

    def create_instance(self, body: dict[str, Any]) -> bool:
        """Create an instance; False when one of that name was there already."""
        status, _ = self._answer("POST", "/instance/create", body, CREATED, FORBIDDEN)
        return status == CREATED

    def set_settings(self, name: str, settings: dict[str, Any]) -> None:
        """Replace the settings of an instance, all of them."""
        self._call("POST", f"/settings/set/{name}", settings, CREATED)

    def set_webhook(self, name: str, webhook: dict[str, Any]) -> None:
        """Replace the webhook of an instance."""
        self._call("POST", f"/webhook/set/{name}", {"webhook": webhook}, CREATED)

    def inject(self, body: dict[str, Any]) -> bool:
        """Deliver a message from outside, as a channel provider would; False when it was dropped."""
        match self._call("POST", "/webhook/evolution", body, OK):
            case {"status": "success"}:
                return True
        return False

    def messages_with(self, instance: str, address: str) -> list[dict[str, Any]]:
        """The newest messages an instance exchanged with an address."""
        body = {"where": {"key": {"remoteJid": address}}}
        match self._call("POST", f"/chat/findMessages/{instance}", body, OK):
            case {"messages": {"records": list(records)}}:
                return [record for record in records if isinstance(record, dict)]
        raise ProbeError(f"{NAME} answered findMessages in a form this program does not know")

    def _demand_database(self, problem: str) -> None:
        """Check that a problem can be what it looks like.

        Raises:
            ProbeError: The server cannot look anything up, keys included.
        """
        try:
            status = self._service.request("GET", UNKNOWN_INSTANCE).status_code
        except SilentError:
            status = None
        if not database_answers(status):
            raise ProbeError(f"DATABASE: {problem}, and {NO_DATABASE}. {LOOK_AT_DATABASE}")

    def _call(self, method: str, path: str, body: dict[str, Any] | None, *accepted: int) -> object:
        return self._answer(method, path, body, *accepted)[1]

    def _answer(self, method: str, path: str, body: dict[str, Any] | None, *accepted: int) -> tuple[int, object]:
        answer = self._sent(method, path, body)
        refused = f"{NAME} refused {self._key_name} (HTTP {UNAUTHORIZED})"
        if answer.status_code == UNAUTHORIZED:
            self._demand_database(refused)
            answer = self._sent(method, path, body)  # the database may have come back in between
        if answer.status_code == UNAUTHORIZED:
            raise ProbeError(f"AUTH: {refused}")
        if answer.status_code not in accepted:
            if answer.status_code >= SERVER_ERROR:  # in words of its database's driver, several lines of its own source
                self._demand_database(f"{NAME} answered HTTP {answer.status_code} to {method} {path}")
            raise self._service.unexpected(answer)
        return answer.status_code, json_of(answer)

    def _sent(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        try:
            return self._service.request(method, path, headers=self._headers, body=body)
        except SilentError as error:
            self._demand_database(str(error))
            raise
