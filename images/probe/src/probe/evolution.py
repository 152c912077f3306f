"""The routes of Evolution API that the commands use.

Source: evolution-api 2.3.6, measured; its `instance`, `settings`, `webhook`, `chat` and `channel` routers.
"""

from typing import Any

from probe.errors import ProbeError
from probe.http import HttpService, json_of
from probe.waiting import Deadline

NAME = "evolution-api"
OK, CREATED, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 201, 401, 403, 404


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

    def send_audio(self, instance: str, number: str, recording: bytes) -> str:
        """Send a voice message; the address of what was made of it, empty when nothing was kept.

        As a form with a file, which alone is taken on every channel.
        """
        answer = self._service.request(
            "POST",
            f"/message/sendWhatsAppAudio/{instance}",
            file=("smoke.wav", recording, "audio/wav"),
            form={"number": number},
            headers=self._headers,
        )
        if answer.status_code != CREATED:
            raise self._service.unexpected(answer)
        match json_of(answer):
            case {"message": {"mediaUrl": str(url)}}:
                return url
        return ""

    def messages_with(self, instance: str, address: str) -> list[dict[str, Any]]:
        """The newest messages an instance exchanged with an address."""
        body = {"where": {"key": {"remoteJid": address}}}
        match self._call("POST", f"/chat/findMessages/{instance}", body, OK):
            case {"messages": {"records": list(records)}}:
                return [record for record in records if isinstance(record, dict)]
        raise ProbeError(f"{NAME} answered findMessages in a form this program does not know")

    def _call(self, method: str, path: str, body: dict[str, Any] | None, *accepted: int) -> object:
        return self._answer(method, path, body, *accepted)[1]

    def _answer(self, method: str, path: str, body: dict[str, Any] | None, *accepted: int) -> tuple[int, object]:
        answer = self._service.request(method, path, headers=self._headers, body=body)
        if answer.status_code == UNAUTHORIZED:
            raise ProbeError(f"AUTH: {NAME} refused {self._key_name} (HTTP {UNAUTHORIZED})")
        if answer.status_code not in accepted:
            raise self._service.unexpected(answer)
        return answer.status_code, json_of(answer)
