"""The tutorial notebook, cell by cell, as a reader runs it from the folder of the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def test_the_tutorial(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads((root / "docs/tutorial.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    monkeypatch.chdir(root)
    names: dict[str, Any] = {}
    for number, cell in enumerate(cells, start=1):
        exec(compile(cell, f"cell {number}", "exec"), names)
    assert len(cells) == 6
    # What the cells leave is what the package says of the same data.
    assert names["fit"].nobs == len(names["yearbook"]["city"]) == 2232
    assert names["test"].shape in ("u", "inverse-u")
    assert "Virtual agglomeration" in names["table"].to_markdown()
    assert "Va^2" in capsys.readouterr().out
