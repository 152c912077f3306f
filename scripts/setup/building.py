"""Building the tool chain from Go modules, pinned by the go.mod and go.sum files in toolchain/."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.setup import pins
from scripts.setup.atomic import new_file
from scripts.setup.failure import SetupError
from scripts.setup.golang import find_go, go_environment
from scripts.setup.modules import fetch_modules
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.report import progress, say

CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
PROVIDER_TAGS = {"docker": ("-tags", "no_compose")}  # docker compose is a third of the provider and not used
# What the SDK's Go module brings for Python: one runs a program, the other starts dynamic providers.
SDK_SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
LOGGED_LINES = 15


@dataclass(frozen=True, kw_only=True)
class Program:
    """Something Go builds.

    Attributes:
        what: What the report calls it.
        source: Its module.
        target: Where it is installed.
        arguments: Flags and the package.
    """

    what: str
    source: Path
    target: Path
    arguments: tuple[str, ...]


def build_cli(places: Places) -> str:
    """Build the CLI and the language host, install the SDK's scripts beside them, and return the version.

    Raises:
        UnavailableError: No Go, or no modules.
        SetupError: The build failed.
    """
    go = find_go(places)
    source = places.checkout / "toolchain" / "pulumi"
    binaries = places.toolchain / "bin"
    ldflags = ("-ldflags", f"-s -w -X {VERSION_VARIABLE}=v{pins.PULUMI_VERSION}")
    for what, package in (("pulumi", CLI_PACKAGE), ("language host", "./pulumi-language-python")):
        target = binaries / package.rpartition("/")[2]
        build(places, go, Program(what=what, source=source, target=target, arguments=(*ldflags, package)))
    offline = {**go_environment(), "GOPROXY": "off"}
    command = [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", pins.PULUMI_SDK_MODULE]
    try:
        sdk = Path(run(command, cwd=source, env=offline)[-1])
    except CommandError as error:
        raise _broken(places, "the Pulumi SDK's directory", error) from error
    for script in SDK_SCRIPTS:
        with new_file(binaries / Path(script).name) as target:
            shutil.copyfile(sdk / script, target)
    return pins.PULUMI_VERSION


def build_plugin(places: Places, name: str) -> Path:
    """Build a resource plugin and return where it is; the caller removes it once it is installed.

    Raises:
        UnavailableError: No Go, or no modules.
        SetupError: The build failed.
    """
    target = places.toolchain / "plugins" / f"pulumi-resource-{name}"
    source = places.checkout / "toolchain" / name
    arguments = (*PROVIDER_TAGS.get(name, ()), "-ldflags", "-s -w", ".")
    build(places, find_go(places), Program(what=f"{name} plugin", source=source, target=target, arguments=arguments))
    return target


def build(places: Places, go: str, program: Program) -> None:
    """Build one program, unless an interrupted run already did.

    Args:
        places: Where logs go.
        go: The Go command.
        program: What to build; it appears at its target complete or not at all.
    """
    if program.target.exists():
        return
    compiled = 0
    with progress(program.what) as shown, new_file(program.target) as partial, scratch(places) as work:
        total = fetch_modules(go, program.source, program.arguments, shown)
        say(program.what, f"building from Go modules, up to {total} packages (an interrupted build continues)")

        def on_line(line: str) -> None:
            nonlocal compiled
            compiled += 1
            shown.update(f"{compiled} compiled, now {line}")

        # -buildvcs=false: neither git nor a readable .git is needed. GOPROXY=off: a build cannot wait for a network.
        # -dwarf=false: what a debugger reads is left out of the result anyway, so it need not be made either.
        flags = ("-mod=readonly", "-buildvcs=false", "-gcflags=all=-dwarf=false", "-trimpath", "-v")
        command = [go, "build", *flags, "-o", str(partial), *program.arguments]
        env = {**go_environment(), "GOPROXY": "off", "GOTMPDIR": str(work)}
        try:
            run(command, cwd=program.source, env=env, on_line=on_line, on_wait=shown.tick)
        except CommandError as error:
            raise _broken(places, program.what, error) from error


@contextmanager
def scratch(places: Places) -> Iterator[Path]:
    """Give Go a directory for its intermediate files.

    An interrupted Go leaves them behind, hundreds of megabytes each time; here they are found and removed.
    """
    work = places.toolchain / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _broken(places: Places, what: str, error: CommandError) -> SetupError:
    log = places.logs / "go.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("\n".join((" ".join(error.argv), *error.lines, "")), encoding="utf-8")
    return SetupError(
        f"{what}: the build from Go modules failed: {error.reason}; everything it said is in {log}",
        "The tool chain is incomplete, so Pulumi cannot run; what was built before is kept.",
        "Repair what the log names (often memory or disk: it needs about 2 and 6 GB), then run 'make setup' again.",
        error.lines[-LOGGED_LINES:],
    )
