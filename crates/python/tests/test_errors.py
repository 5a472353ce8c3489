"""What goes wrong: the class, the code, and the place in the data."""

from __future__ import annotations

from typing import Any

import pytest

import panelstudy as ps
from panelstudy import _core

Data = dict[str, list[Any]]


def test_an_unknown_column_is_a_key_error_with_the_nearest(grunfeld: Data) -> None:
    with pytest.raises(KeyError) as error:
        ps.feols("inv ~ valeu | firm", grunfeld)
    assert isinstance(error.value, ps.PanelError)
    assert error.value.code == "unknown-column" and error.value.column == "valeu"
    assert "did you mean `value`" in str(error.value)


def test_a_formula_says_where(grunfeld: Data) -> None:
    with pytest.raises(ps.FormulaError) as error:
        ps.feols("inv ~ value + | firm", grunfeld)
    assert error.value.code == "formula" and isinstance(error.value.column, int)


def test_a_sample_says_where(grunfeld: Data) -> None:
    with pytest.raises(ps.FormulaError, match="column"):
        ps.feols("inv ~ value | firm", grunfeld, sample="year >")


def test_a_repeated_key_is_named(grunfeld: Data) -> None:
    twice = {name: values + values[:1] for name, values in grunfeld.items()}
    with pytest.raises(ps.DataError) as error:
        ps.feols("inv ~ value | firm", twice, panel_id=("firm", "year"))
    assert error.value.code == "duplicate-key" and error.value.time == "1935" and error.value.entity


def test_an_infinite_value_is_named(grunfeld: Data) -> None:
    data = grunfeld | {"value": [float("inf"), *grunfeld["value"][1:]]}
    with pytest.raises(ps.DataError) as error:
        ps.feols("inv ~ value | firm", data, panel_id=("firm", "year"))
    assert (error.value.code, error.value.column, error.value.time) == ("bad-value", "value", "1935")
    with pytest.raises(ps.DataError) as error:
        ps.feols("inv ~ value | firm", data)
    assert (error.value.line, error.value.entity) == ("1", None)


def test_text_where_numbers_are_wanted(grunfeld: Data) -> None:
    data = grunfeld | {"value": ["n/a", *map(str, grunfeld["value"][1:])]}
    with pytest.raises(ps.DataError) as error:
        ps.feols("inv ~ value | firm", data, panel_id=("firm", "year"))
    assert error.value.code == "not-numeric" and error.value.value == "n/a" and error.value.column == "value"


def test_a_negative_quantity_is_named() -> None:
    data = {"city": ["a", "b", "c"], "year": [1, 1, 1], "k": [1.0, -2.0, 3.0], "y": [1.0, 2.0, 3.0]}
    with pytest.raises(ps.DataError) as error:
        ps.ebm(data, ["k"], ["y"], unit="city", time="year", malmquist="none")
    assert (error.value.entity, error.value.time, error.value.column) == ("b", "1", "k")


def test_keys_are_asked_for_where_they_are_needed(grunfeld: Data) -> None:
    for wanted in ({"vcov": "dk:2"}, {"vcov": "nw:2"}, {"like": "xtreg"}):
        options: dict[str, Any] = wanted
        with pytest.raises(ps.SpecError, match="no keys"):
            ps.feols("inv ~ value | firm", grunfeld, **options)
    with pytest.raises(ps.SpecError, match="needs the keys"):
        ps.feols("inv ~ lag(value) | firm", grunfeld)


def test_words_are_checked(grunfeld: Data) -> None:
    with pytest.raises(ps.SpecError, match="did you mean `reghdfe`"):
        ps.feols("inv ~ value | firm", grunfeld, like="regdhfe")  # type: ignore[arg-type]
    with pytest.raises(ps.SpecError, match="unknown covariance"):
        ps.feols("inv ~ value | firm", grunfeld, {"CRV3": "firm"})
    with pytest.raises(ps.SpecError, match="no effect without weights"):
        ps.feols("inv ~ value | firm", grunfeld, weights_kind="frequency")
    data = {"city": ["a", "b", "c"], "k": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]}
    with pytest.raises(ps.SpecError, match="expected one of"):
        ps.ebm(data, ["k"], ["y"], unit="city", malmquist="none", rts="crss")
    with pytest.raises(ps.SpecError, match="unknown field"):
        ps.ebm(data, ["k"], ["y"], unit="city", malmquist="none", rtss="crs")


def test_a_panic_is_an_exception() -> None:
    with pytest.raises(ps.InternalError, match="please report") as error:
        _core._panic()
    assert isinstance(error.value, Exception) and error.value.code == "internal"
    assert ps.feols("y ~ x", {"y": [1.0, 2, 4], "x": [1.0, 2, 3]}).nobs == 3, "the next call works"
