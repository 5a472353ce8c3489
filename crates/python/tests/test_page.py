"""The worked page, run block by block."""

from __future__ import annotations

import doctest
from pathlib import Path

from conftest import read


def test_the_worked_page(root: Path, tmp_path: Path) -> None:
    names = {"read": read, "folder": tmp_path / "results"}
    failed, tried = doctest.testfile(str(root / "docs/python.md"), module_relative=False, globs=names)
    assert tried > 10 and failed == 0
