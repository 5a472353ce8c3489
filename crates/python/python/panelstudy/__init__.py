"""Panel studies: fixed effects and instruments, efficiency with bad outputs, agglomeration, market segmentation.

Tables come from anything that speaks Arrow (polars, pyarrow, duckdb, pandas) or from a dictionary of columns, and results
are tables of the same kind. A study file runs from raw data to tables with :func:`run`, the command ``panelstudy``, or
``python -m panelstudy``; every way gives the same bits.
"""

from __future__ import annotations

from panelstudy._core import Fit, Frame, Table, __version__
from panelstudy.api import audit, ddf, ebm, entropy_weights, feols, moran, pim, radial, sbm, seg, va
from panelstudy.errors import DataError, FormulaError, InternalError, NotConverged, PanelError, SpecError, UnknownName
from panelstudy.frames import ArrowLike
from panelstudy.results import IvDiagnostics, Test, UTest
from panelstudy.studies import Problem, Run, check, multiverse, run
from panelstudy.tables import table

__all__ = [
    "ArrowLike",
    "DataError",
    "Fit",
    "FormulaError",
    "Frame",
    "InternalError",
    "IvDiagnostics",
    "NotConverged",
    "PanelError",
    "Problem",
    "Run",
    "SpecError",
    "Table",
    "Test",
    "UTest",
    "UnknownName",
    "__version__",
    "audit",
    "check",
    "ddf",
    "ebm",
    "entropy_weights",
    "feols",
    "moran",
    "multiverse",
    "pim",
    "radial",
    "run",
    "sbm",
    "seg",
    "table",
    "va",
]
