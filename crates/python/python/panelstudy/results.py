"""Records of tests: dictionaries whose entries are attributes as well."""

from __future__ import annotations

from typing import Any


class Record(dict[str, Any]):
    """A dictionary; ``record.p`` is ``record["p"]``."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no entry `{name}`; there are {', '.join(self)}") from None


class UTest(Record):
    """Test of a U shape (Lind and Mehlum 2010): ``shape``, ``low``, ``high``, ``stat``, ``p``, ``share_beyond``, ``turning_point``.

    ``turning_point`` has ``estimate``, ``se``, the ``delta`` interval and ``fieller``, whose ``kind`` is ``interval``,
    ``complement``, ``empty`` or ``whole-line``. Where there is no test, ``reason`` says why.
    """


class Test(Record):
    """A wild cluster bootstrap: ``param``, ``cluster``, ``estimate``, ``t``, ``p``, ``ci_low``, ``ci_high``, ``reps``."""

    __test__ = False


class IvDiagnostics(Record):
    """First stages (``first_stage``), ``under_id``, ``weak_id`` (Cragg-Donald), ``weak_id_robust`` (Kleibergen-Paap), ``over_id``.

    Further ``endogeneity``, ``effective_f``, ``anderson_rubin`` with its confidence set ``anderson_rubin_set`` (a list of
    intervals; None is infinity), ``stock_wright`` and ``stock_yogo_10``. A test is ``{name, null, stat, df, p}`` or
    ``{name, reason}``.
    """
