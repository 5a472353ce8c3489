"""Productivity and other indices: small examples with known answers."""

from __future__ import annotations

import math

from typing import Any

import pytest

import panelstudy as ps


def test_charnes_cooper_rhodes_by_hand() -> None:
    # One input, one output: efficiency is y/x over the best y/x.
    data = {"dmu": list("abcd"), "x": [2.0, 4.0, 3.0, 6.0], "y": [1.0, 4.0, 3.0, 3.0]}
    frame = ps.radial(data, ["x"], ["y"], unit="dmu", orientation="input", malmquist="none", reference="contemporaneous")
    assert frame["score"] == pytest.approx([0.5, 1.0, 1.0, 0.5], rel=1e-12)
    assert frame["dmu"] == list("abcd") and "dmu" in frame.columns


def test_models_agree_on_who_is_efficient() -> None:
    data = {"dmu": list("abcde"), "k": [4.0, 7, 8, 4, 2], "l": [3.0, 3, 1, 2, 4], "y": [1.0] * 5}
    options = {"unit": "dmu", "malmquist": "none", "rts": "crs"}
    # Cooper, Seiford and Tone (2007), example 2.2 without F: the radial scores.
    assert ps.radial(data, ["k", "l"], ["y"], orientation="input", **options)["score_global"] == pytest.approx(
        [0.8571, 0.6316, 1.0, 1.0, 1.0], abs=5e-5
    )
    for model in (ps.ebm, ps.sbm, ps.ddf):
        frame = model(data, ["k", "l"], ["y"], **options)
        best = 0.0 if model is ps.ddf else 1.0
        efficient = [abs(score - best) < 1e-9 for score in frame["score_global"]]
        assert efficient[2:] == [True, True, True], model


def test_index_is_the_product_of_its_parts_and_rows_come_in_any_order() -> None:
    rows = [(c, t, 1.0 + i + 0.1 * t, 2.0 + 0.3 * i * t, 0.5 + 0.05 * i) for i, c in enumerate("abcd") for t in range(4)]
    columns = dict(zip(("city", "year", "k", "y", "so2"), map(list, zip(*rows, strict=True)), strict=True))
    backwards = {name: values[::-1] for name, values in columns.items()}
    frame = ps.ebm(columns, ["k"], ["y"], ["so2"], unit="city", time="year")
    assert frame.to_dict() == ps.ebm(backwards, ["k"], ["y"], ["so2"], unit="city", time="year").to_dict()
    assert frame["year"][:4] == [0, 1, 2, 3] and frame["gml"][0] is None
    for gml, ec, tc in zip(frame["gml"], frame["ec"], frame["tc"], strict=True):
        assert gml is None or gml == pytest.approx(ec * tc, rel=1e-12)
    assert frame.summary["lp"]["uncertified"] == 0 and frame.summary["conventions"]


def test_details_are_columns() -> None:
    data = {"dmu": list("abc"), "k": [1.0, 2, 4], "y": [1.0, 2, 2]}
    frame = ps.radial(data, ["k"], ["y"], unit="dmu", orientation="input", malmquist="none", details=True)
    assert frame["target_k"][2] == pytest.approx(2.0, rel=1e-9) and frame.summary["peers"]
    with pytest.raises(ps.SpecError, match="bootstrap"):
        ps.radial(data, ["k"], ["y"], unit="dmu", malmquist="none", bootstrap={"replications": 10})


def test_agglomeration_by_hand() -> None:
    data = {"city": ["a", "b"], "it": [1.0, 3.0], "all": [10.0, 10.0], "lat": [0.0, 0.0], "lon": [0.0, 1.0]}
    frame = ps.va(data, "it", "all", unit="city")
    km = 6371.0088 * math.radians(1)
    assert frame["location_quotient"] == pytest.approx([0.5, 1.5], rel=1e-12)
    assert frame["va"] == pytest.approx([0.5 + 1.5 / km, 1.5 + 0.5 / km], rel=1e-9)
    with pytest.raises(ps.SpecError, match="no effect"):
        ps.va(data, "it", "all", unit="city", decay="exponential", exponent=2.0, scale_km=300.0)


