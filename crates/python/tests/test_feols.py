"""Regressions: numbers of others, what follows an estimate."""

from __future__ import annotations

import math
from typing import Any

import pytest

import panelstudy as ps

Data = dict[str, list[Any]]


def test_grunfeld_as_in_textbooks(grunfeld: Data) -> None:
    # Baltagi, Econometric Analysis of Panel Data, table 2.1: within estimates .110 (.012) and .310 (.017).
    fit = ps.feols("inv ~ value + capital | firm", grunfeld)
    assert round(fit.coef()["value"], 3) == 0.110 and round(fit.coef()["capital"], 3) == 0.310
    assert round(fit.se()["value"], 3) == 0.012 and round(fit.se()["capital"], 3) == 0.017
    assert fit.nobs == 200 and fit.df_t == 188


def test_everything_of_a_fit(grunfeld: Data) -> None:
    keys = ("firm", "year")
    fit = ps.feols("inv ~ value + capital | firm + year", grunfeld, {"CRV1": "firm"}, panel_id=keys)
    assert list(fit.coef()) == ["value", "capital"] == fit.tidy()["term"]
    assert fit.tidy()["std_error"] == list(fit.se().values())
    assert [math.sqrt(fit.vcov_matrix()[i][i]) for i in range(2)] == list(fit.se().values())
    assert fit.n_entities == 10 and fit.df_t == 9
    low, high = fit.confint()["value"]
    assert low < fit.coef()["value"] < high
    wide = fit.confint(0.99)["value"]
    assert wide[0] < low and high < wide[1]
    resid, fitted = fit.resid(), fit.predict()
    assert resid.columns == ["firm", "year", "resid"] and len(resid) == 200
    by_key = {(f, y): i for f, y, i in zip(grunfeld["firm"], grunfeld["year"], grunfeld["inv"], strict=True)}
    for firm, year, u, yhat in zip(resid["firm"], resid["year"], resid["resid"], fitted["fitted"], strict=True):
        assert by_key[firm, year] == pytest.approx(u + yhat, rel=1e-12)
    effects = fit.fixef()
    assert set(effects) == {"firm", "year"} and len(effects["firm"]) == 10
    record = fit.to_dict()
    assert record["vcov"] == "cluster:firm" and record["coef"][0]["estimate"] == fit.coef()["value"]
    assert "value" in str(fit) and "nobs=200" in repr(fit)


def test_another_covariance_without_refitting(grunfeld: Data) -> None:
    fit = ps.feols("inv ~ value + capital | firm + year", grunfeld, panel_id=("firm", "year"))
    for vcov in ("HC1", "cluster:firm", "cluster:firm,year", "dk:2", "nw:1"):
        other = ps.feols("inv ~ value + capital | firm + year", grunfeld, vcov, panel_id=("firm", "year"))
        assert fit.with_vcov(vcov).se() == other.se(), vcov


def test_clusters_by_a_column_that_is_kept(grunfeld: Data) -> None:
    fit = ps.feols("inv ~ value | year", grunfeld, keep=["firm"])
    assert fit.with_vcov("cluster:firm").se() == ps.feols("inv ~ value | year", grunfeld, "cluster:firm").se()
    with pytest.raises(ps.UnknownName):
        ps.feols("inv ~ value | year", grunfeld).with_vcov("cluster:firm")


def test_u_shape(grunfeld: Data) -> None:
    fit = ps.feols("inv ~ value + value^2 + capital | firm", grunfeld, "cluster:firm")
    test = fit.utest("value")
    b = fit.coef()
    assert test.shape in ("u", "inverse-u")
    assert test.turning_point["estimate"] == pytest.approx(-b["value"] / (2 * b["value^2"]), rel=1e-9)
    assert test.turning_point["fieller"]["kind"] in ("interval", "complement", "empty", "whole-line")


def test_wild_bootstrap_does_not_depend_on_threads(grunfeld: Data) -> None:
    fit = ps.feols("inv ~ value + capital | firm", grunfeld, "cluster:firm")
    test = fit.wildboottest("value", reps=999, seed=7)
    assert test == fit.wildboottest("value", reps=999, seed=7)
    assert 0 <= test.p <= 1 and test.cluster == "firm"
    with pytest.raises(ps.SpecError, match="name the clusters"):
        ps.feols("inv ~ value | firm", grunfeld).wildboottest("value")


def test_instruments(grunfeld: Data) -> None:
    keys = ("firm", "year")
    fit = ps.feols("inv ~ capital | firm | value ~ lag(value) + lag(value, 2)", grunfeld, panel_id=keys)
    iv = fit.iv()
    assert iv.first_stage[0]["endog"] == "value" and iv.under_id["p"] < 0.01
    assert iv.weak_id["name"].startswith("Cragg-Donald") and iv.over_id["df"] == 1
    # The set of as many instruments as regressors is never empty: it holds the estimate.
    exact = ps.feols("inv ~ capital | firm | value ~ lag(value)", grunfeld, "HC1", panel_id=keys)
    ends = exact.iv().anderson_rubin_set
    assert any((low is None or low < exact.coef()["value"]) and (high is None or exact.coef()["value"] < high) for low, high in ends)
    with pytest.raises(ps.SpecError, match="no instruments"):
        ps.feols("inv ~ value | firm", grunfeld).iv()


def test_lags_and_samples(grunfeld: Data) -> None:
    fit = ps.feols("inv ~ lag(value) | firm", grunfeld, panel_id=("firm", "year"))
    assert fit.nobs == 190 and fit.n_missing == 10
    part = ps.feols("inv ~ value | firm", grunfeld, sample="year >= 1945", panel_id=("firm", "year"))
    assert part.nobs == 100 and part.to_dict()["sample"] == "year >= 1945"
    assert ps.feols("inv ~ value | firm", grunfeld, sample="year >= 1945").coef()["value"] == pytest.approx(
        part.coef()["value"], rel=1e-12
    )


def test_weights(grunfeld: Data) -> None:
    twice = {name: [v for v in values for _ in range(2)] for name, values in grunfeld.items()}
    counted = ps.feols("inv ~ value | firm", grunfeld | {"n": [2.0] * 200}, weights="n", weights_kind="frequency")
    doubled = ps.feols("inv ~ value | firm", twice)
    assert counted.nobs == doubled.nobs == 400
    assert counted.se()["value"] == pytest.approx(doubled.se()["value"], rel=1e-12)


def test_singletons_are_kept_as_fixest_does_and_dropped_as_reghdfe_does() -> None:
    data = {"y": [1.0, 2.0, 4.0, 3.0, 9.0], "x": [1.0, 2.0, 3.0, 5.0, 4.0], "g": ["a", "a", "b", "b", "c"]}
    assert ps.feols("y ~ x | g", data).nobs == 5
    assert ps.feols("y ~ x | g", data, like="reghdfe").n_singletons == 1
    assert ps.feols("y ~ x | g", data, singletons="drop").nobs == 4
