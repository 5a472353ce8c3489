"""Shared data: the tables of the workspace's own tests, read without any library."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


def read(name: str) -> dict[str, list[Any]]:
    """A CSV of the workspace as columns; numbers where a column holds nothing else."""
    with (ROOT / name).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    columns: dict[str, list[Any]] = {}
    for at, column in enumerate(header):
        cells = [row[at] for row in rows]
        try:
            columns[column] = [float(cell) if cell else None for cell in cells]
        except ValueError:
            columns[column] = [cell or None for cell in cells]
    return columns


@pytest.fixture(scope="session")
def grunfeld() -> dict[str, list[Any]]:
    """Investment of ten firms, 1935-1954 (Grunfeld 1958); firms by letters."""
    data = read("crates/panel-fe/tests/golden/grunfeld.csv")
    return data | {"firm": ["ABCDEFGHIJ"[int(firm) - 1] for firm in data["firm"]]}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
