"""The command line: which command, its settings file, its time limit."""

import argparse
from pathlib import Path

from probe.errors import ProbeError
from probe.output import complain

BUCKET_SECONDS = 10.0
# Each attempt has limits of its own, some seconds; loading the libraries of all kinds took 8 s on a busy machine.
CONNECTIONS_SECONDS = 20.0
INSTANCES_SECONDS = 60.0
REACH_SECONDS = 8.0
SMOKE_SECONDS = 30.0
SMOKE_TEXT = "Olá! Tudo bem?"


def main(arguments: list[str]) -> int:
    """Run one command; 0 when it did what it says, 1 when not, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        # Each command loads only what it needs: a proof runs before every start of every consumer.
        match options.command:
            case "bucket":
                from probe import make_bucket  # noqa: PLC0415

                make_bucket.run(options.settings, options.timeout_seconds)
            case "connections":
                from probe import connections  # noqa: PLC0415

                return connections.run(options.settings, options.timeout_seconds)
            case "instances":
                from probe import instances  # noqa: PLC0415

                instances.run(options.settings, options.timeout_seconds)
            case "reach":
                from probe import reach  # noqa: PLC0415

                return reach.run(options.settings, options.timeout_seconds)
            case "smoke":
                from probe import smoke  # noqa: PLC0415

                smoke.run(options.settings, options.timeout_seconds, options.text)
    except ProbeError as error:
        complain(f"probe {options.command}: {error}")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="probe", description="Commands of the platform inside a system's networks.")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("bucket", help="make a declared bucket and its policy true")
    _add_common(make, BUCKET_SECONDS)
    prove = commands.add_parser("connections", help="try every connection of a consumer with its own credentials")
    _add_common(prove, CONNECTIONS_SECONDS)
    create = commands.add_parser("instances", help="make the declared Evolution instances true")
    _add_common(create, INSTANCES_SECONDS)
    reach = commands.add_parser("reach", help="try whether names and ports can be reached from here")
    _add_common(reach, REACH_SECONDS)
    follow = commands.add_parser("smoke", help="send a message through the system and follow it")
    _add_common(follow, SMOKE_SECONDS)
    follow.add_argument("--text", default=SMOKE_TEXT, help="what the contact writes")
    return parser


def _add_common(parser: argparse.ArgumentParser, seconds: float) -> None:
    parser.add_argument("--settings", type=Path, required=True, help="JSON file")
    parser.add_argument("--timeout-seconds", type=float, default=seconds, help=f"limit of it all (default {seconds:g})")
