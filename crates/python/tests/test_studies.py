"""Studies from Python: what a run leaves, what a check finds, the command and its exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import panelstudy as ps


def command(*args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "panelstudy", *map(str, args)], capture_output=True, text=True, encoding="utf-8", timeout=120
    )


def test_what_a_run_leaves(root: Path, tmp_path: Path) -> None:
    run = ps.run(root / "tests/studies/grunfeld.toml", tmp_path / "out")
    assert "Grunfeld" in run.summary and run.path == tmp_path / "out"
    assert len(run.records) == 4 and len(run.estimates) == 10
    assert set(run.estimates["term"]) == {"value", "capital", "value^2", "(Intercept)"}
    assert "capital" in run.tables["investment"].read_text(encoding="utf-8")
    assert len(run.panel()) == 200 and "value" in run.panel().columns
    assert all(line.startswith("`") for line in run.warnings)


def test_a_study_that_is_wrong(root: Path, tmp_path: Path) -> None:
    text = (root / "tests/studies/grunfeld.toml").read_text(encoding="utf-8").replace("title ", "titel ")
    with pytest.raises(ps.SpecError) as error:
        ps.run(text, tmp_path / "out")
    assert error.value.code == "study" and error.value.line is not None and not (tmp_path / "out").exists()
    (problem,) = ps.check(text)
    assert "titel" in problem and problem.code == "study" and problem.file and problem.line and problem.stage is None
    wrong = ps.check(text.replace("titel ", "title ").replace("value + capital", "valeu + capital"))
    assert wrong and all(problem.code == "stage" and (problem.stage or "").startswith("tables/") for problem in wrong)
    assert ps.check(root / "tests/studies/grunfeld.toml") == []
    with pytest.raises(ps.SpecError, match="no TOML"):
        ps.run("a = \n b", tmp_path / "out")


def test_unknown_words_of_run(root: Path, tmp_path: Path) -> None:
    study = root / "tests/studies/grunfeld.toml"
    with pytest.raises(ps.SpecError, match="expected en or zh"):
        ps.run(study, tmp_path / "out", lang="fr")
    with pytest.raises(ps.PanelError, match="tabels"):
        ps.run(study, tmp_path / "out", only=["tabels"])


def test_the_command(root: Path, tmp_path: Path) -> None:
    helped = command("--help")
    assert helped.returncode == 0 and "run" in helped.stdout and "audit" in helped.stdout
    assert ps.__version__ in command("--version").stdout
    ran = command("run", root / "tests/studies/grunfeld.toml", "--quiet", "--out", tmp_path / "out")
    assert ran.returncode == 0 and (tmp_path / "out" / "manifest.json").is_file(), ran.stderr
    assert command("check", root / "tests/studies/grunfeld.toml").returncode == 0
    assert "HiGHS" in command("doctor").stdout


def test_exit_codes_of_the_command(root: Path, tmp_path: Path) -> None:
    assert command("audit", root / "fixtures/published.csv", "--out", tmp_path / "audit").returncode == 1, "findings"
    assert command("run", tmp_path / "nothing.toml", "--out", tmp_path / "out").returncode == 2
    assert command("no-such-verb").returncode == 2
    (tmp_path / "file").write_text("in the way")
    blocked = command("run", root / "tests/studies/grunfeld.toml", "--quiet", "--out", tmp_path / "file" / "out")
    assert blocked.returncode == 3, blocked.stderr


def test_the_console_script_is_the_command() -> None:
    script = Path(sys.executable).parent / ("panelstudy.exe" if sys.platform == "win32" else "panelstudy")
    assert subprocess.run([script, "--version"], capture_output=True, text=True).stdout.strip().endswith(ps.__version__)


def test_an_audit(root: Path) -> None:
    frame = ps.audit(root / "fixtures/published.csv")
    assert frame.summary["contradictions"] > 0 and "contradiction" in frame["status"]
    assert frame.columns == ["check", "status", "where", "published", "implied", "remark"]
