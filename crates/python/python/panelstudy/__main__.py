"""The command ``panelstudy``, also as ``python -m panelstudy``."""

from __future__ import annotations

import signal
import sys

from panelstudy import _core


def main() -> None:
    """Runs the command and ends with its exit code: 0 ran, 1 findings, 2 bad input or usage, 3 environment."""
    # The command ends at once on Ctrl-C, as other programs do.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise SystemExit(_core.command(["panelstudy", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