def test_segmentation_and_what_it_needs() -> None:
    prices = {f"p{k}": [100.0 + (i * 7 + t * 3 + k * 5) % 11 for i in range(4) for t in range(3)] for k in range(4)}
    data = {"city": [c for c in "abcd" for _ in range(3)], "year": [2013, 2014, 2015] * 4, "lat": [30.0] * 12}
    data |= {"lon": [110.0 + i for i in range(4) for _ in range(3)], **prices}
    frame = ps.seg(data, list(prices), unit="city", time="year")
    assert len(frame) == 12 and all(value > 0 for value in frame["seg"])
    assert frame["mar"] == pytest.approx([value**-0.5 for value in frame["seg"]], rel=1e-12)
    near = ps.seg(data, list(prices), unit="city", time="year", pairs="within-km", km=150.0)
    assert near["seg"] != frame["seg"]
    with pytest.raises(ps.SpecError, match="two goods"):
        ps.seg(data, ["p1"], unit="city", time="year")


def test_moran_by_hand() -> None:
    # Three in a row, neighbours by distance: 1, 2, 6 has I = 3/4 · (−2)/14 (binary weights).
    data: dict[str, list[Any]] = {"city": ["a", "b", "c"], "x": [1.0, 2.0, 6.0], "lat": [0.0] * 3, "lon": [0.0, 1.0, 2.0]}
    frame = ps.moran(data, "x", unit="city", kind="band", to_km=120.0, standardise="none", permutations=0)
    assert frame["statistic"] == pytest.approx([3 / 4 * -2 / 14], rel=1e-12) and frame["expected"] == [-0.5]
    both = {name: values * 2 for name, values in data.items()} | {"year": [1] * 3 + [2] * 3}
    by_year = ps.moran(both, "x", unit="city", time="year", kind="band", to_km=120.0, standardise="none")
    assert by_year["year"] == [1, 2] and by_year["statistic"] == frame["statistic"] * 2
    assert by_year["p_permutation"] == ps.moran(both, "x", unit="city", time="year", kind="band", to_km=120.0, standardise="none")["p_permutation"]


def test_entropy_weights_by_hand() -> None:
    data = {"good": [0.0, 1.0, 2.0], "bad": [3.0, 2.0, 1.0], "flat": [1.0, 1.0, 1.0]}
    frame = ps.entropy_weights(data, ["good", "-bad", "flat"])
    assert frame["weight"] == pytest.approx([0.5, 0.5, 0.0], rel=1e-9) and frame["sign"] == ["+", "-", "+"]
    shares = [(value / 2 + 1e-4) / (1.5 + 3e-4) for value in data["good"]]
    assert frame["entropy"][0] == pytest.approx(-sum(p * math.log(p) for p in shares) / math.log(3), rel=1e-12)
    assert len(frame.summary["index"]) == 3 and any("constant" in warning for warning in frame.warnings)


def test_capital_by_hand() -> None:
    data = {"city": ["a"] * 3, "year": [2013, 2014, 2015], "i": [10.0, 11.0, 12.0], "p": [100.0, 110.0, 100.0]}
    stock = ps.pim(data, "i", unit="city", time="year", depreciation=0.1)
    assert stock["capital"] == pytest.approx([100.0, 101.0, 102.9], rel=1e-12)
    real = ps.pim(data, "i", unit="city", time="year", depreciation=0.1, prices="p")
    assert real["capital"] == pytest.approx([100.0, 100.0, 90 + 12 / 1.1], rel=1e-12)
    later = ps.pim(data, "i", unit="city", time="year", depreciation=0.1, base=2014)
    assert later["capital"][0] is None and later["capital"][1] == pytest.approx(110.0)
    with pytest.raises(ps.SpecError, match="no effect without prices"):
        ps.pim(data, "i", unit="city", time="year", price_kind="level")
