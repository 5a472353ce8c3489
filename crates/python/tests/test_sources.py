"""One table from every kind of producer: the same bits, or the same message."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import panelstudy as ps

Data = dict[str, list[Any]]
FORMULA = "inv ~ value + capital | firm + year"


def numbers(data: Any, **options: Any) -> list[float]:
    fit = ps.feols(FORMULA, data, "cluster:firm", panel_id=("firm", "year"), **options)
    return [*fit.coef().values(), *fit.se().values(), fit.r2, fit.rmse]


@pytest.fixture(scope="module")
def expected(grunfeld: Data) -> list[float]:
    return numbers(grunfeld)


def whole(data: Data) -> dict[str, Any]:
    return data | {"year": [int(year) for year in data["year"]]}


def test_numpy(grunfeld: Data, expected: list[float]) -> None:
    numpy = pytest.importorskip("numpy")
    arrays = {name: numpy.array(values) for name, values in grunfeld.items()}
    assert numbers(arrays) == expected
    arrays["year"] = arrays["year"].astype("int32")
    assert numbers(arrays) == expected
    both = numpy.column_stack([arrays["inv"], arrays["value"]])
    assert numbers(arrays | {"inv": both[:, 0], "value": both[:, 1]}) == expected, "strided columns"


def test_pandas(grunfeld: Data, expected: list[float]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(grunfeld)
    assert numbers(frame) == expected
    assert numbers(frame.astype({"firm": "string"})) == expected
    assert numbers(frame.astype({"firm": "category"})) == expected
    assert numbers(frame.astype({"firm": object})) == expected
    assert numbers(frame.astype({"year": "int64"})) == expected
    assert numbers(frame.sample(frac=1, random_state=1)) == expected, "rows in any order"
    assert numbers({name: frame[name] for name in frame}) == expected, "a dictionary of series"


def test_pandas_without_pyarrow(grunfeld: Data, expected: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")

    def missing(self: Any, requested_schema: object | None = None) -> object:
        raise ImportError("pyarrow")

    monkeypatch.setattr(pandas.DataFrame, "__arrow_c_stream__", missing)
    assert numbers(pandas.DataFrame(grunfeld).astype({"firm": object})) == expected


def test_polars(grunfeld: Data, expected: list[float]) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(grunfeld)
    assert numbers(frame) == expected
    pieces = polars.concat([frame[i : i + 7] for i in range(0, 200, 7)], rechunk=False)
    assert pieces.n_chunks() > 1 and numbers(pieces) == expected
    assert numbers(frame.with_columns(polars.col("firm").cast(polars.Categorical))) == expected
    assert numbers({name: frame[name] for name in frame.columns}) == expected


def test_pyarrow(grunfeld: Data, expected: list[float]) -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table(whole(grunfeld))
    assert numbers(table) == expected
    assert numbers(table.to_batches()[0]) == expected, "a record batch"
    assert numbers({name: table[name].combine_chunks() for name in table.column_names}) == expected
    for kind in (pa.int32(), pa.int16(), pa.uint64(), pa.float32()):
        year = table["year"].cast(kind)
        assert numbers(table.set_column(table.schema.get_field_index("year"), "year", year)) == expected, kind
    words = table["firm"].cast(pa.string())
    for column in (words.dictionary_encode(), words.cast(pa.large_string()), words.cast(pa.string_view())):
        assert numbers(table.set_column(table.schema.get_field_index("firm"), "firm", column)) == expected
    cents = pa.array([Decimal(str(value)).quantize(Decimal("0.01")) for value in grunfeld["value"]])
    if [float(cent) for cent in cents.to_pylist()] == grunfeld["value"]:
        assert numbers(table.set_column(table.schema.get_field_index("value"), "value", cents)) == expected


def test_duckdb(grunfeld: Data, expected: list[float]) -> None:
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    relation = duckdb.from_arrow(polars.DataFrame(grunfeld).to_arrow())
    assert numbers(relation) == expected
    assert numbers(relation.order("value")) == expected


def test_a_result_is_a_source(grunfeld: Data, expected: list[float]) -> None:
    assert numbers(ps.Frame(grunfeld)) == expected


def test_missing_values_are_one_thing(grunfeld: Data) -> None:
    pa, numpy = pytest.importorskip("pyarrow"), pytest.importorskip("numpy")
    holes = grunfeld | {"value": [None if i % 9 == 0 else v for i, v in enumerate(grunfeld["value"])]}
    nan = [float("nan") if v is None else v for v in holes["value"]]
    fits = [numbers(holes), numbers(pa.table(holes)), numbers(holes | {"value": numpy.array(nan)})]
    assert fits[0] == fits[1] == fits[2]
    assert ps.feols(FORMULA, holes).n_missing == 23


def test_dates_are_periods() -> None:
    numpy, pa = pytest.importorskip("numpy"), pytest.importorskip("pyarrow")
    months = numpy.array([f"2020-{m:02d}-01" for m in range(1, 9)], dtype="datetime64[D]")
    data = {"id": ["a"] * 8, "month": months, "y": [1.0, 3, 2, 5, 4, 7, 6, 9], "x": [1.0, 2, 4, 3, 6, 5, 8, 8]}
    fits = [ps.feols("y ~ lag(x)", d, panel_id=("id", "month")) for d in (data, pa.table(data))]
    assert fits[0].coef() == fits[1].coef() and fits[0].nobs == 7


def test_no_rows_and_no_table() -> None:
    pa = pytest.importorskip("pyarrow")
    empty: dict[str, list[float]] = {"y": [], "x": []}
    messages = set()
    for data in (empty, pa.table({"y": pa.array([], pa.float64()), "x": pa.array([], pa.float64())})):
        with pytest.raises(ps.DataError) as error:
            ps.feols("y ~ x", data)
        messages.add(str(error.value))
    assert len(messages) == 1
    with pytest.raises(ps.DataError, match="expected a table"):
        ps.feols("y ~ x", 3)  # type: ignore[arg-type]


def test_columns_are_lent_and_given_by_arrow(grunfeld: Data) -> None:
    pa = pytest.importorskip("pyarrow")
    frame = ps.feols(FORMULA, grunfeld).resid()
    once, again = pa.table(frame), pa.table(frame)
    where = [table["resid"].chunk(0).buffers()[1].address for table in (once, again)]
    assert where[0] == where[1], "the same memory, not a copy"
    assert once["resid"].to_pylist() == frame["resid"] == frame.to_dict()["resid"]


def test_frames_as_pandas_and_polars(grunfeld: Data) -> None:
    tidy = ps.feols(FORMULA, grunfeld).tidy()
    for frame in (tidy.to_pandas(), tidy.to_polars()):
        assert list(frame["term"]) == ["value", "capital"] and list(frame["estimate"]) == tidy["estimate"]
    assert "std_error" in repr(tidy) and tidy.columns[0] == "term"
    with pytest.raises(KeyError, match="no column"):
        tidy["nothing"]
