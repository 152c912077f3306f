"""Our side: plain `pulumi` on a stack of its own, in a copy of the checkout."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient

from bench.command import LIMIT_SECONDS, BenchFailedError, Ended, run
from bench.side import BROKEN_COMMAND
from components.base.lock import LOCAL_PREFIX
from components.base.naming import Scope
from operations.lifecycle import KEEP_DATA
from operations.stack_file import PROJECT
from tests.engine.checkout import Checkout, copy_checkout, names, remove_stack
from tests.engine.flagship import Conversation, conversation

SCOPE = Scope(project=PROJECT, stack="bench", system="evolution")
PORT_OFFSET = 4000
EVOLUTION = f"http://127.0.0.1:{8080 + PORT_OFFSET}"
SETTINGS = f"portOffset: {PORT_OFFSET}"
STACK_FILE = f"""config:
  zapstack:environment: development
  zapstack:systems:
    evolution: {{{SETTINGS}}}
"""


@dataclass(frozen=True, kw_only=True)
class Ours:
    """The stack.

    Attributes:
        checkout: Where it is run from.
    """

    checkout: Checkout
    title: str = "zapstack"
    project: str = f"{SCOPE.project}-{SCOPE.stack}-{SCOPE.system}"

    def up(self, limit_seconds: float = LIMIT_SECONDS) -> Ended:
        """Makes everything run as described and waits until it serves."""
        return self._pulumi("up --yes --skip-preview", limit_seconds)

    def preview(self) -> Ended:
        """Says what `up` would do."""
        return self._pulumi("preview --diff")

    def down(self) -> Ended:
        """Removes containers and networks, as `make down` does."""
        return self._pulumi(f"destroy --yes {' '.join(repr(part) for part in KEEP_DATA)}")

    def clear(self) -> None:
        """Removes everything but the images."""
        self._pulumi("destroy --yes").must("pulumi destroy")

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Describes, while it lasts, an application that dies at start."""
        file = self.checkout.path / f"Pulumi.{self.checkout.stack}.yaml"
        good = file.read_text()  # with the salt that Pulumi has added
        file.write_text(good.replace(SETTINGS, f"{SETTINGS}, app: {{command: {list(BROKEN_COMMAND)}}}"))
        try:
            yield
        finally:
            file.write_text(good)

    def talk(self) -> Conversation:
        """Returns the conversation with what runs now."""
        return conversation(self.checkout, EVOLUTION)

    def _pulumi(self, arguments: str, limit_seconds: float = LIMIT_SECONDS) -> Ended:
        line = f". .venv/environment.sh && exec pulumi {arguments} --stack {self.checkout.stack}"
        return run(
            ["sh", "-c", line],
            cwd=self.checkout.path,
            environment=self.checkout.environment,
            limit_seconds=limit_seconds,
        )


def remove_images(engine: DockerClient) -> None:
    """Removes the images that were built for the stack; those of the lock file stay."""
    for image in engine.images.list(filters={"reference": f"{LOCAL_PREFIX}/{SCOPE.project}-{SCOPE.stack}-*"}):
        engine.images.remove(str(image.id), force=True)


@contextmanager
def own_stack(folder: Path, engine: DockerClient) -> Iterator[Ours]:
    """Makes the stack, up and with its images built; removes whatever is left of it at the end.

    Args:
        folder: An empty folder for the copy and its state.
        engine: The engine.

    Raises:
        BenchFailedError: A stack of that name is there already, or it does not come up.
    """
    left = [name for rows in names(engine, SCOPE.stack_id).values() for name in rows]
    if left:
        raise BenchFailedError(
            f"the engine has objects of stack {SCOPE.stack}: {', '.join(sorted(left))}. Nothing was measured, because "
            "the bench removes its stack at the end. Remove them (docker rm -f, docker network rm, docker volume rm)."
        )
    checkout = copy_checkout(folder / "checkout", folder / "state", stack=SCOPE.stack, stack_file=STACK_FILE)
    try:
        done = checkout.make("up")
        if done.code:
            raise BenchFailedError(f"make up STACK={SCOPE.stack} failed:\n{done.text}")
        yield Ours(checkout=checkout)
    finally:
        checkout.run(["make", "destroy", f"STACK={SCOPE.stack}"])
        remove_stack(engine, SCOPE.stack_id)
