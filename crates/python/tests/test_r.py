"""The lines of `docs/from-r.md` that go through Python; the R half runs where R is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import panelstudy as ps


def lines(root: Path) -> str:
    text = (root / "docs/from-r.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```r\n(library\(arrow\).*?)```", text, flags=re.DOTALL)
    return str(block)


def test_the_python_half(root: Path, grunfeld: dict[str, list[Any]]) -> None:
    block = lines(root)
    pa = pytest.importorskip("pyarrow")
    (formula, curve) = re.findall(r'feols\("(.*?)"', block)
    fit = ps.feols(formula, pa.table(grunfeld), {"CRV1": "firm"})
    text = (root / "docs/from-r.md").read_text(encoding="utf-8")
    value, capital = (round(b, 4) for b in fit.coef().values())
    assert f"value {value}, capital {capital}" in text
    columns = pa.table(fit.tidy()).column_names
    assert f"# {', '.join(columns)}" in block
    assert "tabular" in ps.table(fit, title="Investment").to_latex()
    test = ps.feols(curve, pa.table(grunfeld), "cluster:firm").utest("value")
    assert {"shape", "p", "turning_point"} <= set(test)


def test_the_r_half(root: Path, tmp_path: Path) -> None:
    rscript = shutil.which("Rscript")
    has = rscript and subprocess.run([rscript, "-e", "library(arrow); library(reticulate)"], capture_output=True).returncode == 0
    if not rscript or not has:
        pytest.skip("Rscript with arrow and reticulate is not here: the R half of docs/from-r.md was not run")
    shutil.copy(root / "crates/panel-fe/tests/golden/grunfeld.csv", tmp_path)
    (tmp_path / "lines.R").write_text(lines(root), encoding="utf-8")
    ran = subprocess.run([rscript, "lines.R"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0 and "0.117" in ran.stdout, ran.stderr
