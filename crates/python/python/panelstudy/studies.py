"""Studies: a file, its text or a dictionary; run, check, and what a run leaves.

Modules of the standard library are imported where they are used: most sessions run no study.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from panelstudy import _core
from panelstudy.errors import SpecError
from panelstudy.frames import ArrowLike

Study: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any]"


class Run:
    """What a run of a study leaves in its folder."""

    def __init__(self, path: Path, summary: str) -> None:
        #: The folder.
        self.path = path
        #: What the command prints at its end.
        self.summary = summary

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of ``results/estimates.json``; empty where the study has no regression."""
        import json

        file = self.path / "results" / "estimates.json"
        records: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
        return records

    @property
    def estimates(self) -> _core.Frame:
        """Every coefficient of every regression, in the order of the study."""
        names = ("estimate", "se", "t", "p", "ci_low", "ci_high")
        rows = [(record, term) for record in self.records for term in record["coef"]]
        columns: dict[str, list[Any]] = {
            "table": [record["table"] for record, _ in rows],
            "column": [record["column"] for record, _ in rows],
            "term": [term["name"] for _, term in rows],
        }
        columns |= {name: [term[name] for _, term in rows] for name in names}
        columns["n_obs"] = [record["n_obs"] for record, _ in rows]
        return _core.Frame(columns)

    @property
    def tables(self) -> dict[str, Path]:
        """The tables as Markdown, by name; other formats stand beside them."""
        return {file.stem: file for file in sorted((self.path / "tables").glob("*.md"))}

    @property
    def warnings(self) -> list[str]:
        """What the run remarked, as ``log/diagnostics.md`` has it."""
        lines = (self.path / "log" / "diagnostics.md").read_text(encoding="utf-8").splitlines()
        return [line.removeprefix("- ") for line in lines if line.startswith("- ")]

    def panel(self) -> _core.Frame:
        """The panel with every variable that the study made (``data/panel.csv``); numbers where a column holds nothing else."""
        return _core.Frame(_columns(self.path / "data" / "panel.csv"))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})\n{self.summary}"


def _columns(path: Path, is_word: Callable[[Sequence[str], str], bool] = lambda header, name: False) -> dict[str, list[Any]]:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    return {name: _typed([row[at] for row in rows], is_word(header, name)) for at, name in enumerate(header)}


def _typed(cells: Sequence[str], is_word: bool) -> list[Any]:
    if is_word:
        return [cell or None for cell in cells]
    try:
        return [float(cell) if cell else None for cell in cells]
    except ValueError:
        return [cell or None for cell in cells]


def run(
    study: Study,
    out: str | os.PathLike[str],
    *,
    data: Mapping[str, ArrowLike] | None = None,
    only: Sequence[str] = (),
    threads: int | None = None,
    lang: str | None = None,
) -> Run:
    """Runs a study and writes its results to the folder ``out``, as ``panelstudy run`` does.

    ``study`` is the path of a study file, its text, or its dictionary; ``data`` replaces files of ``[[source]]`` by tables,
    by the name that the study gives them. Relative paths of a text or dictionary start from the current folder.
    ``only`` names stages, ``lang`` (``en``, ``zh``) the language of labels instead of the study's. Results do not depend
    on ``threads``. An error leaves the folder as it was. Keys of study files: docs/own-data.md.
    """
    with _on_disk(study, data or {}) as file:
        summary = _core.run_file(file, Path(out), list(only), threads, lang)
    return Run(Path(out), summary)


