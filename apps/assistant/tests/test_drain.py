"""Leaving: as soon as the ingress knows, after the limit, or at once when nobody watches."""

from assistant.drain import DRAIN_SECONDS, TOLD_CHECKS, WATCHER_SECONDS, Drain


class Clock:
    """A clock set by hand."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_a_serving_process_is_up() -> None:
    """Before SIGTERM nothing is finished."""
    drain = Drain()
    assert drain.ask()
    assert not drain.active
    assert not drain.finished


def test_an_unwatched_process_leaves_at_once() -> None:
    """Nobody asks `/up`: there is no ingress to tell."""
    drain = Drain()
    drain.begin()
    assert drain.finished


def test_a_watcher_of_long_ago_does_not_count() -> None:
    """A person's single request must not delay every stop."""
    clock = Clock()
    drain = Drain(clock)
    drain.ask()
    clock.now += WATCHER_SECONDS
    drain.begin()
    assert drain.finished


def test_a_watched_process_leaves_when_its_ingress_knows() -> None:
    """The ingress takes it out after that many refused checks."""
    drain = Drain(Clock())
    drain.ask()
    drain.begin()
    for _ in range(TOLD_CHECKS):
        assert not drain.finished
        assert not drain.ask()
    assert drain.finished


def test_the_limit_ends_the_wait() -> None:
    """An ingress that stopped asking holds nobody; a second signal does not start the time anew."""
    clock = Clock()
    drain = Drain(clock)
    drain.ask()
    drain.begin()
    clock.now += DRAIN_SECONDS - 1
    drain.begin()
    assert not drain.finished
    clock.now += 1
    assert drain.finished
