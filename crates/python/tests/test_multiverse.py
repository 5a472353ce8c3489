"""Every universe of a study."""

from __future__ import annotations

from pathlib import Path

import pytest

import panelstudy as ps


def test_universes_as_a_frame(root: Path, tmp_path: Path) -> None:
    study = root / "tests/studies/grunfeld-multiverse.toml"
    frame = ps.multiverse(study, tmp_path / "out", id="linear")
    assert len(frame) == frame.summary["universes"] > 1 and frame.summary["id"] == "linear"
    assert set(frame["first"]) == {"1935", "1940"} and all(isinstance(b, float) for b in frame["b1"] if b is not None)
    # The universe of the study as it stands is its regression.
    data = root / "crates/panel-fe/tests/golden/grunfeld.csv"
    run = ps.run(study, tmp_path / "run", only=["tables"])
    (base,) = [row["estimate"] for row in _rows(run.estimates) if row["table"] == "investment" and row["term"] == "value_used"]
    is_base = [options == ("1935", "level", "level", "value", "firm") for options in zip(*(frame[name] for name in ("first", "investment", "stock", "price", "errors")), strict=True)]
    found = [b for b, own in zip(frame["b1"], is_base, strict=True) if own]
    assert data.is_file() and all(b == pytest.approx(base, rel=1e-9) for b in found)
    with pytest.raises(ps.SpecError, match="name one with id"):
        ps.multiverse(study, tmp_path / "out")


def _rows(frame: ps.Frame) -> list[dict[str, object]]:
    columns = frame.to_dict()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_a_study_without_a_multiverse(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ps.PanelError, match="multiverse"):
        ps.multiverse(root / "tests/studies/grunfeld.toml", tmp_path / "out")