def multiverse(
    study: Study,
    out: str | os.PathLike[str],
    *,
    id: str | None = None,
    data: Mapping[str, ArrowLike] | None = None,
    threads: int | None = None,
    lang: str | None = None,
) -> _core.Frame:
    """Every universe of a study's ``[multiverse]``: one column of one table under every combination of its choices.

    Runs what the multiverse needs and leaves its files in the folder ``out``, as ``panelstudy run --only multiverse``
    does. The frame has a row per universe in the order of expansion: ``id``, the option of each choice, coefficients b₁ of
    x and b₂ of x² with standard errors and p, the effect with its t, Lind and Mehlum's test, turning point and Fieller's
    set, ``verdict``, and ``reason`` where there is no estimate. ``frame.summary`` has the counts, joint tests and
    attribution. ``id`` names one of several.
    """
    import json

    made = run(study, out, data=data, only=["multiverse"], threads=threads, lang=lang)
    resolved = _parsed((made.path / "config.resolved.toml").read_text(encoding="utf-8"))
    ids = [spec["id"] for spec in resolved.get("multiverse", [])]
    if id is None and len(ids) == 1:
        (id,) = ids
    if id not in ids:
        raise SpecError(f"multiverse: name one with id; the study has {', '.join(ids) or 'none'}", code="unknown-name")
    stem = made.path / "results" / f"multiverse-{id}"
    return _core.Frame(
        _columns(stem.with_suffix(".csv"), _is_word_of_universes),
        summary=json.loads(stem.with_suffix(".json").read_text(encoding="utf-8")),
    )


def _is_word_of_universes(header: Sequence[str], name: str) -> bool:
    """Whether a column of the universes holds words: id, choices and reason come first, numbers after them."""
    return header.index(name) <= header.index("reason") or name in ("verdict", "fieller", "same_as")


class Problem(str):
    """What a run would refuse, a sentence, with its place: ``code``, ``stage``, ``file``, ``line``; None is not known."""

    code: str
    stage: str | None
    file: str | None
    line: int | None


def check(study: Study, *, data: Mapping[str, ArrowLike] | None = None) -> list[Problem]:
    """Everything that a run of the study would refuse, one sentence each; nothing is written."""
    problems = []
    with _on_disk(study, data or {}) as path:
        for sentence, code, stage, file, line in _core.check_file(path):
            problem = Problem(sentence)
            problem.code, problem.stage, problem.file, problem.line = code, stage, file, line
            problems.append(problem)
    return problems


@contextmanager
def _on_disk(study: Study, data: Mapping[str, ArrowLike]) -> Iterator[Path]:
    """A study file; one is written where the study is no file, or where tables replace its files."""
    import tempfile
    from copy import deepcopy

    is_text = isinstance(study, str) and "\n" in study
    if not isinstance(study, Mapping) and not is_text and not data:
        yield Path(study)
        return
    name, base = "study.toml", Path.cwd()
    if isinstance(study, Mapping):
        spec: dict[str, Any] = deepcopy(dict(study))
    elif is_text:
        spec = _parsed(str(study))
    else:
        file = Path(study)
        name, base = file.name, file.resolve().parent
        spec = _parsed(file.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="panelstudy-") as folder:
        sources = spec.get("source", [])
        before = [source.get("file") for source in sources]
        _replace(sources, data, Path(folder))
        _resolve(spec, base)
        described = spec.get("report", {}).get("data")
        if isinstance(described, dict):
            # What is said of a file follows it.
            now = dict(zip(before, (source.get("file") for source in sources), strict=True))
            spec["report"]["data"] = {now.get(file, file): said for file, said in described.items()}
        path = Path(folder) / name
        path.write_text(_core.toml_text(spec), encoding="utf-8")
        yield path


def _parsed(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"the study is no TOML: {error}", code="study") from None


def _replace(sources: list[dict[str, Any]], data: Mapping[str, ArrowLike], folder: Path) -> None:
    """Writes tables into the folder and points the sources at them."""
    files = [source.get("file") for source in sources]
    for name, table in data.items():
        if name not in files:
            import difflib

            near = difflib.get_close_matches(name, [file for file in files if file], 1)
            hint = f" (did you mean `{near[0]}`?)" if near else ""
            known = ", ".join(str(file) for file in files)
            raise SpecError(f"data: no [[source]] has the file `{name}`{hint}; there are {known}", code="unknown-name")
        path = folder / f"{files.index(name)}-{Path(name).stem}.csv"
        path.write_text(_core.csv_text(table), encoding="utf-8", newline="")
        for source in sources:
            if source.get("file") == name:
                source["file"] = str(path)


def _resolve(value: Any, base: Path) -> None:
    """Makes absolute what names a file beside the study."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and inner and (base / inner).is_file():
                value[key] = str((base / inner).resolve())
            else:
                _resolve(inner, base)
    elif isinstance(value, list):
        for inner in value:
            _resolve(inner, base)
