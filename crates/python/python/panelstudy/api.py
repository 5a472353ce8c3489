"""The functions, with their equations, shapes, units and sources."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from panelstudy import _core
from panelstudy._core import Fit, Frame
from panelstudy.frames import ArrowLike

Like: TypeAlias = Literal["fixest", "reghdfe", "xtreg", "ivreghdfe", "xtivreg2"]


def feols(
    fml: str,
    data: ArrowLike,
    vcov: str | Mapping[str, str] = "iid",
    *,
    like: Like = "fixest",
    panel_id: tuple[str, str] | None = None,
    weights: str | None = None,
    weights_kind: Literal["analytic", "frequency", "importance"] = "analytic",
    singletons: Literal["keep", "drop"] | None = None,
    estimator: str = "2sls",
    level: float = 0.95,
    sample: str | None = None,
    keep: Sequence[str] = (),
) -> Fit:
    """OLS or instrumental variables with any number of absorbed fixed effects.

    y = Xβ + Σ_f α_f + u, with β from the residuals of y and X on all effects (Frisch, Waugh and Lovell); each
    coefficient comes with a bound on the error that absorption and rounding can have caused.

    ``fml``: ``"y ~ x + x^2 + a:b | city + year"``, with instruments ``"y ~ w | city + year | x ~ z1 + z2"``; ``lag(x)``, ``lag(x, 2)``, ``lead(x)``,
    ``ln(x)``; ``city^year`` combines effects, ``city[x]`` is a slope for each city.
    ``data``: one row per observation; nulls and NaN are missing, and rows that miss a used value are left out and counted.
    ``vcov``: ``"iid"``, ``"HC1"`` to ``"HC3"``, ``{"CRV1": "city + year"}``, or the words of a study file:
    ``"cluster:city,year"``, ``"dk:2"`` (Driscoll and Kraay 1998), ``"nw:3"`` (Newey and West 1987), ``"conley:100"`` (Conley
    1999, in kilometers, with columns ``lat`` and ``lon``).
    ``like``: whose degrees-of-freedom rule is followed.
    ``panel_id``: columns of entity and time; lags, ``nw``, ``dk`` and ``like="xtreg"`` need them.
    ``singletons``: rows alone in a level of an effect; without a word as the program of ``like`` does (fixest and xtreg
    keep them, the others drop them).
    ``estimator``: ``2sls``, ``liml``, ``fuller:1``, ``kclass:k``, ``gmm2s``.
    ``sample``: a condition, ``"year > 2013 and region == 'East'"``.
    ``keep``: further columns that a later ``with_vcov`` or ``wildboottest`` clusters by.

    Sources: Correia (2017), reghdfe; Bergé (2018), fixest; Baum, Schaffer and Stillman (2007), ivreg2.
    """
    return _core.feols(
        fml,
        data,
        vcov,
        like=like,
        panel_id=panel_id,
        weights=weights,
        weights_kind=weights_kind,
        singletons=singletons,
        estimator=estimator,
        level=level,
        sample=sample,
        keep=list(keep),
    )


def ebm(
    data: ArrowLike,
    inputs: Sequence[str],
    goods: Sequence[str],
    bads: Sequence[str] = (),
    *,
    unit: str,
    time: str | None = None,
    **options: Any,
) -> Frame:
    """Epsilon-based measure of efficiency with bad outputs, and its productivity index.

    K = min (θ − ε_x Σ w⁻s⁻/x) / (φ + ε_y Σ w⁺s⁺/y + ε_b Σ wᵇsᵇ/b) over Xλ + s⁻ = θx, Yλ − s⁺ = φy, Bλ + sᵇ = φb, λ ≥ 0
    (Tone and Tsutsui 2010); the index is E^G(t+1)/E^G(t) on the frontier of all periods, the product of efficiency
    change ``ec`` and technical change ``tc`` (Pastor and Lovell 2005; Oh 2010).

    One row per unit and period, columns of positive numbers in any unit of measurement. ``options`` are the keys of a
    study's ``[[gtfp]]``: ``orientation``, ``rts``, ``bads_convention``, ``bounded``, ``calibration``, ``reference``,
    ``malmquist``, ``decomposition``, ``panel_value``, ``details``, …

    The frame has the keys (sorted), ``score_global`` (``score`` on another reference than all periods),
    ``score_contemporaneous``, the index ``gml`` (``index`` where it is another than the global one), its parts, the panel
    value ``gtfp`` and a ``status`` for each row; ``frame.summary`` holds ε, w, every convention and the counts of linear
    programs, each solved with a certificate.
    """
    return _core.productivity(data, list(inputs), list(goods), list(bads), unit, time, **{"model": "ebm"} | options)


def sbm(
    data: ArrowLike,
    inputs: Sequence[str],
    goods: Sequence[str],
    bads: Sequence[str] = (),
    *,
    unit: str,
    time: str | None = None,
    **options: Any,
) -> Frame:
    """Slacks-based measure (Tone 2001, with bad outputs Tone 2003): ρ = (1 − mean s⁻/x) / (1 + mean of s⁺/y and sᵇ/b).

    Data, options and result are those of :func:`ebm`.
    """
    return _core.productivity(data, list(inputs), list(goods), list(bads), unit, time, **options | {"model": "sbm"})


def radial(
    data: ArrowLike,
    inputs: Sequence[str],
    goods: Sequence[str],
    bads: Sequence[str] = (),
    *,
    unit: str,
    time: str | None = None,
    **options: Any,
) -> Frame:
    """Radial efficiency: min θ with Xλ ≤ θx, Yλ ≥ y (Charnes, Cooper and Rhodes 1978; Banker, Charnes and Cooper 1984 with ``rts="vrs"``).

    Data, options and result are those of :func:`ebm`.
    """
    return _core.productivity(data, list(inputs), list(goods), list(bads), unit, time, **options | {"model": "radial"})


def ddf(
    data: ArrowLike,
    inputs: Sequence[str],
    goods: Sequence[str],
    bads: Sequence[str] = (),
    *,
    unit: str,
    time: str | None = None,
    **options: Any,
) -> Frame:
    """Directional distance max β with Yλ ≥ y + βy, Bλ = b − βb, Xλ ≤ x (Chung, Färe and Grosskopf 1997).

    ``model="non-radial-ddf"`` is that of Zhou, Ang and Wang (2012). Data, options and result are those of :func:`ebm`;
    scores are distances, 0 on the frontier.
    """
    return _core.productivity(data, list(inputs), list(goods), list(bads), unit, time, **{"model": "ddf"} | options)


def va(
    data: ArrowLike,
    sector: str,
    total: str,
    lat: str = "lat",
    lon: str = "lon",
    *,
    unit: str,
    time: str | None = None,
    **options: Any,
) -> Frame:
    """Virtual agglomeration VA_i = LQ_i + Σ_{j≠i} LQ_j d_ij⁻¹, with LQ_i = (e_i/E_i) / (Σe/ΣE) the location quotient.

    ``sector`` and ``total`` are employment in any one unit, coordinates degrees, distances kilometers on the great
    circle. ``options`` are the keys of a study's ``[va]``: ``form``, ``decay``, ``exponent``, ``cutoff_km``, ``own``,
    ``normalisation``, ``metric``, …, and ``area``, a column in km². The frame has the keys (sorted), ``va``,
    ``location_quotient`` and ``spillover``.
    """
    return _core.va(data, sector, total, lat, lon, unit, time, **options)


def seg(data: ArrowLike, prices: Sequence[str], *, unit: str, time: str, **options: Any) -> Frame:
    """Market segmentation from relative prices, and integration 1/√seg.

    ΔQ_ij^k is the change of the log relative price of good k between i and j, q its absolute value less the mean of the
    good over all pairs, and ``seg`` of i and t sums the variance of q over goods over its partners (Parsley and Wei 2001).

    ``prices`` are one column per good: indices with the previous period = 100, or what ``kind`` says. ``options`` are
    the keys of a study's ``[market]``: ``pairs``, ``weights``, ``change``, ``divisor``, ``min_goods``, …, and the columns
    ``group``, ``neighbours``, ``lat``, ``lon`` that they need.
    """
    return _core.seg(data, list(prices), unit, time, **options)


def moran(
    data: ArrowLike,
    variable: str,
    *,
    unit: str,
    time: str | None = None,
    lat: str = "lat",
    lon: str = "lon",
    permutations: int = 999,
    seed: int = 20_132_020,
    **options: Any,
) -> Frame:
    """Moran's I = (n/S₀) Σ_ij w_ij z_i z_j / Σ z_i² of every period, z deviations from the mean (Moran 1950).

    ``options`` are the keys of a study's ``[[weights]]``: ``kind`` (``inverse-distance`` unless said), ``cutoff_km``, ``k``,
    ``file``, ``standardise``, ``islands``, … p-values are two-sided: for normal values, under random assignment (Cliff
    and Ord 1981) and by permutation.
    """
    return _core.moran(
        data, variable, unit, time, lat=lat, lon=lon, permutations=permutations, seed=seed, **options
    )


def entropy_weights(data: ArrowLike, indicators: Sequence[str], *, shift: float = 1e-4) -> Frame:
    """Weights w_j = (1 − e_j)/Σ(1 − e_k), with e_j = −(1/ln n) Σ p ln p the entropy of the shares of indicator j (Shannon 1948).

    ``"-so2"`` is an indicator of which less is better. Values are min-max standardised over all rows, plus ``shift``.
    ``frame.summary["index"]`` is the index Σ w x of each row, in the order of the data.
    """
    return _core.entropy_weights(data, list(indicators), shift=shift)


def pim(
    data: ArrowLike,
    investment: str,
    *,
    unit: str,
    time: str,
    prices: str | None = None,
    price_kind: Literal["previous-period", "level"] = "previous-period",
    depreciation: float = 0.096,
    initial: str = "rate",
    rate: float | None = None,
    base: str | int | None = None,
) -> Frame:
    """Capital stocks by perpetual inventory: K_t = (1 − δ) K_{t−1} + I_t/P_t (Goldsmith 1951).

    ``prices`` are indices with the previous period = 100, or levels; without them investment is at constant prices.
    ``initial``: ``rate`` (K = I/rate, 10 % unless ``rate`` says), ``growth`` (K = I/(g + δ), Hall and Jones 1999), or a column
    of stocks. Stocks are in the unit of investment at prices of the period ``base``, the first unless said.
    """
    return _core.pim(
        data,
        investment,
        unit,
        time,
        prices=prices,
        price_kind=price_kind,
        depreciation=depreciation,
        initial=initial,
        rate=rate,
        base=base,
    )


def audit(published: str | os.PathLike[str], relations: str | os.PathLike[str] | None = None) -> Frame:
    """Checks printed numbers against each other: stars with t ratios, turning points with coefficients, samples, mediation.

    ``published`` is a CSV of printed numbers; ``relations`` a TOML file that says which columns belong together, the one
    beside it (``name.audit.toml``) unless another is named. ``frame.summary`` has a sentence and the number of
    contradictions.
    """
    file = Path(published)
    beside = file.with_suffix(".audit.toml")
    chosen = Path(relations) if relations is not None else beside if beside.exists() else None
    text = chosen.read_text(encoding="utf-8") if chosen else None
    return _core.audit_text(file.read_text(encoding="utf-8-sig"), str(published), text)
