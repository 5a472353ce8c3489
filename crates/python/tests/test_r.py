"""The lines of `docs/from-r.md` that go through Python; the R half runs where R is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import panelstudy as ps


def lines(root: Path) -> str:
    text = (root / "docs/from-r.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```r\n(library\(reticulate\).*?)```", text, flags=re.DOTALL)
    return str(block)


def test_the_python_half(root: Path, grunfeld: dict[str, list[Any]]) -> None:
    block = lines(root)
    pa = pytest.importorskip("pyarrow")
    (formula, curve) = re.findall(r'feols\("(.*?)"', block)
    fit = ps.feols(formula, pa.table(grunfeld), {"CRV1": "firm"})
    text = (root / "docs/from-r.md").read_text(encoding="utf-8")
    value, capital = (round(b, 4) for b in fit.coef().values())
    assert f"value {value}, capital {capital}" in text
    columns = list(fit.tidy().to_dict())
    assert f"# {', '.join(columns)}" in block
    assert "tabular" in ps.table(fit, title="Investment").to_latex()
    test = ps.feols(curve, pa.table(grunfeld), "cluster:firm").utest("value")
    assert {"shape", "p", "turning_point"} <= set(test)


def test_the_r_half(root: Path, grunfeld: dict[str, list[Any]], tmp_path: Path) -> None:
    rscript = shutil.which("Rscript")
    has = rscript and subprocess.run([rscript, "-e", "library(reticulate)"], capture_output=True).returncode == 0
    if not rscript or not has:
        pytest.skip("Rscript with reticulate is not here: the R half of docs/from-r.md was not run")
    pytest.importorskip("pandas")
    shutil.copy(root / "crates/panel-fe/tests/golden/grunfeld.csv", tmp_path)
    show = 'cat(sprintf("%.17g", unlist(fit$coef())), tidy$term, u$shape, sprintf("%.17g", u$turning_point$estimate), sep = "\\n")'
    (tmp_path / "lines.R").write_text(f"{lines(root)}\n{show}\n", encoding="utf-8")
    environment = {**os.environ, "RETICULATE_PYTHON": sys.executable}
    ran = subprocess.run([rscript, "lines.R"], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert ran.returncode == 0 and "tabular" in ran.stdout, ran.stderr
    value, capital, *terms, shape, point = ran.stdout.splitlines()[-6:]
    formula, curve = re.findall(r'feols\("(.*?)"', lines(root))
    fit = ps.feols(formula, grunfeld, {"CRV1": "firm"})
    assert {"value": float(value), "capital": float(capital)} == fit.coef() and terms == ["value", "capital"]
    test = ps.feols(curve, grunfeld, "cluster:firm").utest("value")
    assert (shape, float(point)) == (test["shape"], test["turning_point"]["estimate"])
