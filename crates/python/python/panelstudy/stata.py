"""What the Stata commands ``vaindex``, ``gtfp`` and ``segment`` call (Stata 16 or newer, module ``sfi``).

Variables go in as columns, results come back as new variables, row by row through the keys. An error of the data or the
request ends the command with return code 459 or 198 and its sentence. Untested on Stata: the tests have a stub of ``sfi``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from panelstudy import _core, api
from panelstudy.errors import DataError, PanelError, SpecError

#: Stata's return codes: something that should be true of the data is not, and an invalid option.
_OF_DATA, _OF_REQUEST = 459, 198


def vaindex(
    sector: str, total: str, lat: str, lon: str, unit: str, time: str, *, touse: str, generate: str, options: str, area: str = ""
) -> None:
    """Virtual agglomeration: :func:`panelstudy.va`; makes ``generate``, ``generate_lq`` and ``generate_sp``."""
    names = {"va": generate, "location_quotient": f"{generate}_lq", "spillover": f"{generate}_sp"}

    def work() -> None:
        more = _options(options) | ({"area": area} if area else {})
        table = _table([sector, total, lat, lon, *([area] if area else [])], unit, time, touse)
        _store(api.va(table, sector, total, lat, lon, unit=unit, time=time or None, **more), names, unit, time, touse)

    _answered(work)


def gtfp(
    model: str,
    inputs: Sequence[str],
    goods: Sequence[str],
    bads: Sequence[str],
    unit: str,
    time: str,
    *,
    touse: str,
    generate: str,
    options: str,
) -> None:
    """Productivity with bad outputs: :func:`panelstudy.ebm` and its kin; makes ``generate_score``, ``generate_index`` and so on."""
    models: Mapping[str, Callable[..., _core.Frame]] = {"ebm": api.ebm, "sbm": api.sbm, "radial": api.radial, "ddf": api.ddf}

    def work() -> None:
        if model not in models:
            raise SpecError(f"model({model}): expected one of {', '.join(models)}", code="unknown-option")
        table = _table([*inputs, *goods, *bads], unit, time, touse)
        more = _options(options) | ({} if time else {"malmquist": "none"})
        frame = models[model](table, inputs, goods, bads, unit=unit, time=time or None, **more)
        keys = (unit, time or "(none)")
        names = {name: f"{generate}_{name}"[:32] for name in frame.columns if name not in keys}
        _store(frame, names, unit, time, touse)
        _local("programs", frame.summary["lp"]["programs"])
        _local("uncertified", frame.summary["lp"]["uncertified"])

    _answered(work)


def segment(prices: Sequence[str], unit: str, time: str, *, touse: str, generate: str, options: str) -> None:
    """Market segmentation: :func:`panelstudy.seg`; makes ``generate`` and ``generate_mar``."""

    def work() -> None:
        more = _options(options)
        columns = [more[key] for key in ("group", "neighbours", "lat", "lon") if key in more]
        table = _table([*prices, *columns], unit, time, touse)
        names = {"seg": generate, "mar": f"{generate}_mar"}
        _store(api.seg(table, prices, unit=unit, time=time, **more), names, unit, time, touse)

    _answered(work)


def _sfi() -> Any:
    import sfi  # type: ignore[import-not-found,unused-ignore]

    return sfi


def _answered(work: Callable[[], None]) -> None:
    """Does the work; an error becomes a sentence and a return code."""
    try:
        work()
    except PanelError as error:
        _sfi().SFIToolkit.errprintln(str(error))
        _sfi().SFIToolkit.exit(_OF_DATA if isinstance(error, DataError) else _OF_REQUEST)


def _options(text: str) -> dict[str, Any]:
    """Keys of a study file as a text: ``decay = 'exponential', scale_km = 300.0``."""
    try:
        options: dict[str, Any] = tomllib.loads(f"options = {{ {text} }}")["options"]
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"options({text}): expected key = value, key = value, texts in quotes ({error})") from None
    return options


def _table(names: Sequence[str], unit: str, time: str, touse: str) -> dict[str, list[Any]]:
    """Variables of the observations that are used; missing numbers are NaN."""
    data = _sfi().Data
    wanted = dict.fromkeys([*names, unit, *([time] if time else [])])
    return {name: _flat(data.get(name, selectvar=touse, missingval=float("nan"))) for name in wanted}


def _flat(values: Sequence[Any]) -> list[Any]:
    return [value[0] if isinstance(value, list) else value for value in values]


def _store(frame: _core.Frame, names: Mapping[str, str], unit: str, time: str, touse: str) -> None:
    """New variables from the columns of a result whose rows are sorted by their keys."""
    sfi = _sfi()
    keys = [unit, *([time] if time else [])]
    place = {row: at for at, row in enumerate(zip(*(map(_label, frame[key]) for key in keys), strict=True))}
    columns = (map(_label, _flat(sfi.Data.get(key, selectvar=touse))) for key in keys)
    rows = [place[row] for row in zip(*columns, strict=True)]
    missing = sfi.Missing.getValue()
    for column, name in names.items():
        values = frame[column]
        if any(isinstance(value, str) for value in values):
            sfi.Data.addVarStr(name, max(len(str(value or "")) for value in values))
            sfi.Data.store(name, None, [values[at] or "" for at in rows], selectvar=touse)
        else:
            sfi.Data.addVarDouble(name)
            sfi.Data.store(name, None, [missing if values[at] is None else values[at] for at in rows], selectvar=touse)
    for warning in frame.warnings:
        sfi.SFIToolkit.displayln(f"note: {warning}")
    _local("made", " ".join(names.values()))
    _local("N", len(rows))


def _label(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _local(name: str, value: object) -> None:
    _sfi().Macro.setLocal(name, str(value))
