"""The same bits as the command: studies run both ways, and every regression by hand."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

import panelstudy as ps

STUDIES = ["grunfeld", "empluk", "produc", "nlswork", "cigar", "jtrain"]


@pytest.fixture(scope="module")
def runs(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ps.Run]:
    """Runs of the studies whose data are here; most are public data that a clone does not hold."""
    folder = tmp_path_factory.mktemp("runs")
    studies = {name: root / f"tests/studies/{name}.toml" for name in STUDIES}
    here = {name: file for name, file in studies.items() if all((file.parent / source).exists() for source in sources(file))}
    return {name: ps.run(file, folder / name) for name, file in here.items()}


def sources(study: Path) -> list[str]:
    return [source["file"] for source in tomllib.loads(study.read_text(encoding="utf-8"))["source"]]


@pytest.mark.parametrize("name", STUDIES)
def test_every_estimate_of_a_study(name: str, root: Path, runs: dict[str, ps.Run]) -> None:
    if name not in runs:
        pytest.skip(f"the data of {name} are not here")
    run = runs[name]
    study = tomllib.loads((root / f"tests/studies/{name}.toml").read_text(encoding="utf-8"))
    keys = (study["study"]["entity"], study["study"]["time"])
    panel = run.panel()
    columns = [column for table in study["table"] for column in table.get("column", [])]
    records = [record for record in run.records if record["vcov"]]
    assert len(columns) == len(records) > 0
    for column, record in zip(columns, records, strict=True):
        if "spatial" in column:
            continue
        options: dict[str, Any] = {"weights": column.get("weights")}
        if "weight_kind" in column:
            options["weights_kind"] = column["weight_kind"]
        if "estimator" in column:
            options["estimator"] = column["estimator"]
        fit = ps.feols(
            record["formula"],
            panel,
            record["vcov"],
            like=record["like"],
            panel_id=keys,
            singletons=column.get("singletons", "drop"),
            sample=record["sample"],
            **options,
        )
        said = fit.to_dict()
        for number in ("n_obs", "df_resid", "r2", "r2_within", "adj_r2", "rmse", "multiplier"):
            assert said[number] == record[number], (record["formula"], number)
        for mine, other in zip(said["coef"], record["coef"], strict=True):
            assert mine == other, record["formula"]


def test_productivity_of_the_paper(root: Path, tmp_path: Path) -> None:
    # The shipped data are synthetic: agreement shows that both ways compute the same, nothing about cities.
    run = ps.run(root / "fixtures/studies/paper.toml", tmp_path / "paper", only=["gtfp-main"])
    study = tomllib.loads((root / "fixtures/studies/paper.toml").read_text(encoding="utf-8"))
    spec = next(spec for spec in study["gtfp"] if spec["id"] == "main")
    table = _csv(run.path / "results" / "gtfp-main.csv")
    quantities = _quantities(root, study, spec, tmp_path)
    options = {key: value for key, value in spec.items() if key not in ("id", "inputs", "goods", "bads", "name", "names")}
    frame = ps.ebm(quantities, spec["inputs"], spec["goods"], spec["bads"], unit="city", time="year", **options)
    assert len(frame) == 2232
    for name in ("score_global", "score_contemporaneous", "gml", "ec", "tc", "gtfp"):
        other = [float(cell) if cell else None for cell in table[name]]
        assert frame[name] == other, name
    assert frame["status"] == table["status"] and frame.summary["lp"]["uncertified"] == 0


def _quantities(root: Path, study: dict[str, Any], spec: dict[str, Any], folder: Path) -> ps.Frame:
    """The quantities as the study makes them: a run that writes the panel and nothing else."""
    names = [*spec["inputs"], *spec["goods"], *spec["bads"]]
    needed = {"gdp_real", "capital"}
    small = {
        "study": study["study"],
        "source": [dict(source, file=str((root / "fixtures/studies" / source["file"]).resolve())) for source in study["source"]],
        "variables": {name: text for name, text in study["variables"].items() if name in needed},
    }
    panel = ps.run(small, folder / "quantities").panel()
    return ps.Frame({name: panel[name] for name in ["city", "year", *names]})


def _csv(path: Path) -> dict[str, list[str]]:
    import csv

    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    return {name: [row[at] for row in rows] for at, name in enumerate(header)}


@pytest.mark.parametrize("name", ["paper", *STUDIES])
def test_a_run_is_that_of_the_command(name: str, root: Path, runs: dict[str, ps.Run], tmp_path: Path) -> None:
    program = os.environ.get("PANELSTUDY_PROGRAM", "")
    if not Path(program).is_file():
        pytest.skip("the command was not built (PANELSTUDY_PROGRAM)")
    study = root / ("fixtures/studies/paper.toml" if name == "paper" else f"tests/studies/{name}.toml")
    if name != "paper" and name not in runs:
        pytest.skip(f"the data of {name} are not here")
    run = ps.run(study, tmp_path / "here") if name == "paper" else runs[name]
    subprocess.run([program, "run", study, "--quiet", "--out", tmp_path / "out"], check=True, capture_output=True)
    # The list of checksums covers every file but manifest and log.
    one, other = tmp_path / "out" / "checksums.sha256", run.path / "checksums.sha256"
    assert one.read_text() == other.read_text() and len(one.read_text().splitlines()) > 5


def test_tables_in_the_place_of_files(root: Path, runs: dict[str, ps.Run], grunfeld: dict[str, list[Any]], tmp_path: Path) -> None:
    text = (root / "tests/studies/grunfeld.toml").read_text(encoding="utf-8")
    file = tomllib.loads(text)["source"][0]["file"]
    shuffled = {name: values[::-1] for name, values in grunfeld.items()}
    for study in (root / "tests/studies/grunfeld.toml", text, tomllib.loads(text)):
        run = ps.run(study, tmp_path / "out", data={file: shuffled})
        assert run.estimates.to_dict() == runs["grunfeld"].estimates.to_dict()
    with pytest.raises(ps.SpecError, match="did you mean"):
        ps.run(text, tmp_path / "out", data={file[:-1]: grunfeld})
