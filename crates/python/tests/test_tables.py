"""Tables of regressions: what they show, and in which formats."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

import panelstudy as ps

Data = dict[str, list[Any]]


@pytest.fixture(scope="module")
def fits(grunfeld: Data) -> list[ps.Fit]:
    return [
        ps.feols("inv ~ value + capital | firm", grunfeld, "cluster:firm"),
        ps.feols("inv ~ value + capital | firm + year", grunfeld, "cluster:firm", like="reghdfe"),
    ]


def cells(text: str, label: str) -> list[str]:
    """The cells of the row of a Markdown table that begins with a label."""
    (row,) = [line for line in text.splitlines() if line.startswith(f"| {label} ")]
    return [cell.strip() for cell in row.strip("|").split("|")][1:]


def test_a_table_shows_the_numbers_of_its_fits(fits: list[ps.Fit]) -> None:
    text = ps.table(fits, title="Investment").to_markdown()
    for name in ("value", "capital"):
        shown = [float(cell.rstrip("*\\").replace("\\", "")) for cell in cells(text, name)]
        assert shown == [round(fit.coef()[name], 3) for fit in fits]
    assert cells(text, "Observations") == ["200", "200"]
    assert "Investment" in text and "firm" in text and "clustered" in text
    assert f"({fits[0].se()['value']:.3f})" in text


def test_stars_and_what_stands_below(fits: list[ps.Fit]) -> None:
    plain = ps.table(fits[0], stars=[], below="t", coefs=["capital"], stats=["n"]).to_markdown()
    assert f"({fits[0].tstat()['capital']:.3f})" in plain and "value" not in plain and "*" not in plain.replace("**", "")
    p = fits[0].pvalue()["value"]
    starred = ps.table(fits[0], stars=[p * 1.01]).to_csv()
    unstarred = ps.table(fits[0], stars=[p * 0.99]).to_csv()
    assert "*" in starred.split("capital")[0].split("value")[1] and "*" not in unstarred.split("capital")[0].split("value")[1]


def test_labels_headings_and_languages(fits: list[ps.Fit]) -> None:
    labels = {"value": {"zh": "市值", "en": "Market value"}, "firm": {"zh": "企业", "en": "Firm"}}
    table = ps.table({"One way": fits[0], "Two ways": fits[1]}, labels=labels)
    assert all(word in repr(table) for word in ("One way", "Two ways", "Market value", "Firm fixed effects"))
    assert "市值" in ps.table(fits, labels=labels, lang="zh").to_html()


def test_every_format(fits: list[ps.Fit], tmp_path: Path) -> None:
    table = ps.table(fits)
    assert "\\toprule" in table.to_latex() and "<table" in table.to_html() and "#align(center, table(" in table.to_typst()
    assert table._repr_html_() == table.to_html()
    document = table.to_docx(tmp_path / "t.docx")
    assert (tmp_path / "t.docx").read_bytes() == document == ps.table(fits).to_docx()
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        assert f"{fits[0].coef()['value']:.3f}" in parts.read("word/document.xml").decode()
    with zipfile.ZipFile(io.BytesIO(table.to_xlsx())) as parts:
        assert "xl/workbook.xml" in parts.namelist()
    with pytest.raises(OSError):
        table.to_docx(tmp_path / "nowhere" / "t.docx")


def test_what_a_table_refuses(fits: list[ps.Fit]) -> None:
    with pytest.raises(ps.SpecError, match="did you mean `value`"):
        ps.table(fits, coefs=["valeu"])
    with pytest.raises(ps.SpecError, match="decrease"):
        ps.table(fits, stars=[0.01, 0.05])
    with pytest.raises(ps.SpecError, match="below"):
        ps.table(fits, below="sd")  # type: ignore[arg-type]
    with pytest.raises(ps.SpecError):
        ps.table([])
