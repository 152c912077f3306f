"""Start of the set-up program: ``python3 scripts/setup [all|python|rest|toolchain|engine|images]``.

Python puts this directory on its module path when it runs a directory. The package is imported by its full name
instead, from the checkout, so that its modules can never be mistaken for somebody else's ``atomic`` or ``release``.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True  # the checkout stays as it is, and may be read-only
sys.path[0] = str(Path(__file__).resolve().parents[2])

from scripts.setup.command import main  # noqa: E402 - the line above makes it importable

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
