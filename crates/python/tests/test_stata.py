"""The Stata commands beside a stub of Stata's module `sfi`; nobody has run them on Stata yet."""

from __future__ import annotations

import math
import re
import sys
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import panelstudy as ps
from panelstudy import stata

#: What stands for a missing number in `sfi`.
MISSING = 2.0**1023


class Stata:
    """A data set in memory, local macros and what was printed."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self.columns = columns
        self.locals: dict[str, str] = {}
        self.printed: list[str] = []
        self.code = 0

    def rows(self, touse: str | None) -> list[int]:
        n = len(next(iter(self.columns.values())))
        return [i for i in range(n) if touse is None or self.columns[touse][i]]

    def get(self, name: str, obs: None = None, selectvar: str | None = None, missingval: float = MISSING) -> list[Any]:
        return [missingval if self.columns[name][i] is None else self.columns[name][i] for i in self.rows(selectvar)]

    def store(self, name: str, obs: None, values: Sequence[Any], selectvar: str | None = None) -> None:
        rows = self.rows(selectvar)
        assert len(rows) == len(values)
        for i, value in zip(rows, values, strict=True):
            self.columns[name][i] = None if value == MISSING else value

    def add(self, name: str, length: int = 8) -> None:
        assert name not in self.columns and len(name) <= 32 and length >= 1, name
        self.columns[name] = [None] * len(next(iter(self.columns.values())))

    def exit(self, code: int) -> None:
        self.code = code

    def module(self) -> types.ModuleType:
        module = types.ModuleType("sfi")
        data = types.SimpleNamespace(get=self.get, store=self.store, addVarDouble=self.add, addVarStr=self.add)
        module.Data = data  # type: ignore[attr-defined]
        module.Missing = types.SimpleNamespace(getValue=lambda: MISSING)  # type: ignore[attr-defined]
        module.Macro = types.SimpleNamespace(setLocal=self.locals.__setitem__)  # type: ignore[attr-defined]
        toolkit = types.SimpleNamespace(displayln=self.printed.append, errprintln=self.printed.append, exit=self.exit)
        module.SFIToolkit = toolkit  # type: ignore[attr-defined]
        return module


def run(command: str, macros: dict[str, str], columns: dict[str, list[Any]], root: Path) -> Stata:
    """Runs the line of Python of a command with the local macros that `syntax` would have set."""
    text = (root / f"crates/python/stata/{command}.ado").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    python: (.*)$", text, flags=re.MULTILINE)
    used = set(re.findall(r"`(\w+)'", line))
    (syntax,) = re.findall(r"syntax (.*?\])\n", text, flags=re.DOTALL)
    known = {name.lower() for name in re.findall(r"(\w+)\(", syntax)} | {"touse", "varlist"}
    assert used <= known, f"macros that syntax does not set: {used - known}"
    machine = Stata(dict(columns) | {"touse": columns.get("touse", [1] * len(next(iter(columns.values()))))})
    sys.modules["sfi"] = machine.module()
    values = {"touse": "touse"} | macros
    eval(re.sub(r"`(\w+)'", lambda name: values.get(name[1], ""), line), {"panelstudy_stata": stata})
    return machine


@pytest.fixture(autouse=True)
def without_stata() -> Iterator[None]:
    yield
    sys.modules.pop("sfi", None)


def test_vaindex(root: Path) -> None:
    columns: dict[str, list[Any]] = {"city": ["b", "a", "c"], "it": [3.0, 1.0, 9.0], "all": [10.0] * 3, "lat": [0.0] * 3, "lon": [1.0, 0.0, 5.0]}
    macros = {"sector": "it", "total": "all", "latitude": "lat", "longitude": "lon", "unit": "city", "generate": "va"}
    done = run("vaindex", macros, columns | {"touse": [1, 1, 0]}, root)
    km = 6371.0088 * math.radians(1)
    assert done.columns["va_lq"][:2] == pytest.approx([1.5, 0.5], rel=1e-12)
    assert done.columns["va"][:2] == pytest.approx([1.5 + 0.5 / km, 0.5 + 1.5 / km], rel=1e-9)
    assert done.columns["va"][2] is None, "not in the sample"
    assert done.locals == {"made": "va va_lq va_sp", "N": "2"}
    far = run("vaindex", macros | {"options": "decay = 'exponential', scale_km = 300.0"}, columns, root)
    assert far.columns["va"][0] != done.columns["va"][0] and far.code == 0


def test_gtfp(root: Path) -> None:
    rows = [(c, t, 1.0 + i + 0.1 * t, 2.0 + 0.3 * i * t, 0.5 + 0.05 * i) for i, c in enumerate([11, 7, 9]) for t in (2001, 2000)]
    columns: dict[str, list[Any]] = {name: [float(v) for v in values] for name, values in zip(("city", "year", "k", "y", "so2"), zip(*rows, strict=True), strict=True)}
    macros = {"model": "ebm", "inputs": "k", "goods": "y", "bads": "so2", "unit": "city", "time": "year", "generate": "tfp"}
    done = run("gtfp", macros, columns, root)
    frame = ps.ebm(columns, ["k"], ["y"], ["so2"], unit="city", time="year")
    by_key = dict(zip(zip(frame["city"], frame["year"], strict=True), frame["gml"], strict=True))
    assert done.columns["tfp_gml"] == [by_key[city, year] for city, year in zip(columns["city"], columns["year"], strict=True)]
    assert done.columns["tfp_status"] == ["ok"] * 6 and done.locals["uncertified"] == "0" and int(done.locals["programs"]) > 0
    wrong = run("gtfp", macros | {"model": "dea"}, columns, root)
    assert wrong.code == 198 and "expected one of" in wrong.printed[0]
    bad = run("gtfp", macros, columns | {"k": [-1.0, *columns["k"][1:]]}, root)
    assert bad.code == 459 and "11" in bad.printed[0] and "2001" in bad.printed[0]
    text = run("gtfp", macros | {"options": "rts = "}, columns, root)
    assert text.code == 198 and "key = value" in text.printed[0]


def test_segment(root: Path) -> None:
    prices: dict[str, list[Any]] = {f"p{k}": [100.0 + (i * 7 + t * 3 + k * 5) % 11 for i in range(4) for t in range(3)] for k in range(4)}
    columns = prices | {"city": [c for c in "abcd" for _ in range(3)], "year": [2013.0, 2014.0, 2015.0] * 4}
    done = run("segment", {"varlist": "p0 p1 p2 p3", "unit": "city", "time": "year", "generate": "seg"}, columns, root)
    assert done.columns["seg"] == ps.seg(columns, list(prices), unit="city", time="year")["seg"]
    assert done.columns["seg_mar"] == pytest.approx([value**-0.5 for value in done.columns["seg"]], rel=1e-12)


@pytest.mark.parametrize("command", ["vaindex", "gtfp", "segment"])
def test_help_says_that_it_is_untested_and_names_every_option(command: str, root: Path) -> None:
    help_ = (root / f"crates/python/stata/{command}.sthlp").read_text(encoding="utf-8")
    text = (root / f"crates/python/stata/{command}.ado").read_text(encoding="utf-8")
    (syntax,) = re.findall(r"syntax (.*?\])\n", text, flags=re.DOTALL)
    options = {name.lower() for name in re.findall(r"(\w+)\(", syntax)}
    assert "untested on Stata" in help_ and "Example" in help_
    assert all(f"{option}(" in help_ for option in options - {"varlist"}), options
