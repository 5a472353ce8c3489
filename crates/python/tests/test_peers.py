"""The numbers of other people's estimators, to nine digits, where they are installed.

Each peer that is not there is one expected failure, so that a run says how many comparisons it could not make.
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import panelstudy as ps

Data = dict[str, list[Any]]


def peer(name: str) -> Any:
    """A package, or one counted failure that is expected."""
    try:
        return importlib.import_module(name)
    except ImportError:
        pytest.xfail(f"{name} is not installed (cargo xtask python test --peers)")


@pytest.fixture(scope="module")
def data(grunfeld: Data) -> Any:
    """The table as pandas has it, with weights, an instrument and two ways to cluster."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(grunfeld)
    frame["year"] = frame["year"].astype(int)
    frame["w"] = [1.0 + (7 * i) % 5 for i in range(len(frame))]
    frame["before"] = frame.sort_values("year").groupby("firm")["value"].shift(1)
    frame["long_before"] = frame.sort_values("year").groupby("firm")["value"].shift(2)
    return frame


def near(one: Any, other: Any) -> bool:
    return bool(dict(one) == pytest.approx(dict(other), rel=1e-9))


@pytest.mark.parametrize("vcov", ["iid", "HC1", {"CRV1": "firm"}, {"CRV1": "firm + year"}], ids=str)
@pytest.mark.parametrize("fml", ["inv ~ value + capital", "inv ~ value + capital | firm", "inv ~ value + capital | firm + year"])
def test_pyfixest(fml: str, vcov: Any, data: Any) -> None:
    pf = peer("pyfixest")
    theirs = pf.feols(fml, data, vcov=vcov)
    ours = ps.feols(fml, data, vcov)
    rename = {"Intercept": "(Intercept)"}
    assert near(ours.coef(), {rename.get(k, k): v for k, v in theirs.coef().items()})
    assert near(ours.se(), {rename.get(k, k): v for k, v in theirs.se().items()})
    assert near(ours.pvalue(), {rename.get(k, k): v for k, v in theirs.pvalue().items()})


def test_pyfixest_weights(data: Any) -> None:
    pf = peer("pyfixest")
    theirs = pf.feols("inv ~ value + capital | firm", data, vcov={"CRV1": "firm"}, weights="w")
    ours = ps.feols("inv ~ value + capital | firm", data, {"CRV1": "firm"}, weights="w")
    assert near(ours.coef(), theirs.coef()) and near(ours.se(), theirs.se())


def test_pyfixest_instruments(data: Any) -> None:
    pf = peer("pyfixest")
    formula = "inv ~ capital | firm | value ~ before"
    theirs = pf.feols(formula, data.dropna(), vcov="HC1")
    ours = ps.feols(formula, data.dropna(), "HC1")
    assert near(ours.coef(), theirs.coef()) and near(ours.se(), theirs.se())


def test_linearmodels_panel(data: Any) -> None:
    lm = peer("linearmodels")
    panel = data.set_index(["firm", "year"])
    model = lm.PanelOLS.from_formula("inv ~ value + capital + EntityEffects + TimeEffects", panel)
    theirs = model.fit()
    ours = ps.feols("inv ~ value + capital | firm + year", data)
    assert near(ours.coef(), theirs.params) and near(ours.se(), theirs.std_errors)
    # Clustered, the two differ by counts of parameters alone: K without the firms, which are nested, against K with them.
    clustered = model.fit(cov_type="clustered", cluster_entity=True)
    robust = ours.with_vcov("cluster:firm")
    factors = {robust.se()[name] / clustered.std_errors[name] for name in ("value", "capital")}
    assert max(factors) / min(factors) == pytest.approx(1.0, rel=1e-9)


def test_linearmodels_instruments(data: Any) -> None:
    lm = peer("linearmodels")
    rows = data.dropna()
    theirs = lm.IV2SLS.from_formula("inv ~ 1 + capital + [value ~ before + long_before]", rows).fit(cov_type="unadjusted", debiased=True)
    ours = ps.feols("inv ~ capital | value ~ before + long_before", rows)
    names = {"Intercept": "(Intercept)"}
    assert near(ours.coef(), {names.get(k, k): v for k, v in theirs.params.items()})
    assert near(ours.se(), {names.get(k, k): v for k, v in theirs.std_errors.items()})
    assert ours.iv().over_id["stat"] == pytest.approx(theirs.sargan.stat, rel=1e-9)


@pytest.mark.parametrize("kind", ["iid", "HC1", "HC2", "HC3"])
def test_statsmodels(kind: str, data: Any) -> None:
    sm = peer("statsmodels.api")
    x = sm.add_constant(data[["value", "capital"]]).rename(columns={"const": "(Intercept)"})
    theirs = sm.OLS(data["inv"], x).fit(cov_type="nonrobust" if kind == "iid" else kind, use_t=True)
    ours = ps.feols("inv ~ value + capital", data, kind)
    assert near(ours.coef(), theirs.params) and near(ours.se(), theirs.bse) and near(ours.pvalue(), theirs.pvalues)
    assert ours.r2 == pytest.approx(theirs.rsquared, rel=1e-9) and ours.r2_adjusted == pytest.approx(theirs.rsquared_adj, rel=1e-9)
